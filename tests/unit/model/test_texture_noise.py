from __future__ import annotations

from dataclasses import replace

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from model.groupdnet import Generator
from model.groupdnet.texture_noise import texture_noise
from tests.unit.model.engine_edits import tiny_config, tiny_generator


@settings(max_examples=30, deadline=None)
@given(level=st.integers(0, 8), top=st.integers(0, 3000), left=st.integers(0, 3000))
def test_a_window_of_the_field_is_the_field(level: int, top: int, left: int) -> None:
    field = texture_noise(level, 3, 24, 20, (top, left))
    assert torch.equal(texture_noise(level, 3, 9, 7, (top + 5, left + 11)), field[:, 5:14, 11:18])


def test_noise_is_white_and_its_maps_are_independent() -> None:
    maps = torch.cat([texture_noise(level, 4, 256, 256) for level in range(3)])
    assert maps.mean((1, 2)).abs().max() < 0.02
    assert (maps.var((1, 2)) - 1).abs().max() < 0.02
    spectrum = torch.fft.rfft2(maps).abs().square().mean(0)[1:, 1:] / 256**2
    # Each of 12 maps' powers is exponential, so their mean has a spread of 0.29; a grid would stand out of it.
    assert 0.9 < spectrum.mean() < 1.1
    assert spectrum.max() < 4
    between = torch.corrcoef(maps.flatten(1)) - torch.eye(len(maps))
    assert between.abs().max() < 0.03


def test_noise_draws_inside_a_flat_class_and_is_the_same_each_time() -> None:
    generator = tiny_generator("ours")
    flat = torch.ones(1, 64, 64, dtype=torch.long)
    codes = torch.randn(1, 4, 3, 1, 1)
    with torch.no_grad():
        for name, values in generator.named_parameters():
            if name.endswith(".place"):
                values.zero_()
        drawn = generator(flat, codes)
        assert torch.equal(drawn, generator(flat, codes))
        for name, values in generator.named_parameters():
            if name.endswith(".noise"):
                values.zero_()
        plain = generator(flat, codes)
    middle = (slice(None), slice(None), slice(28, 36), slice(28, 36))
    assert drawn[middle].std((2, 3)).min() > 10 * plain[middle].std((2, 3)).max()


def test_new_networks_start_without_noise_and_read_descriptions_that_do_not_know_it() -> None:
    config = tiny_config("ours")
    described = config.to_dict()
    for block in described["blocks"]:
        del block["noise"]
    old = type(config).from_dict(described)
    assert old == replace(config, blocks=tuple(replace(block, noise=0) for block in config.blocks))
    assert not any(name.endswith(".noise") for name, _ in Generator(old).named_parameters())
    noisy = [value for name, value in Generator(config).named_parameters() if name.endswith(".noise")]
    assert len(noisy) == len(config.blocks) and not any(value.any() for value in noisy)
