"""Training on crops: where they lie, what they show, and what a step does with them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.checkpoints import load_bundle
from model.errors import UserError
from model.groupdnet import BlockConfig, Generator, GeneratorConfig, ModulationConfig
from model.training.checkpointing import load_checkpoint
from model.training.config import TrainConfig
from model.training.critic import CropDiscriminator
from model.training.crops import (
    STRIDE,
    CropModel,
    Drawing,
    Focus,
    choose_changed,
    cut,
    difference_outside,
    draw_corners,
    draw_cropped,
    focus_of,
    sound_pixels,
)
from model.training.losses import class_colour_loss, class_colours, class_texture, class_texture_loss, colour_distance
from model.training.run import train
from tests.unit.model.tiny_training import CLASSES, draw_dataset, options, tiny_recipe


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return draw_dataset(tmp_path / "data")


def crop_recipe() -> TrainConfig:
    """128 x 64 pixels, crops of 16."""
    return replace(tiny_recipe(5), crop_size=16, lambda_outside=5.0, lambda_class_colour=5.0, lambda_class_texture=1.0)


@given(seed=st.integers(0, 10_000), size=st.sampled_from([16, 32, 48]))
def test_corners_lie_on_the_grid_and_inside(seed: int, size: int) -> None:
    torch.manual_seed(seed)
    labels = torch.randint(0, CLASSES, (3, 64, 48))
    corners = draw_corners(labels, size, Focus(torch.tensor([0.0, 1.0, 5.0])))
    assert (corners % STRIDE == 0).all()
    assert (corners >= 0).all()
    assert (corners + size <= torch.tensor([64, 48])).all()


def test_crops_are_drawn_around_the_classes_that_matter() -> None:
    torch.manual_seed(0)
    labels = torch.zeros(64, 128, 128, dtype=torch.long)
    labels[:, :64, :64] = 1
    labels[:, 100:104, 100:104] = 2
    corners = draw_corners(labels, 32, Focus(torch.tensor([0.0, 0.0, 1.0])))
    assert (cut(labels, corners, 32) == 2).flatten(1).any(1).all()
    # A map without any class that counts still gives a crop.
    nothing = draw_corners(torch.zeros_like(labels), 32, Focus(torch.tensor([0.0, 0.0, 1.0])))
    assert len(set(map(tuple, nothing.tolist()))) > 1


def test_a_share_of_the_crops_goes_to_faces() -> None:
    torch.manual_seed(0)
    labels = torch.zeros(300, 128, 128, dtype=torch.long)
    labels[:, 8:12, 8:12] = 1
    labels[:, 100:104, 100:104] = 2
    labels[200:][labels[200:] == 1] = 0
    focus = focus_of(("background", "face", "shoes"))
    corners = draw_corners(labels, 32, replace(focus, weights=torch.tensor([0.0, 0.0, 1.0])), face_share=0.6)
    faced = (cut(labels, corners, 32) == 1).flatten(1).any(1)
    assert 0.5 < faced[:200].float().mean() < 0.7
    # Where a map has no face, and where the label set has none, the other classes are drawn.
    assert not faced[200:].any()
    nameless = draw_corners(labels, 32, Focus(torch.tensor([0.0, 0.0, 1.0])), face_share=1.0)
    assert (cut(labels, nameless, 32) == 2).flatten(1).any(1).all()


def test_a_crop_shows_what_the_whole_picture_shows_there() -> None:
    torch.manual_seed(0)
    blocks = []
    for number in range(5):
        modulation = ModulationConfig(hidden=6, kernel=1, style=True)
        blocks.append(BlockConfig(6, 6, 3 if number < 2 else 1, modulation, upsample=number > 0, shortcut_norm=False))
    config = GeneratorConfig(
        classes=CLASSES,
        code_channels=4,
        base_channels=6,
        base_groups=CLASSES,
        blocks=tuple(blocks),
        pooled_codes=True,
        rgb_levels=3,
    )
    generator = Generator(config).eval()
    labels = torch.randint(0, CLASSES, (2, 8, 8)).repeat_interleave(32, 1).repeat_interleave(32, 2)
    codes = torch.randn(2, CLASSES, 4, 1, 1)
    corners = torch.tensor([[64, 32], [0, 96]])
    with torch.no_grad():
        whole = cut(generator(labels, codes), corners, 128)
        crop = draw_cropped(generator, labels, codes, corners, 128)
    # Two 3 x 3 convolutions a level reach 8 + 4 + 2 + 1 pixels twice, and RGB a little further, in from the edge.
    assert (crop - whole)[..., 40:-40, 40:-40].abs().max() < 1e-5
    assert (crop - whole).abs().max() > 1e-3
    # At the picture's own border both are padded alike.
    assert (crop - whole)[1, :, :-40, 40:-40].abs().max() < 1e-5
    sound = sound_pixels(corners, 128, 256, 256)
    assert sound[0].sum() == 112 * 112
    assert sound[1, 0, 8:-8].all() and sound[1].sum() == 120 * 112
    assert sound_pixels(torch.tensor([[128, 128]]), 128, 256, 256)[0, -1, -1]


def test_some_class_in_sight_changes_in_most_crops() -> None:
    torch.manual_seed(0)
    labels = torch.zeros(200, 4, 4, dtype=torch.long)
    labels[:, 0, 0] = 2
    changed = choose_changed(labels, CLASSES)
    assert changed.shape == (200, CLASSES)
    one = changed.sum(1) == 1
    assert 0.3 < one.float().mean() < 0.9
    assert changed[:, [0, 2]].any(1).float().mean() > 0.9


def test_the_difference_outside_counts_unchanged_classes_alone() -> None:
    own = torch.zeros(1, 3, 2, 2, requires_grad=True)
    other = torch.tensor([[0.5, 9.0], [0.1, 9.0]]).expand(1, 3, 2, 2).clone().requires_grad_(True)
    none = torch.zeros(1, CLASSES)
    drawing = Drawing(own, other, torch.tensor([[False, True, False]]), none, none, none, none)
    difference = difference_outside(drawing, torch.tensor([[[0, 1], [2, 1]]]))
    assert difference.item() == pytest.approx(0.3)
    difference.backward()  # type: ignore[no-untyped-call]
    assert own.grad is None
    assert other.grad is not None
    assert (other.grad[..., 1] == 0).all()


def test_the_other_drawing_differs_by_changed_codes_alone() -> None:
    torch.manual_seed(0)
    config = crop_recipe()
    model = CropModel(config.generator, config.encoder, 0).eval()
    photo, labels = torch.randn(4, 3, 128, 64), torch.randint(0, CLASSES, (4, 128, 64))
    drawing = model.draw_crops(photo, labels, torch.zeros(4, 2, dtype=torch.long), 32)
    assert drawing.own.shape == drawing.other.shape == (4, 3, 16, 16)
    same = ~drawing.changed.any(1)
    assert (drawing.own[same] == drawing.other[same]).all()
    assert not torch.equal(drawing.own[~same], drawing.other[~same])


def test_feature_heads_score_every_level() -> None:
    judges = CropDiscriminator(crop_recipe().discriminator, (8, 16), width=4)
    semantics = torch.rand(2, CLASSES, 16, 16)
    scores = judges.judge_features([torch.randn(2, 8, 4, 4), torch.randn(2, 16, 2, 2)], semantics)
    assert [tuple(level.shape) for level in scores] == [(2, 1, 4, 4), (2, 1, 2, 2)]
    assert len(judges(semantics, torch.rand(2, 3, 16, 16))) == 1
    # Of an enlarged picture the finest level may be missing.
    (coarse,) = judges.judge_features([torch.randn(2, 16, 2, 2)], semantics)
    assert coarse.shape == (2, 1, 2, 2)


def test_a_run_on_faces_draws_from_extra_pairs_too(data: Path, tmp_path: Path) -> None:
    extra = draw_dataset(tmp_path / "extra")
    start = options(data, tmp_path / "plain", recipe=crop_recipe(), steps=2)
    train(start)
    enlarged = replace(start, face_share=1.0, classifier_scale=2)
    train(replace(enlarged, out=tmp_path / "faces", extra_data=extra))
    one, other = load_checkpoint(tmp_path / "plain"), load_checkpoint(tmp_path / "faces")
    config = TrainConfig.from_dict(json.loads(other["config"]))
    assert (config.face_share, config.classifier_scale) == (1.0, 2)
    assert any(not torch.equal(value, other["plain"][name]) for name, value in one["plain"].items())
    names = (extra / "classes.json").read_text().replace('"a"', '"z"')
    (extra / "classes.json").write_text(names)
    with pytest.raises(UserError, match="different classes"):
        train(replace(start, out=tmp_path / "wrong", extra_data=extra))


def test_a_run_on_crops_resumes_bit_equally_and_keeps_batch_norm(data: Path, tmp_path: Path) -> None:
    train(options(data, tmp_path / "first", recipe=tiny_recipe(5), steps=1, checkpoint_every=1))
    start = options(data, tmp_path / "whole", recipe=crop_recipe(), init_from=tmp_path / "first", steps=4)
    bundle = load_bundle(train(start))
    train(replace(start, out=tmp_path / "halves", steps=2))
    train(replace(start, out=tmp_path / "halves", steps=4, init_from=None, resume=True))
    whole, halves = load_checkpoint(tmp_path / "whole"), load_checkpoint(tmp_path / "halves")
    for part in ("model", "discriminator", "ema"):
        for name, value in whole[part].items():
            assert torch.equal(value, halves[part][name]), f"{part}: {name}"
    exported = bundle.generator.state_dict()
    for name, value in whole["plain"].items():
        if name.endswith(("running_mean", "running_var")):
            assert torch.allclose(value, exported[name.removeprefix("generator.")], atol=1e-2, rtol=1e-2)


def test_crops_larger_than_the_picture_are_refused() -> None:
    with pytest.raises(UserError, match="multiple of 16 up to 48"):
        replace(tiny_recipe(5), crop_size=64)
    with pytest.raises(UserError, match="multiple of 16"):
        replace(tiny_recipe(5), crop_size=10)
    with pytest.raises(UserError, match="at least 5 levels"):
        replace(tiny_recipe(4), crop_size=16)


def test_class_colours_are_means_over_masks_and_chroma_counts_more_than_lightness() -> None:
    labels = torch.tensor([[[0, 1], [1, 1]]])
    picture = torch.tensor([[[[9.0, 1.0], [2.0, 3.0]], [[9.0, 0.0], [0.0, 3.0]], [[9.0, 0.0], [0.0, 0.0]]]])
    colours, shares = class_colours(picture, labels, CLASSES)
    assert torch.allclose(colours[0, 1], torch.tensor([2.0, 1.0, 0.0]))
    assert torch.allclose(shares[0], torch.tensor([0.25, 0.75, 0.0]))
    grey, lighter, red = torch.zeros(3), torch.full((3,), 0.1), torch.tensor([0.1, -0.05, -0.05])
    assert colour_distance(grey, red) > colour_distance(grey, lighter) > 0


def test_the_colour_loss_sees_only_the_classes_that_count() -> None:
    labels = torch.zeros(1, 8, 8, dtype=torch.long)
    labels[:, 4:] = 1
    drawn = torch.zeros(1, 3, 8, 8, requires_grad=True)
    wanted = torch.zeros(1, CLASSES, 3)
    wanted[0, 1, 0] = 1.0
    both = torch.tensor([[True, True, True]])
    loss = class_colour_loss(drawn, labels, wanted, both)
    loss.backward()
    assert drawn.grad is not None and drawn.grad[:, :, 4:].abs().min() > 0 and not drawn.grad[:, :, :4].any()
    assert class_colour_loss(drawn, labels, wanted, torch.tensor([[True, False, True]])) == 0


def test_texture_is_measured_inside_classes_and_grows_with_the_grain() -> None:
    torch.manual_seed(0)
    labels = torch.zeros(1, 48, 48, dtype=torch.long)
    labels[:, :, 24:] = 1
    grain = torch.randn(1, 1, 48, 48).expand(-1, 3, -1, -1)
    sides = torch.where(labels[:, None] == 1, 0.5, -0.5)
    strengths = []
    for amount in (0.0, 0.1, 0.3):
        strength, counts = class_texture(sides + amount * grain * (labels[:, None] == 1), labels, CLASSES)
        strengths.append(strength)
    assert counts[0, 2] == 0
    assert counts[0, 1] > 500
    # The step between the classes is no texture, and the smooth one stays smooth.
    assert torch.allclose(strengths[0], strengths[2][:, :1].expand_as(strengths[0]))
    assert (strengths[0][0, 1] < strengths[1][0, 1]).all()
    assert (strengths[1][0, 1] < strengths[2][0, 1]).all()


def test_the_texture_loss_asks_for_grain_where_it_is_missing() -> None:
    torch.manual_seed(0)
    labels = torch.ones(1, 32, 32, dtype=torch.long)
    wanted, _ = class_texture(0.3 * torch.randn(1, 3, 32, 32), labels, CLASSES)
    drawn = (0.1 * torch.randn(1, 3, 32, 32)).requires_grad_()
    everything = torch.ones(1, CLASSES, dtype=torch.bool)
    loss = class_texture_loss(drawn, labels, wanted, everything)
    loss.backward()
    assert drawn.grad is not None
    louder = drawn.detach() - 20 * drawn.grad
    assert class_texture_loss(louder, labels, wanted, everything) < loss
    assert class_texture_loss(drawn, labels, wanted, torch.zeros_like(everything)) == 0
