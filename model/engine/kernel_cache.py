"""Where compiled kernels are kept; without numba, so that one can look before it is imported."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import platformdirs

from model.engine.layout import LANES, RGB_WIDTH, SLAB
from model.engine.winograd import LARGEST_POINTS, POINTS, VANISHING
from model.groupdnet.class_frame import ACROSS


def kernel_folder() -> Path:
    """Another folder for other code, of which numba looks at one file alone; NUMBA_CACHE_DIR, where that is set."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    if chosen:
        return Path(chosen)
    code = repr((LANES, SLAB, RGB_WIDTH, POINTS, LARGEST_POINTS, VANISHING, ACROSS)).encode()
    code += b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("kernels/*.py")))
    caches = Path(platformdirs.user_cache_dir("smis-studio", appauthor=False))
    return caches / "kernels" / hashlib.sha256(code).hexdigest()[:16]


def is_compiled() -> bool:
    """Whether kernels of this code lie there, so that loading takes half a second and not ten."""
    return any(kernel_folder().rglob("*.nbi"))
