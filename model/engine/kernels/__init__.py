"""The renderer's compiled work: convolutions and all between them, in one pass over memory where torch makes several.

numba compiles these for the processor at hand and keeps the result in the user's cache folder, so that happens once
after an installation. Importing this package imports numba, and compiles or loads everything: seconds, or half a
second. So `model.engine.fused` imports it in the background.

A kernel takes one array of int64: ``a[0]`` counts the pieces that are taken, ``a[1]`` is how many there are, ``a[2]``
gives each thread a number where it needs room of its own; the rest are sizes, addresses of float32 values, and strides
in bytes. Any number of threads run the same kernel on the same array until no piece is left. Nothing here checks
bounds.
"""

from model.engine.kernels.convolution import convolve
from model.engine.kernels.drawing import RGB_ROWS, draw
from model.engine.kernels.places import place
from model.engine.kernels.shortcut import modulated_shortcut
from model.engine.kernels.steps import grey, modulate, multiply
from model.engine.kernels.tables import RESTYLED, fill_slots, make_rows, number, restyle
from model.engine.kernels.wide_tables import make_wide_rows

__all__ = [
    "RESTYLED",
    "RGB_ROWS",
    "convolve",
    "draw",
    "fill_slots",
    "grey",
    "make_rows",
    "make_wide_rows",
    "modulate",
    "modulated_shortcut",
    "multiply",
    "number",
    "place",
    "restyle",
]
