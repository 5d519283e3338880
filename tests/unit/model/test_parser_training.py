"""The parser's losses, augmentation and training."""

import json
import math
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from rich.console import Console
from torch import nn

from model.errors import UserError
from model.labels import LabelSet, write_label_map
from model.parsing import Parser, ParserConfig, parse_photo
from model.parsing.network import PresenceHead
from model.training.parser import ParserRecipe, load_trained_parser, loop, open_parser, train_parser
from model.training.parser.augment import Augmentation, augment
from model.training.parser.loading import copy_weights
from model.training.parser.losses import Confusion, class_weights, parser_loss, presence_loss, soft_jaccard_loss
from tests.unit.model.tiny_parsers import ROWS, BundleOfParser, tiny_config

STILL = Augmentation(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)


def test_class_weights_average_to_one_over_the_pixels_and_favour_the_rare() -> None:
    counts = torch.tensor([900, 90, 10, 0])
    weights = class_weights(counts)
    assert float((weights * counts).sum() / counts.sum()) == pytest.approx(1)
    assert weights[2] > weights[1] > weights[0] > 0
    assert weights[3] == 0


def test_soft_jaccard_of_certain_predictions_is_one_minus_the_mean_iou() -> None:
    generator = torch.Generator().manual_seed(4)
    truth = torch.randint(0, 3, (2, 9, 7), generator=generator)
    guess = torch.randint(0, 3, (2, 9, 7), generator=generator)
    confusion = Confusion(3)
    confusion.add(guess, truth)
    logits = F.one_hot(guess, 3).permute(0, 3, 1, 2) * 60.0
    assert float(soft_jaccard_loss(logits, truth)) == pytest.approx(1 - confusion.mean_iou, abs=1e-5)
    hidden = truth.clone()
    hidden[guess != truth] = -1
    assert float(soft_jaccard_loss(logits, hidden)) == pytest.approx(0, abs=1e-5)


def test_unlabelled_pixels_have_no_gradient() -> None:
    logits = torch.zeros(1, 3, 4, 4, requires_grad=True)
    labels = torch.ones(1, 4, 4, dtype=torch.int64)
    labels[:, :2] = -1
    parser_loss(logits, labels, torch.ones(3)).backward()
    assert logits.grad is not None
    assert not logits.grad[:, :, :2].any()
    assert logits.grad[:, :, 2:].all()


def test_confusion_counts_a_known_case() -> None:
    confusion = Confusion(3)
    confusion.add(torch.tensor([[0, 0, 1], [1, 1, 0]]), torch.tensor([[0, 0, 0], [1, 1, 1]]))
    assert confusion.pixel_accuracy == pytest.approx(4 / 6)
    iou = confusion.class_iou
    assert iou[:2].tolist() == pytest.approx([0.5, 0.5])
    assert torch.isnan(iou[2])
    assert confusion.mean_iou == pytest.approx(0.5)


