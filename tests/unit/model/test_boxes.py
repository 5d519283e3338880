"""Boxes around masks: one way for maps, photos, pictures and the editor's own boxes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from app.document.box import EMPTY, Box
from model.boxes import bounding_box, box_around, slices

MASKS = arrays.arrays(
    st.sampled_from((np.bool_, np.uint8, np.float32)),
    arrays.array_shapes(min_dims=2, max_dims=2, max_side=9),
    elements=st.sampled_from((0, 0, 0, 1)),
)


@given(MASKS)
def test_a_box_holds_what_is_there_and_no_line_more(mask: np.ndarray) -> None:
    found = bounding_box(mask)
    assert Box.around(mask) == (found or EMPTY)
    if found is None:
        assert not mask.any()
        with pytest.raises(ValueError, match="nothing"):
            box_around(mask)
        return
    assert box_around(mask) == found and all(type(side) is int for side in found)
    inside = mask[slices(found)]
    assert inside.sum() == mask.sum()
    assert all(line.any() for line in (inside[0], inside[-1], inside[:, 0], inside[:, -1]))
    top, left, bottom, right = Box(*found).moved(2, -1)
    assert (bottom - top, right - left) == inside.shape and (top, left) == (found[0] + 2, found[1] - 1)
