"""Refining: codes of one photo, fitted to it."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from model.checkpoints import Bundle
from model.errors import UserError
from model.styles import sample_codes
from model.styles.encoding import labels_to_tensor, tensor_to_picture
from model.styles.refine import RefineCancelled, refine_codes
from model.styles.survey import deviations


@pytest.fixture
def labels() -> NDArray[np.uint8]:
    found = np.zeros((48, 32), np.uint8)
    found[4:14, 8:24] = 1
    found[14:44, 6:26] = 4
    return found


@pytest.fixture
def styles(tiny_bundle: Bundle) -> torch.Tensor:
    """New styles of the two classes of the map."""
    found = tiny_bundle.code_mean.clone()
    found[[1, 4]] = sample_codes(tiny_bundle, 5)[[1, 4]]
    return found


@pytest.fixture
def photo(tiny_bundle: Bundle, labels: NDArray[np.uint8], styles: torch.Tensor) -> NDArray[np.uint8]:
    """A photo that the network can draw, in styles that it was not told."""
    with torch.inference_mode():
        drawn = tiny_bundle.generator(labels_to_tensor(labels), styles[None])[0]
    return tensor_to_picture(drawn)


def test_it_comes_nearer_and_leaves_absent_classes(
    tiny_bundle: Bundle, photo: NDArray[np.uint8], labels: NDArray[np.uint8]
) -> None:
    start = tiny_bundle.code_mean.clone()
    shares: list[float] = []
    found = refine_codes(tiny_bundle, photo, labels, start, steps=25, seconds=60, progress=shares.append)
    assert torch.equal(start, tiny_bundle.code_mean)
    assert 1 <= found.steps <= 25
    assert found.error_after < 0.15 * found.error_before
    absent = [index for index in range(16) if index not in (1, 4)]  # and the ground, which nobody compares
    assert torch.allclose(found.codes[absent], start[absent], atol=1e-6)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert found.figure().shape == (48, 96, 3)
    assert (found.figure()[:, :32][labels > 0] == photo[labels > 0]).all()


def test_the_compiler_of_torch_is_not_needed(
    tiny_bundle: Bundle, photo: NDArray[np.uint8], labels: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a fresh process its import fails in a thread: fitting from the editor's menu would never work."""
    monkeypatch.setitem(sys.modules, "torch._dynamo", None)
    found = refine_codes(tiny_bundle, photo, labels, tiny_bundle.code_mean, steps=2, seconds=60)
    assert found.steps == 2


def test_it_is_never_worse(
    tiny_bundle: Bundle, photo: NDArray[np.uint8], labels: NDArray[np.uint8], styles: torch.Tensor
) -> None:
    found = refine_codes(tiny_bundle, photo, labels, styles, steps=2)
    assert found.error_after <= found.error_before
    assert found.error_before == pytest.approx(0, abs=1e-6)
    assert torch.allclose(found.codes, styles, atol=1e-5)


def test_no_number_goes_farther_than_sliders_do(tiny_bundle: Bundle, labels: NDArray[np.uint8]) -> None:
    """Colours that the network cannot draw pull for ever; a slider must still have room on both sides."""
    photo = np.zeros((48, 32, 3), np.uint8)
    photo[labels == 4] = (255, 0, 0)
    photo[labels == 1] = (0, 255, 0)
    start = tiny_bundle.code_mean.clone()
    start[4, 0] += 5 * deviations(tiny_bundle)[4, 0]  # this one starts beyond, and may stay there
    found = refine_codes(tiny_bundle, photo, labels, start, steps=20, seconds=60)
    z = ((found.codes - tiny_bundle.code_mean) / deviations(tiny_bundle)).abs()
    assert z.max() <= 5.001
    z[4, 0] = 0
    assert 0.5 < z.max() <= 3.001


def test_it_stops_in_time(tiny_bundle: Bundle, photo: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
    assert refine_codes(tiny_bundle, photo, labels, tiny_bundle.code_mean, steps=900, seconds=0.0).steps == 1


def test_cancel(tiny_bundle: Bundle, photo: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
    asked = iter([False, False, True])
    with pytest.raises(RefineCancelled):
        refine_codes(tiny_bundle, photo, labels, tiny_bundle.code_mean, cancelled=lambda: next(asked))


def test_nobody_is_told(tiny_bundle: Bundle, photo: NDArray[np.uint8]) -> None:
    with pytest.raises(UserError, match="nobody"):
        refine_codes(tiny_bundle, photo, np.zeros((48, 32), np.uint8), tiny_bundle.code_mean)


def test_codes_with_place(tiny_spatial_bundle: Bundle) -> None:
    labels = np.zeros((16, 32), np.uint8)
    labels[4:12, 4:28] = 3
    photo = np.full((16, 32, 3), 200, np.uint8)
    found = refine_codes(tiny_spatial_bundle, photo, labels, tiny_spatial_bundle.code_mean, steps=3)
    assert found.error_after <= found.error_before
    assert found.codes.shape == tiny_spatial_bundle.code_shape
