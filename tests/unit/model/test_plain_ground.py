from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from model.engine import Renderer
from model.errors import UserError
from model.groupdnet import Generator, GeneratorConfig, PlainGround
from tests.unit.model.engine_edits import tiny_config, tiny_generator

COLOUR = (200, 190, 40)


def painted() -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    labels = np.zeros((48, 48), np.uint8)
    labels[20:30, 16:32] = 2
    return labels


def test_ground_is_its_colour_and_all_else_is_the_networks() -> None:
    generator = tiny_generator("ours")
    bare = Generator(replace(generator.config, ground=None))
    bare.load_state_dict(generator.state_dict())
    labels = torch.from_numpy(painted()).long()[None]
    codes = torch.randn(1, 4, 3, 1, 1)
    with torch.no_grad():
        drawn, network = generator(labels, codes)[0], bare.eval()(labels, codes)[0]
    levels = ((drawn + 1) * 127.5).permute(1, 2, 0)
    ground = labels[0] == 0
    assert torch.allclose(levels[ground], torch.tensor(COLOUR).float(), atol=1e-3)
    assert torch.equal(drawn[:, ~ground], network[:, ~ground])
    assert not torch.equal(drawn[:, ground], network[:, ground])


@pytest.mark.parametrize("kind", ["ours", "cityscapes"])
def test_another_code_for_one_class_leaves_the_ground_alone(kind: str) -> None:
    generator = tiny_generator(kind)
    generator.config = replace(generator.config, ground=PlainGround(0, COLOUR))
    config, labels = generator.config, painted()
    side = 1 if config.pooled_codes else 2
    codes = torch.randn(config.classes, config.code_channels, side, side)
    renderer = Renderer(generator, device="cpu", compiled="never")
    before = renderer.render(labels, codes).pixels
    assert (before[labels == 0] == COLOUR).all()
    codes[2] = torch.randn_like(codes[2])
    changed = (renderer.render(labels, codes).pixels != before).any(2)
    assert changed[labels == 2].any() and not changed[labels == 0].any()


def test_a_preview_of_a_stroke_takes_the_ground_away_and_its_undo_gives_it_back() -> None:
    renderer = Renderer(tiny_generator("ours"), device="cpu", compiled="never")
    codes = torch.randn(4, 3, 1, 1)
    empty = np.zeros((48, 48), np.uint8)
    first = renderer.render(empty, codes).pixels
    assert (first == COLOUR).all()
    shown = renderer.render(painted(), codes, preview=True).pixels
    assert (shown[painted() == 0] == COLOUR).all() and (shown[painted() == 2] != COLOUR).any()
    assert np.array_equal(renderer.render(empty, codes, preview=True).pixels, first)


def test_descriptions_hold_the_ground_and_wrong_ones_are_refused() -> None:
    config = tiny_config("ours")
    described = config.to_dict()
    assert GeneratorConfig.from_dict(described) == config
    del described["ground"]
    assert GeneratorConfig.from_dict(described).ground is None
    with pytest.raises(UserError, match="no class 9 to be ground"):
        replace(config, ground=PlainGround(9, (0, 0, 0)))
    with pytest.raises(UserError, match="three numbers of 0 to 255"):
        PlainGround(0, (0, 0, 256))
