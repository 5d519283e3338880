"""Class codes: drawing, encoding, reading and writing them.

Codes are `torch.float32 (classes, code_channels, code_h, code_w)` on the CPU: one latent code per class.
"""

from model.styles.encoding import encode_photo
from model.styles.files import read_styles, write_styles
from model.styles.sampling import sample_codes

__all__ = ["encode_photo", "read_styles", "sample_codes", "write_styles"]
