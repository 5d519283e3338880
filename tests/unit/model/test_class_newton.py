"""Gauss-Newton class by class, on networks whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from model.styles.class_newton import ClassColors, CodeFit, code_directions

HEIGHT, WIDTH, CLASSES, CHANNELS = 24, 20, 3, 4


def a_map() -> np.ndarray:
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    labels[2:12, 3:16] = 1
    labels[12:22, 5:14] = 2
    return labels


class Painter:
    """Draws each class in a colour that a curved function of its code gives; counts its pictures."""

    def __init__(self, labels: np.ndarray, leak: float = 0.0) -> None:
        generator = torch.Generator().manual_seed(2)
        self.weights = 0.3 * torch.randn(CLASSES, 3, CHANNELS, generator=generator)
        self.shade = 1 + 0.3 * torch.randn(1, 1, HEIGHT, WIDTH, generator=generator)
        self.mask = torch.stack([torch.from_numpy(labels == index).float() for index in range(CLASSES)])
        self.leak = leak
        self.pictures = 0

    def __call__(self, codes: Tensor) -> Tensor:
        self.pictures += len(codes)
        colors = torch.tanh(torch.einsum("ckn,bcn->bck", self.weights, codes.flatten(2)))
        colors = colors + self.leak * colors.mean(dim=1, keepdim=True)
        return torch.einsum("bck,chw->bkhw", colors, self.mask) * self.shade


def fitted(painter: Painter, steps: int = 6, controls: int = 0) -> tuple[CodeFit, Tensor]:
    truth = torch.randn(CLASSES, CHANNELS, 1, 1, generator=torch.Generator().manual_seed(5))
    target = painter(truth[None])
    painter.pictures = 0
    fit = CodeFit(a_map(), torch.zeros(CLASSES, CHANNELS, 1, 1), [1, 2], 3.0, controls)
    fit.renew(painter, painter(fit.codes[None]), target, lambda share: None)
    for _ in range(steps):
        fit.step(painter)
    return fit, target


@pytest.mark.parametrize("leak", [0.0, 0.1])
def test_a_few_pictures_find_the_colours(leak: float) -> None:
    painter = Painter(a_map(), leak)
    fit, target = fitted(painter)
    assert painter.pictures == 2 + CHANNELS + 6
    inside = torch.from_numpy(a_map() > 0)
    rest = (painter(fit.codes[None]) - target)[..., inside].abs().mean()
    assert rest < 0.12 * target[..., inside].abs().mean()


def test_classes_that_are_not_asked_for_stay() -> None:
    fit, _ = fitted(Painter(a_map()))
    assert torch.equal(fit.codes[0], torch.zeros(CHANNELS, 1, 1))


def test_controls_stay_where_sliders_put_them() -> None:
    painter = Painter(a_map())
    fit, _ = fitted(painter, controls=2)
    assert not fit.codes[:, -2:].any() and fit.codes[1, :-2].any()
    assert painter.pictures == 2 + CHANNELS - 2 + 6


def test_a_step_that_makes_it_worse_is_not_taken() -> None:
    painter = Painter(a_map())
    fit, target = fitted(painter, 1)
    codes, loss = fit.codes.clone(), fit.loss
    assert fit.step(lambda z: -target.expand(len(z), -1, -1, -1)) == 0
    assert torch.equal(fit.codes, codes)
    assert fit.loss == loss


def test_colours_of_a_class_are_its_own() -> None:
    """Squares that reach beyond the class count its own pixels only."""
    labels = a_map()
    colors = ClassColors(labels == 2)
    picture = torch.full((1, 3, HEIGHT, WIDTH), 9.0)
    picture[..., torch.from_numpy(labels == 2)] = 0.25
    torch.testing.assert_close(colors.of(picture), torch.full((1, len(colors.weights)), 0.25))
    assert float(colors.weights.sum()) == pytest.approx(3.0, abs=1e-5)


def test_codes_with_places_move_channel_by_channel() -> None:
    found = code_directions(torch.zeros(5, 2, 3))
    assert found.shape == (5, 5, 2, 3)
    assert torch.equal(found.sum(dim=0), torch.ones(5, 2, 3))
    assert (found.flatten(2).sum(dim=2) == 6 * torch.eye(5)).all()
