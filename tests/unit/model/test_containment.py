"""Containing the codes of a bundle: what stays, what is learned, and how far a code reaches afterwards."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from model.checkpoints import load_bundle, save_bundle
from model.errors import UserError
from model.groupdnet import Generator, ModulationConfig
from model.styles.sampling import sample_codes
from model.training.containment import contain
from model.training.crops import coarse_levels
from model.training.run import train
from tests.unit.model.tiny_training import draw_dataset, options, tiny_recipe


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("contained")
    recipe = tiny_recipe(5)
    return train(options(draw_dataset(folder / "data"), folder / "run", recipe=recipe, steps=1, checkpoint_every=1))


def maps() -> torch.Tensor:
    """Label maps of 128 x 64 pixels: one class above, one below, on ground."""
    drawn = torch.zeros(6, 128, 64, dtype=torch.uint8)
    for number in range(6):
        drawn[number, 8 + number : 40, 10:50] = 1
        drawn[number, 88 : 120 - number, 10:50] = 2
    return drawn


def test_coarse_levels_learn_what_codes_laid_out_and_fine_ones_stay(trained: Path, tmp_path: Path) -> None:
    bundle = load_bundle(trained)
    old = {name: values.clone() for name, values in bundle.generator.state_dict().items()}
    told: list[int] = []
    made = contain(bundle, maps(), steps=150, batch=4, tell=lambda step, _: told.append(step))
    assert told == list(range(1, 151))
    coarse = coarse_levels(made)

    def laid(network: Generator, seed: int) -> torch.Tensor:
        codes = network.from_prior(torch.stack([sample_codes(bundle, seed + number) for number in range(6)]))
        with torch.no_grad():
            return network.lay_features(network.pyramid(maps().long()), codes, coarse)

    mean = torch.stack([laid(bundle.generator, 100 * draw) for draw in range(40)]).mean(0)
    errors = [(laid(net, 0) - mean).square().mean() for net in (contain(bundle, maps(), steps=1), made)]
    assert errors[1] < 0.5 * errors[0]
    for name, values in made.state_dict().items():
        if name.startswith("blocks.") and int(name.split(".")[1]) >= coarse:
            assert torch.equal(values, old[name]), name
    assert [block.modulation.style for block in made.config.blocks] == [False] * coarse + [True] * (5 - coarse)
    bundle.generator = made
    save_bundle(bundle, tmp_path / "bundle")
    again = load_bundle(tmp_path / "bundle").generator
    labels, codes = maps()[:1].long(), torch.randn(1, 3, 4, 1, 1)
    with torch.no_grad():
        assert torch.allclose(again(labels, codes), made(labels, codes), atol=5e-3)


def test_a_code_no_longer_reaches_what_lies_far_from_its_class(trained: Path) -> None:
    bundle = load_bundle(trained)
    made = contain(bundle, maps(), steps=1, batch=2)
    labels, codes = maps()[:1].long(), torch.randn(1, 3, 4, 1, 1)
    changed = codes.clone()
    changed[:, 2] += 1
    with torch.no_grad():
        before, after = (
            (net(labels, codes) - net(labels, changed)).abs()[0, :, :40] for net in (bundle.generator, made)
        )
    assert before.max() > 0
    assert after.max() == 0


def test_codes_that_enter_by_the_base_alone_cannot_be_contained(trained: Path) -> None:
    bundle = load_bundle(trained)
    config = bundle.generator.config
    blocks = tuple(replace(block, modulation=ModulationConfig(6, kernel=1)) for block in config.blocks)
    bundle.generator = Generator(replace(config, blocks=blocks)).eval()
    with pytest.raises(UserError, match="no style modulation"):
        contain(bundle, maps(), steps=1)
