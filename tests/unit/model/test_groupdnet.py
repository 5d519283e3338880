"""The networks: configs that cannot be built, label pyramids, modulation both ways, codes, sizes and absent classes."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from model.errors import UserError
from model.groupdnet import (
    BlockConfig,
    ClassEncoder,
    DiscriminatorConfig,
    EncoderConfig,
    Generator,
    GeneratorConfig,
    LabelPyramid,
    ModulationConfig,
    MultiScaleDiscriminator,
)
from model.groupdnet.class_encoder import present_classes
from model.groupdnet.label_pyramid import instance_edges, resize_nearest
from model.groupdnet.modulation import ConditionalGroupNorm
from model.groupdnet.presets import street_fashion

CLASSES = 4


def tiny_generator(pooled: bool = True, edges: bool = False) -> Generator:
    """Four classes, three levels, two of which draw RGB; 8 x 8 pixels at the least... divisor 4."""
    modulation = ModulationConfig(hidden=8, kernel=1, style=pooled)
    config = GeneratorConfig(
        classes=CLASSES,
        code_channels=3,
        base_channels=8,
        base_groups=4,
        blocks=(
            BlockConfig(8, 8, 4, modulation, upsample=False, shortcut_norm=False),
            BlockConfig(8, 8, 2, modulation, shortcut_norm=False),
            BlockConfig(8, 4, 1, modulation, shortcut_norm=False),
        ),
        pooled_codes=pooled,
        instance_edges=edges,
        rgb_levels=2,
    )
    torch.manual_seed(0)
    return Generator(config).eval()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"base_groups": 3}, "3 groups do not divide"),
        ({"base_channels": 10}, "4 groups do not divide a width of 10"),
        ({"rgb_levels": 4}, "rgb_levels must be 1 to 3"),
        ({"pooled_codes": False}, "style modulation needs pooled codes"),
        ({"classes": 0}, "at least one class"),
    ],
)
def test_a_network_that_cannot_be_built_is_refused_with_a_sentence(change: dict[str, int], sentence: str) -> None:
    config = tiny_generator().config
    with pytest.raises(UserError, match=sentence):
        replace(config, **change)  # type: ignore[arg-type]


def test_blocks_that_do_not_fit_each_other_are_refused() -> None:
    config = tiny_generator().config
    with pytest.raises(UserError, match="block 1: expects 4 channels but is given 8"):
        replace(config, blocks=(config.blocks[0], replace(config.blocks[1], in_channels=4), config.blocks[2]))
    with pytest.raises(UserError, match="3 groups do not divide a width of 8"):
        BlockConfig(8, 8, 3, ModulationConfig(hidden=8))
    with pytest.raises(UserError, match="kernel must be 1 or 3"):
        ModulationConfig(hidden=8, kernel=5)
    with pytest.raises(UserError, match="not a multiple of 8"):
        EncoderConfig(2, 4, (4, 4, 4), 20, 16)


def test_configs_survive_json() -> None:
    generator, encoder = street_fashion()
    discriminator = DiscriminatorConfig(16)
    assert GeneratorConfig.from_dict(json.loads(json.dumps(generator.to_dict()))) == generator
    assert EncoderConfig.from_dict(json.loads(json.dumps(encoder.to_dict()))) == encoder
    assert DiscriminatorConfig.from_dict(json.loads(json.dumps(discriminator.to_dict()))) == discriminator
    with pytest.raises(UserError, match="unknown settings depth"):
        DiscriminatorConfig.from_dict({"semantic_channels": 3, "depth": 2})


def test_our_network_stays_within_its_budget() -> None:
    config, _ = street_fashion()
    height, width = 384 // config.divisor, 256 // config.divisor
    macs = 0
    for block in config.blocks:
        inputs, middle, outputs = block.in_channels, block.middle_channels, block.out_channels
        shortcut = inputs * outputs // block.groups * height * width if block.learned_shortcut else 0
        height, width = (2 * height, 2 * width) if block.upsample else (height, width)
        macs += 9 * (inputs * middle + middle * outputs) // block.groups * height * width + shortcut
    assert (height, width) == (384, 256)
    assert macs < 16e9


@given(st.integers(0, 2**20), st.integers(1, 3), st.sampled_from([(8, 8), (12, 4), (16, 20)]), st.booleans())
@settings(max_examples=20, deadline=None)
def test_windows_and_plain_convolutions_give_the_same_modulation(
    seed: int, batch: int, size: tuple[int, int], inside: bool
) -> None:
    torch.manual_seed(seed)
    config = ModulationConfig(hidden=8, kernel=1, style=True, inside=inside)
    norm = ConditionalGroupNorm(6, CLASSES, CLASSES, 3, config).eval()
    # Blocks of 2 x 2, so that some pixels lie inside their class.
    labels = torch.randint(0, CLASSES, (batch, size[0] // 2, size[1] // 2))
    labels = labels.repeat_interleave(2, 1).repeat_interleave(2, 2)
    codes = torch.randn(batch, CLASSES, 3, 1, 1)
    pyramid = LabelPyramid(labels, CLASSES)
    assert norm.tabulates
    from_windows = norm._from_windows(pyramid, codes, *size)
    from_maps = norm._from_maps(pyramid, codes, *size, torch.float32)
    for ours, theirs in zip(from_windows, from_maps, strict=True):
        assert torch.allclose(ours, theirs, atol=1e-5)


def test_gradients_agree_between_windows_and_plain_convolutions() -> None:
    torch.manual_seed(1)
    norm = ConditionalGroupNorm(6, CLASSES, CLASSES, 3, ModulationConfig(hidden=8, kernel=1, style=True))
    labels = torch.randint(0, CLASSES, (2, 8, 8))
    codes = torch.randn(2, CLASSES, 3, 1, 1)
    weight = torch.randn(2, 6, 8, 8)
    gradients = []
    for maps in (
        norm._from_windows(LabelPyramid(labels, CLASSES), codes, 8, 8),
        norm._from_maps(LabelPyramid(labels, CLASSES), codes, 8, 8, torch.float32),
    ):
        norm.zero_grad()
        ((maps[0] + 2 * maps[1]) * weight).sum().backward()
        gradients.append(
            {name: value.grad.clone() for name, value in norm.named_parameters() if value.grad is not None}
        )
    assert gradients[0].keys() == gradients[1].keys()
    for name, gradient in gradients[0].items():
        assert torch.allclose(gradient, gradients[1][name], atol=1e-4), name


def test_a_class_style_changes_only_its_own_pixels_of_a_modulation() -> None:
    norm = ConditionalGroupNorm(6, CLASSES, CLASSES, 3, ModulationConfig(hidden=8, kernel=1, style=True)).eval()
    labels = torch.randint(0, CLASSES, (1, 8, 8))
    codes = torch.randn(1, CLASSES, 3, 1, 1)
    changed = codes.clone()
    changed[:, 2] += 1
    pyramid = LabelPyramid(labels, CLASSES)
    before, after = (norm._from_windows(pyramid, c, 8, 8)[0] for c in (codes, changed))
    moved = (before - after).abs().amax(1)[0] > 0
    assert torch.equal(moved, labels[0] == 2)


def test_inside_ends_a_style_at_the_neighbours_of_other_classes_and_not_at_the_borders() -> None:
    config = ModulationConfig(hidden=8, kernel=1, style=True, inside=True)
    norm = ConditionalGroupNorm(6, CLASSES, CLASSES, 3, config).eval()
    labels = torch.zeros(1, 8, 8, dtype=torch.long)
    labels[0, :5, :4] = 2
    codes = torch.randn(1, CLASSES, 3, 1, 1)
    changed = codes.clone()
    changed[:, 2] += 1
    pyramid = LabelPyramid(labels, CLASSES)
    for maps in (norm._from_windows, lambda *given: norm._from_maps(*given, torch.float32)):
        before, after = (maps(pyramid, c, 8, 8)[0] for c in (codes, changed))
        inside = torch.zeros(8, 8, dtype=torch.bool)
        inside[:4, :3] = True
        assert torch.equal((before - after).abs().amax(1)[0] > 0, inside)


def test_without_base_codes_a_code_reaches_no_further_than_the_convolutions_above_its_class() -> None:
    plain, styled = ModulationConfig(8, kernel=1), ModulationConfig(8, kernel=1, style=True)
    blocks = (
        BlockConfig(8, 8, 4, plain, upsample=False, shortcut_norm=False),
        BlockConfig(8, 8, 2, styled, shortcut_norm=False),
        BlockConfig(8, 4, 1, styled, shortcut_norm=False),
    )
    laid = tiny_generator().config
    network = Generator(replace(laid, blocks=blocks, base_codes=False)).eval()
    labels = torch.zeros(1, 64, 32, dtype=torch.long)
    labels[0, 8:16, 8:16] = 1
    codes = torch.randn(1, CLASSES, 3, 1, 1)
    changed = codes.clone()
    changed[:, 1] += 1
    changed[:, 3] += 1
    with torch.no_grad():
        moved = (network(labels, codes) - network(labels, changed)).abs().amax(1)[0] > 0
    assert moved[8:16, 8:16].float().mean() > 0.9
    # Two convolutions of pixels of two, two of single ones and that to RGB: 4, 2 and 1; RGB of the level below, 2 more.
    assert not moved[24:].any() and not moved[:, 24:].any()


def test_codes_that_enter_nowhere_are_refused() -> None:
    config = tiny_generator().config
    blocks = tuple(replace(block, modulation=ModulationConfig(8, kernel=1)) for block in config.blocks)
    with pytest.raises(UserError, match="neither at the base nor by style"):
        replace(config, blocks=blocks, base_codes=False)
    with pytest.raises(UserError, match="there is none"):
        ModulationConfig(8, inside=True)


@pytest.mark.parametrize("pooled", [True, False])
def test_any_size_and_batch_that_the_levels_divide(pooled: bool) -> None:
    network = tiny_generator(pooled)
    for batch, height, width in ((1, 4, 4), (2, 8, 12), (3, 20, 8)):
        labels = torch.randint(0, CLASSES, (batch, height, width))
        grid = (1, 1) if pooled else (2, 3)
        picture = network(labels, torch.randn(batch, CLASSES, 3, *grid))
        assert picture.shape == (batch, 3, height, width)
        assert picture.abs().max() <= 1
    with pytest.raises(UserError, match="multiples of 4"):
        network(torch.zeros(1, 6, 8, dtype=torch.long), torch.zeros(1, CLASSES, 3, 1, 1))
    with pytest.raises(UserError, match="4 classes of 3 channels"):
        network(torch.zeros(1, 8, 8, dtype=torch.long), torch.zeros(1, CLASSES, 2, 1, 1))


def test_a_batch_draws_what_each_of_its_pictures_would_draw_alone() -> None:
    network = tiny_generator()
    labels = torch.randint(0, CLASSES, (3, 8, 8))
    codes = torch.randn(3, CLASSES, 3, 1, 1)
    together = network(labels, codes)
    for number in range(3):
        alone = network(labels[number : number + 1], codes[number : number + 1])
        assert torch.allclose(together[number], alone[0], atol=1e-5)


def test_instance_edges_lie_on_both_sides_of_every_border() -> None:
    instances = torch.tensor([[[1, 1, 2], [1, 1, 2], [1, 1, 1]]])
    expected = torch.tensor([[[False, True, True], [False, True, True], [False, False, True]]])
    assert torch.equal(instance_edges(instances), expected)
    network = tiny_generator(pooled=False, edges=True)
    labels, codes = torch.zeros(1, 8, 8, dtype=torch.long), torch.zeros(1, CLASSES, 3, 2, 2)
    halves = torch.zeros(1, 8, 8, dtype=torch.int32)
    halves[:, :, 4:] = 1
    assert not torch.allclose(network(labels, codes), network(labels, codes, halves))
    assert torch.allclose(network(labels, codes), network(labels, codes, torch.ones_like(halves)))


def test_nearest_keeps_the_top_left_pixel_and_matches_torch() -> None:
    labels = torch.randint(0, CLASSES, (2, 12, 8))
    assert torch.equal(resize_nearest(labels, 3, 2), labels[:, ::4, ::4])
    theirs = F.interpolate(labels[:, None].float(), size=(5, 3), mode="nearest")[:, 0].long()
    assert torch.equal(resize_nearest(labels, 5, 3), theirs)


def _encoder(pooled: bool) -> ClassEncoder:
    torch.manual_seed(0)
    config = EncoderConfig(CLASSES, 3, (8, 16), 8, 8, instance_norm=not pooled, pooled=pooled)
    return ClassEncoder(config).eval()


@pytest.mark.parametrize("pooled", [True, False])
def test_a_class_code_depends_on_that_class_alone(pooled: bool) -> None:
    encoder = _encoder(pooled)
    labels = torch.randint(0, 3, (2, 16, 12))
    photo = torch.rand(2, 3, 16, 12) * 2 - 1
    changed = torch.where((labels == 1)[:, None], -photo, photo)
    with torch.no_grad():
        before, after = encoder(photo, labels)[0], encoder(changed, labels)[0]
    assert before.shape == (2, CLASSES, 3, *encoder.config.code_size)
    moved = (before - after).abs().flatten(2).amax(2) > 1e-6
    assert torch.equal(moved, torch.tensor([[False, True, False, False]] * 2))


def test_absent_classes_give_finite_codes_and_gradients() -> None:
    encoder = _encoder(True).train()
    photo = torch.zeros(1, 3, 8, 8)
    mean, logvar = encoder(photo, torch.zeros(1, 8, 8, dtype=torch.long))
    assert mean.isfinite().all()
    (mean.sum() + logvar.sum()).backward()
    assert all(p.grad.isfinite().all() for p in encoder.parameters() if p.grad is not None)
    assert present_classes(torch.tensor([[[0, 2], [2, 0]]]), 4).tolist() == [[True, False, True, False]]


def test_one_code_for_the_whole_picture_ignores_the_label_map() -> None:
    config = EncoderConfig(CLASSES, 3, (8, 16), 8, 8, instance_norm=False, pooled=True, whole_picture=True)
    encoder = ClassEncoder(config).eval()
    photo = torch.rand(1, 3, 8, 8)
    one, other = (encoder(photo, torch.full((1, 8, 8), value))[0] for value in (0, 3))
    assert one.shape == (1, CLASSES, 3, 1, 1)
    assert torch.equal(one, other)


def test_the_discriminator_judges_every_scale_and_sees_the_label_map() -> None:
    torch.manual_seed(0)
    network = MultiScaleDiscriminator(DiscriminatorConfig(CLASSES, width=4, layers=3, scales=2)).eval()
    picture = torch.rand(2, 3, 32, 24)
    semantics = F.one_hot(torch.randint(0, CLASSES, (2, 32, 24)), CLASSES).permute(0, 3, 1, 2).float()
    outputs = network(semantics, picture)
    assert [len(scale) for scale in outputs] == [4, 4]
    assert outputs[0][-1].shape[1] == 1
    assert outputs[1][0].shape[-1] < outputs[0][0].shape[-1]
    other = network(semantics.roll(1, 1), picture)
    assert not np.allclose(outputs[0][-1].detach(), other[0][-1].detach())
