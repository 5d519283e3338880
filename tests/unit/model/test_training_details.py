"""Training faces or clothes alone: what changes, what must not, and that a run goes on where it stopped."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from model.checkpoints import load_bundle
from model.errors import UserError
from model.training.checkpointing import load_checkpoint
from model.training.crops import cut
from model.training.data import find_pairs, load_label_set
from model.training.detail_crops import draw_crops, read_photos
from model.training.detail_recipe import DetailRecipe, Subject, recipe_for
from model.training.detail_run import DetailOptions, train_details
from model.training.details import DetailTrainer, framed_generator
from model.training.losses import perceptual_loss
from model.training.run import train
from tests.unit.model.tiny_training import options, tiny_recipe

RECIPE = DetailRecipe(size=16, crops=4, others=2, warm_up=1)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve pairs of 128 x 64 pixels: a face on a coat; the last has no face."""
    folder = tmp_path_factory.mktemp("faces") / "data"
    (folder / "images").mkdir(parents=True)
    (folder / "labels").mkdir()
    random = np.random.default_rng(0)
    rows, columns = np.mgrid[:128, :64]
    for number in range(12):
        labels = np.zeros((128, 64), np.uint8)
        labels[60:110, 12:52] = 2
        if number < 11:
            labels[(rows - 40) ** 2 / 144 + (columns - 20 - number) ** 2 / 81 < 1] = 1
        colours = random.integers(0, 256, (3, 3), dtype=np.uint8)
        Image.fromarray(colours[labels]).save(folder / "images" / f"{number:03d}.png")
        Image.fromarray(labels).save(folder / "labels" / f"{number:03d}.png")
    names = ("background", "face", "coat")
    classes = [{"index": i, "name": name, "color": f"#{i * 80:06x}"} for i, name in enumerate(names)]
    (folder / "classes.json").write_text(json.dumps(classes))
    return folder


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("faces") / "network"
    return train(options(data, out, recipe=tiny_recipe(5), steps=1, checkpoint_every=1))


def chosen(data: Path, trained: Path, out: Path) -> DetailOptions:
    return DetailOptions(data, out, trained, Subject.FACES, steps=3, checkpoint_every=3, check=False, recipe=RECIPE)


def test_a_network_that_is_told_places_draws_as_before_at_first(trained: Path) -> None:
    generator = load_bundle(trained).generator
    framed = framed_generator(generator, (1,))
    labels, codes = torch.randint(0, 3, (1, 128, 64)), torch.randn(1, 3, 4, 1, 1)
    with torch.no_grad():
        assert torch.allclose(framed(labels, codes), generator(labels, codes), atol=1e-4)
    assert sum(name.endswith(".place") for name, _ in framed.named_parameters()) == 2


def test_crops_lie_around_faces_and_half_of_them_wear_another_head(data: Path, trained: Path) -> None:
    bundle = load_bundle(trained)
    trainer = DetailTrainer(bundle, Subject.FACES, RECIPE, perceptual_loss(None))
    faces = read_photos(find_pairs(data, load_label_set(data)), bundle, RECIPE, trainer.scope)
    assert len(faces) == 11
    torch.manual_seed(0)
    crops = draw_crops(faces, bundle, RECIPE, trainer.scope)
    assert crops.photo.shape == (6, 3, 16, 16)
    assert ((crops.crop_labels[:4] == 1).float().mean((1, 2)) > 0.3).all()
    drawn, old, own, _ = trainer.draw(crops)
    assert own is None
    assert drawn.shape == (6, 3, 32, 32)
    assert torch.allclose(drawn[:4], old[:4], atol=1e-4)
    assert (crops.taken[4:].sum(1) <= 1).all()
    # The head of one photo in the place of another's brings its colour along.
    for picture in (0, 1):
        shown = crops.photo[picture].permute(1, 2, 0)[crops.crop_labels[picture] == 1].mean(0)
        assert torch.allclose(crops.colours[picture, 1], shown, atol=0.02)


def test_a_run_changes_fine_levels_alone_and_resumes_bit_equally(data: Path, trained: Path, tmp_path: Path) -> None:
    start = chosen(data, trained, tmp_path / "whole")
    after = load_bundle(train_details(start)).generator
    before = load_bundle(trained).generator
    own = after.state_dict()
    for name, value in before.state_dict().items():
        fixed = name.startswith(("fc.", "blocks.0.")) or "running" in name
        assert torch.allclose(own[name], value, atol=1e-3) or not fixed, name
    assert own["blocks.4.place"].any()
    assert list((tmp_path / "whole" / "samples").glob("*.png"))
    train_details(replace(start, out=tmp_path / "halves", steps=2))
    train_details(replace(start, out=tmp_path / "halves", resume=True))
    whole, halves = load_checkpoint(tmp_path / "whole"), load_checkpoint(tmp_path / "halves")
    for part in ("generator", "average", "judges"):
        for name, value in whole[part].items():
            assert torch.equal(value, halves[part][name]), f"{part}: {name}"
    with pytest.raises(UserError, match="already holds a run"):
        train_details(start)


