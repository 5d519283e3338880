"""What is edited: label map, class styles, photo, history and project files. No QtWidgets in here."""
