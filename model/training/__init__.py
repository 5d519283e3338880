"""Training: data, augmentation, losses and the loop (needs the ``train`` extra)."""
