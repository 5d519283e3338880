"""The Qt editor. May import model/, never the other way round."""