def test_crops_of_clothes_lie_on_them_and_places_stay(data: Path, trained: Path, tmp_path: Path) -> None:
    recipe = replace(recipe_for(Subject.CLOTHES), size=48, crops=3, others=1)
    bundle = load_bundle(trained)
    trainer = DetailTrainer(bundle, Subject.CLOTHES, recipe, perceptual_loss(None))
    assert trainer.scope.judged == (2,)
    photos = read_photos(find_pairs(data, load_label_set(data)), bundle, recipe, trainer.scope)
    assert len(photos) == 12 and photos.shares.shape == (3, 6)
    torch.manual_seed(0)
    crops = draw_crops(photos, bundle, recipe, trainer.scope)
    assert ((crops.crop_labels[:3] == 2).sum((1, 2)) > 0).all()
    terms = trainer.step(photos)
    assert {"grain", "patch", "critic", "hold"} <= terms.keys() and all(torch.isfinite(v) for v in terms.values())
    start = replace(chosen(data, trained, tmp_path / "run"), subject=Subject.CLOTHES, recipe=recipe, steps=2)
    after = load_bundle(train_details(start))
    assert after.card["recipe"] == "clothes" and after.card["photos"] == 10
    own, before = after.generator.state_dict(), bundle.generator.state_dict()
    assert own.keys() >= {name for name in before if "place" in name}
    assert not torch.equal(own["blocks.4.conv_1.weight"], before["blocks.4.conv_1.weight"])
    # What was learned about edges in earlier steps is gone on with, too.
    halves = replace(start, out=tmp_path / "halves")
    train_details(replace(halves, steps=1))
    train_details(replace(halves, resume=True))
    left, right = load_checkpoint(tmp_path / "run"), load_checkpoint(tmp_path / "halves")
    assert left["edges"][1].sum() > 0
    for one, other in zip(left["edges"], right["edges"], strict=True):
        assert torch.equal(one, other)
    assert all(torch.equal(value, right["generator"][name]) for name, value in left["generator"].items())


def test_leaks_fall_the_ground_comes_to_its_colour_and_nothing_else_moves(data: Path, trained: Path) -> None:
    recipe = replace(recipe_for(Subject.LEAKS), size=32, rate_generator=2e-3, ema_decay=0.5)
    bundle = load_bundle(trained)
    assert bundle.background == (200, 200, 200)
    trainer = DetailTrainer(bundle, Subject.LEAKS, recipe, perceptual_loss(None))
    photos = read_photos(find_pairs(data, load_label_set(data)), bundle, recipe, trainer.scope)
    torch.manual_seed(0)
    crops = draw_crops(photos, bundle, recipe, trainer.scope)
    assert (crops.taken.sum(1) <= 1).all() and crops.taken.any()
    same = (crops.codes == crops.own_codes).all(2).squeeze(-1).squeeze(-1)
    assert torch.equal(~same, crops.taken)
    with torch.no_grad():
        drawn, wanted, own, outside = trainer.draw(crops)
    # Nothing is learned yet: what differs from what it should be is the leak, and never in the class itself.
    labels = cut(crops.labels, crops.corners, drawn.shape[-1])
    inside = crops.taken.gather(1, labels.flatten(1)).view_as(labels)[:, None].expand_as(drawn)
    assert torch.allclose(drawn[inside], wanted[inside], atol=1e-5)
    assert (drawn - wanted).abs().max() > 1e-3
    assert own is not None
    # The bundle's drawing with the old code, but for the ground, is what it should stay.
    held = (outside & (labels != 0)[:, None]).expand_as(drawn)
    assert torch.allclose(own[held], wanted[held], atol=1e-5)
    terms = [trainer.step(photos) for _ in range(30)]
    assert terms[0].keys() == {"hold", "ground", "outside"}
    mean = [sum(term["outside"] for term in some) for some in (terms[:10], terms[-10:])]
    assert mean[1] < 0.8 * mean[0]
    assert terms[-1]["ground"] < 0.5 * terms[0]["ground"]


def test_what_has_no_faces_is_refused(data: Path, trained: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="None of the photos shows a face of 5000 pixels"):
        train_details(replace(chosen(data, trained, tmp_path / "run"), recipe=replace(RECIPE, least_pixels=5000)))
    other = tmp_path / "other"
    (other / "images").mkdir(parents=True)
    (other / "classes.json").write_text((data / "classes.json").read_text().replace('"face"', '"nose"'))
    with pytest.raises(UserError, match="different classes"):
        train_details(replace(chosen(data, trained, tmp_path / "run"), extra_data=other))