def stripes(batch: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Maps of three classes whose photos show the class as a colour."""
    labels = (torch.arange(64)[:, None] // 16 + torch.arange(48) // 16) % 3
    colours = torch.tensor([[0, 0, 0], [255, 0, 0], [0, 0, 255]], dtype=torch.uint8)
    return (
        colours[labels].permute(2, 0, 1).expand(batch, 3, 64, 48).contiguous(),
        labels.to(torch.uint8).expand(batch, 64, 48).contiguous(),
    )


def test_photo_and_map_move_together() -> None:
    photos, labels = stripes(8)
    moved = Augmentation(10, 0.1, 0.03, 0, 0, 0, 0, 0, 0, 0, 0)
    pictures, maps = augment(photos, labels, 48, 32, (0.8, 1.3), torch.Generator().manual_seed(1), moved)
    assert pictures.shape == (8, 3, 48, 32)
    assert maps.shape == (8, 24, 16)
    shown = F.avg_pool2d(pictures, 2)
    seen = torch.where(shown[:, 0] > 0, 1, torch.where(shown[:, 2] > 0, 2, 0))
    known = maps >= 0
    assert known.float().mean() > 0.8
    assert (seen == maps)[known].float().mean() > 0.93


def test_without_strength_only_flips_are_left() -> None:
    photos, labels = stripes(16)
    labels[:, :, :5] = 2
    pictures, maps = augment(photos, labels, 64, 48, (1, 1), torch.Generator().manual_seed(2), STILL)
    assert pictures.min() >= -1
    assert pictures.max() <= 1
    # Even with an equal size the crop roams by 3 % of its size, hence the second column.
    left = (maps[:, 8:-8, 1] == 2).all(dim=1)
    right = (maps[:, 8:-8, -2] == 2).all(dim=1)
    assert bool((left ^ right).all())
    assert left.any()
    assert right.any()


def test_augmentation_repeats_with_its_generator() -> None:
    photos, labels = stripes(2)
    quiet = Augmentation(noise=0)
    first = augment(photos, labels, 48, 32, (0.6, 1.1), torch.Generator().manual_seed(5), quiet)
    second = augment(photos, labels, 48, 32, (0.6, 1.1), torch.Generator().manual_seed(5), quiet)
    assert torch.equal(first[0], second[0])
    assert torch.equal(first[1], second[1])


def test_a_new_presence_head_changes_no_decision() -> None:
    plain = Parser(tiny_config()).eval()
    weighed = Parser(replace(tiny_config(), presence=6)).eval()
    copy_weights(plain, weighed)
    photo = torch.rand(2, 3, 96, 64) * 2 - 1
    with torch.no_grad():
        difference = weighed.coarse_logits(photo) - plain.coarse_logits(photo)
    torch.testing.assert_close(difference, difference.mean().expand_as(difference))


def test_a_class_that_is_held_to_be_absent_loses_everywhere() -> None:
    parser = Parser(replace(tiny_config(), presence=6)).eval()
    assert parser.presence is not None
    photo = torch.rand(1, 3, 96, 64) * 2 - 1
    with torch.no_grad():
        free = parser.coarse_logits(photo)
        parser.presence.classify.bias.copy_(torch.tensor([20.0, -20.0, 20.0]))
        weighed = parser.coarse_logits(photo)
    torch.testing.assert_close(weighed[:, 1] - free[:, 1], torch.full_like(free[:, 1], -20 + math.log(2)))
    assert (weighed[:, [0, 2]] >= free[:, [0, 2]]).all()


def test_the_presence_head_looks_at_the_person() -> None:
    head = PresenceHead(4, 3, 6).eval()
    nn.init.normal_(head.classify.weight)
    logits = torch.zeros(1, 3, 8, 8)
    logits[:, 0], logits[:, 1, :, :4] = 10, 20  # background, with a coat in the left half
    features = torch.randn(1, 4, 2, 2)
    features[..., 1] = features[..., :1].amax() - 50  # never the largest, but far from the person's
    changed = features.clone()
    changed[..., 1] -= 30
    with torch.no_grad():
        torch.testing.assert_close(head(features, logits), head(changed, logits), atol=1e-2, rtol=0)


def test_presence_learns_from_the_classes_of_the_map() -> None:
    labels = torch.tensor([[[0, 1], [1, -1]]])
    right = torch.tensor([[30.0, 30.0, -30.0]])
    assert presence_loss(right, labels).item() == pytest.approx(0, abs=1e-6)
    assert presence_loss(-right, labels).item() == pytest.approx(30)


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "images").mkdir(parents=True)
    (folder / "labels").mkdir()
    (folder / "classes.json").write_text(json.dumps(ROWS))
    label_set = LabelSet.from_json(ROWS)
    random = np.random.default_rng(1)
    palette = np.array([[40, 40, 40], [230, 60, 60], [60, 60, 230]])
    for number in range(12):
        labels = np.zeros((64, 64), np.uint8)
        x = int(random.integers(8, 32))
        labels[6:44, x : x + 20] = 1
        labels[44:58, x : x + 20] = 2
        photo = np.clip(palette[labels] + random.normal(0, 12, (64, 64, 3)), 0, 255).astype(np.uint8)
        Image.fromarray(photo).save(folder / "images" / f"{number:02d}.png")
        write_label_map(folder / "labels" / f"{number:02d}.png", labels, label_set)
    return folder


def recipe(**changes: object) -> ParserRecipe:
    settings: dict[str, object] = {
        "steps": 4, "batch_size": 4, "height": 64, "width": 64, "small": (64, 32), "validation_every": 4,
        "validations": 2,
    }  # fmt: skip
    return ParserRecipe(**{**settings, **changes})  # type: ignore[arg-type]


TINY = ParserConfig(3, channels=8, head_channels=8, height=64, width=64)


def quiet() -> Console:
    return Console(quiet=True)


def test_training_lowers_the_loss_and_what_it_keeps_can_be_loaded(dataset: Path, tmp_path: Path) -> None:
    report = train_parser(
        dataset, tmp_path / "run", recipe(steps=40, ema=0.9), config=TINY, console=quiet(), device="cpu"
    )
    log = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert len(log) == 2
    assert report["figures"]["mean_iou"] > 0.5
    parser = load_trained_parser(tmp_path / "run")
    assert parser.config == TINY
    assert report == json.loads((tmp_path / "run" / "parser.json").read_text())
    photo = np.asarray(Image.open(dataset / "images" / "00.png"))
    truth = np.asarray(Image.open(dataset / "labels" / "00.png"))
    parsed = parse_photo(BundleOfParser("trained", parser), photo)
    assert ((parsed == 1) & (truth == 1)).sum() > 0.5 * ((parsed == 1) | (truth == 1)).sum()


def test_a_resumed_run_ends_with_the_weights_of_an_uninterrupted_one(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train_parser(dataset, tmp_path / "whole", recipe(), config=TINY, console=quiet(), device="cpu", pretrained=False)

    real = loop.parser_loss
    steps = 0

    def interrupt(*arguments: torch.Tensor) -> torch.Tensor:
        nonlocal steps
        steps += 1
        if steps == 2:
            signal.raise_signal(signal.SIGINT)
        return real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(loop, "parser_loss", interrupt)
        train_parser(dataset, tmp_path / "cut", recipe(), config=TINY, console=quiet(), device="cpu", pretrained=False)
    assert torch.load(tmp_path / "cut" / "checkpoint.pt", weights_only=True)["step"] == 2
    torch.manual_seed(99)
    train_parser(dataset, tmp_path / "cut", recipe(), resume=True, console=quiet(), device="cpu")
    whole = torch.load(tmp_path / "whole" / "checkpoint.pt", weights_only=True)
    cut = torch.load(tmp_path / "cut" / "checkpoint.pt", weights_only=True)
    assert whole["step"] == cut["step"] == 4
    for part in ("parser", "average"):
        assert all(torch.equal(whole[part][name], cut[part][name]) for name in whole[part])


def test_runs_are_not_mixed_up(dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="resume"):
        train_parser(dataset, tmp_path / "run", recipe(), resume=True, console=quiet())
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "checkpoint.pt").touch()
    with pytest.raises(UserError, match="--resume"):
        train_parser(dataset, tmp_path / "run", recipe(), console=quiet())


def test_faulty_data_stops_training_before_it_starts(dataset: Path, tmp_path: Path) -> None:
    (dataset / "images" / "05.png").write_bytes(b"")
    with pytest.raises(UserError, match=r"05\.png"):
        train_parser(dataset, tmp_path / "run", recipe(), config=TINY, console=quiet())
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(("choice", "told"), [({"device": "tpu"}, "tpu"), ({"precision": "8-bit"}, "8-bit")])
def test_an_unknown_device_or_precision_is_named(
    dataset: Path, tmp_path: Path, choice: dict[str, str], told: str
) -> None:
    with pytest.raises(UserError, match=told):
        train_parser(dataset, tmp_path / "run", recipe(), config=TINY, console=quiet(), **choice)  # type: ignore[arg-type]


def test_a_run_needs_an_end() -> None:
    with pytest.raises(UserError, match="steps, epochs or minutes"):
        ParserRecipe()


def test_a_damaged_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"parser\.json"):
        load_trained_parser(tmp_path)
    (tmp_path / "parser.json").write_text('{"config": {"classes": 3}}')
    with pytest.raises(UserError, match=r"parser\.safetensors"):
        load_trained_parser(tmp_path)


def test_a_run_starts_from_a_parser_and_leaves_frozen_stages_alone(dataset: Path, tmp_path: Path) -> None:
    train_parser(dataset, tmp_path / "first", recipe(), config=TINY, console=quiet(), device="cpu", pretrained=False)
    first = load_trained_parser(tmp_path / "first")
    assert first.presence is None
    choices = recipe(learning_rate=1e-2, backbone_learning_rate=1e-2, frozen_stages=2)
    train_parser(dataset, tmp_path / "second", choices, init_from=tmp_path / "first", console=quiet(), device="cpu")
    second = load_trained_parser(tmp_path / "second")
    assert second.presence is not None
    before, after = dict(first.named_parameters()), dict(second.named_parameters())
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert not any(name.startswith(("backbone.stem", "backbone.stages.0", "backbone.stages.1")) for name in changed)
    assert any(name.startswith("backbone.stages.2") for name in changed)
    assert "classify.weight" in changed


def test_a_start_of_other_classes_is_refused(dataset: Path, tmp_path: Path) -> None:
    train_parser(dataset, tmp_path / "first", recipe(), config=TINY, console=quiet(), device="cpu", pretrained=False)
    rows = [*ROWS, {"name": "hat", "color": "#00ff00"}]
    (dataset / "classes.json").write_text(json.dumps(rows))
    with pytest.raises(UserError, match="3 classes"):
        train_parser(dataset, tmp_path / "second", recipe(), init_from=tmp_path / "first", console=quiet())
    wider = ParserConfig(4, channels=8, head_channels=8, height=64, width=64)
    with pytest.raises(UserError, match="other sizes"):
        train_parser(
            dataset, tmp_path / "second", recipe(), init_from=tmp_path / "first", config=wider, console=quiet()
        )


def test_a_parser_of_a_run_is_opened_with_its_classes(dataset: Path, tmp_path: Path) -> None:
    train_parser(dataset, tmp_path / "run", recipe(), config=TINY, console=quiet(), device="cpu", pretrained=False)
    opened = open_parser(tmp_path / "run")
    assert opened.label_set.names == ("background", "coat", "shoes")
    assert opened.parser.config == TINY
