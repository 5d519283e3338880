from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file

from model.checkpoints import Bundle
from model.code_spread import drawn, with_linked
from model.errors import UserError
from model.fitting import Fit, check_same_size
from model.styles import encode_photo, read_styles, sample_codes, write_styles
from model.styles.encoding import photo_to_tensor, tensor_to_picture
from model.styles.sampling import code_bank


def photo_and_map(height: int = 48, width: int = 32) -> tuple[np.ndarray, np.ndarray]:
    photo = np.random.default_rng(0).integers(0, 256, (height, width, 3)).astype(np.uint8)
    labels = np.zeros((height, width), np.uint8)
    labels[height // 4 : height // 2, 4:-4] = 6
    labels[height // 2 :, 8:-8] = 10
    return photo, labels


def test_a_class_draws_the_same_code_alone_and_with_others(tiny_bundle: Bundle) -> None:
    everything = sample_codes(tiny_bundle, 5)
    base = torch.full(tiny_bundle.code_shape, 7.0)
    some = sample_codes(tiny_bundle, 5, classes=[3, 9], base=base)
    assert torch.equal(some[[3, 9]], everything[[3, 9]])
    assert bool((some[[0, 1, 2, 4]] == 7).all())
    assert bool((base == 7).all())
    assert torch.equal(sample_codes(tiny_bundle, 5), everything)
    assert not torch.equal(sample_codes(tiny_bundle, 6), everything)
    assert torch.equal(sample_codes(tiny_bundle, 5, classes=[]), tiny_bundle.code_mean)


def test_drawn_codes_have_the_bundles_mean_and_spread(tiny_bundle: Bundle) -> None:
    drawn = torch.stack([sample_codes(tiny_bundle, seed) for seed in range(400)])
    standard = (drawn.mean(0) - tiny_bundle.code_mean) / tiny_bundle.code_std * 20
    assert standard.abs().max() < 5
    assert (drawn.std(0) / tiny_bundle.code_std - 1).abs().max() < 0.25


def test_codes_drawn_around_a_bank_keep_its_mean_and_covariance(tiny_bundle: Bundle) -> None:
    random = torch.Generator().manual_seed(3)
    classes, numbers = tiny_bundle.classes, tiny_bundle.code_mean[0].numel()
    factor = torch.randn(classes, numbers, numbers, generator=random).tril()
    noise = torch.randn(classes, 4000, numbers, generator=random)
    mean = tiny_bundle.code_mean.flatten(1)
    tiny_bundle.code_bank = mean[:, None] + torch.einsum("cij,cmj->cmi", factor, noise)
    tiny_bundle.code_factor = factor
    drawn = torch.stack([sample_codes(tiny_bundle, seed) for seed in range(1500)]).flatten(2)
    for index in (1, 7):
        covariance = factor[index] @ factor[index].T
        scale = covariance.diagonal().max()
        assert (torch.cov(drawn[:, index].T) - covariance).abs().max() < 0.2 * scale
        assert (drawn[:, index].mean(0) - mean[index]).abs().max() < 0.15 * scale**0.5
    alone = sample_codes(tiny_bundle, 5, classes=[3])
    assert torch.equal(alone[3], sample_codes(tiny_bundle, 5)[3])


def give_bank(bundle: Bundle, rows: int = 40) -> None:
    """A bank in which row m of every class is m everywhere, with next to no covariance."""
    numbers = bundle.code_mean[0].numel()
    places = torch.arange(float(rows))[None, :, None]
    bundle.code_bank = places.expand(bundle.classes, rows, numbers).contiguous()
    bundle.code_factor = 1e-3 * torch.eye(numbers).expand(bundle.classes, numbers, numbers).contiguous()
    bundle.code_mean = torch.zeros(bundle.code_shape)


def test_linked_classes_are_drawn_around_codes_of_one_photo(tiny_bundle: Bundle) -> None:
    give_bank(tiny_bundle)
    names = tiny_bundle.label_set.names
    face, skin, hair = (names.index(name) for name in ("face", "skin", "hair"))
    assert (face, skin) in tiny_bundle.label_set.linked
    rows = torch.stack([sample_codes(tiny_bundle, seed).flatten(1).mean(1) for seed in range(30)])
    assert torch.allclose(rows[:, face], rows[:, skin], atol=0.01)
    assert (rows[:, face] - rows[:, hair]).abs().mean() > 3
    alone = sample_codes(tiny_bundle, 4, classes=[skin])
    assert torch.equal(alone[skin], sample_codes(tiny_bundle, 4)[skin])
    # Label sets of older bundles link nothing.
    tiny_bundle.label_set = replace(tiny_bundle.label_set, linked=())
    free = torch.stack([sample_codes(tiny_bundle, seed).flatten(1).mean(1) for seed in range(30)])
    assert torch.equal(free[:, face], rows[:, face])
    assert (free[:, face] - free[:, skin]).abs().mean() > 3


def test_the_editor_draws_linked_classes_around_one_photo_together_and_alone(tiny_bundle: Bundle) -> None:
    give_bank(tiny_bundle)
    bank = code_bank(tiny_bundle)
    assert bank is not None
    face, skin = bank.linked[0]
    assert tiny_bundle.code_factor is not None
    mean, factor = tiny_bundle.code_mean.numpy(), tiny_bundle.code_factor.numpy()
    for seed in range(10):
        codes = drawn(mean, factor, np.random.default_rng(seed), bank).mean(axis=(1, 2, 3))
        assert codes[face] == pytest.approx(codes[skin], abs=0.01)
        single = [drawn(mean[i], factor[i], np.random.default_rng(seed), bank.of(i)).mean() for i in (face, skin)]
        assert single[0] == pytest.approx(single[1], abs=0.01)


def test_what_is_linked_to_a_class_follows_it() -> None:
    assert with_linked([2], [(2, 3)]) == [2, 3]
    assert with_linked([3, 1], [(2, 3)]) == [3, 1, 2]
    assert with_linked([0, 1], [(2, 3)]) == [0, 1]


def test_seeds_out_of_range_are_user_errors(tiny_bundle: Bundle) -> None:
    for seed in (-1, 2**63):
        with pytest.raises(UserError, match="seed"):
            sample_codes(tiny_bundle, seed)


def test_encoding_gives_present_classes_the_posterior_mean_and_others_the_bundles(tiny_bundle: Bundle) -> None:
    photo, labels = photo_and_map()
    codes = encode_photo(tiny_bundle, photo, labels)
    assert tiny_bundle.encoder is not None
    studio = photo.copy()
    studio[labels == 0] = 128
    with torch.inference_mode():
        mean, _ = tiny_bundle.encoder(photo_to_tensor(studio), torch.from_numpy(labels.astype(np.int64))[None])
    for index in range(16):
        expected = mean[0, index] if index in (0, 6, 10) else tiny_bundle.code_mean[index]
        assert torch.equal(codes[index], expected)


def test_what_stands_behind_the_person_does_not_matter(tiny_bundle: Bundle) -> None:
    photo, labels = photo_and_map()
    other = photo.copy()
    other[labels == 0] = 3
    assert torch.equal(encode_photo(tiny_bundle, photo, labels), encode_photo(tiny_bundle, other, labels))


@pytest.mark.parametrize(("height", "width"), [(96, 64), (100, 20), (7, 50), (1, 1)])
def test_photos_of_any_size_are_encoded(tiny_bundle: Bundle, height: int, width: int) -> None:
    photo = np.full((height, width, 3), 90, np.uint8)
    labels = np.full((height, width), 6, np.uint8)
    codes = encode_photo(tiny_bundle, photo, labels)
    assert torch.equal(codes[0], tiny_bundle.code_mean[0])  # Padding is no background of the photo.
    assert bool(codes.isfinite().all())
    assert not torch.equal(codes[6], tiny_bundle.code_mean[6])


def test_encoding_without_encoder_or_with_a_map_of_another_size_is_a_user_error(tiny_bundle: Bundle) -> None:
    photo, labels = photo_and_map()
    with pytest.raises(UserError, match="32 x 20"):
        encode_photo(tiny_bundle, photo, labels[:20])
    tiny_bundle.encoder = None
    with pytest.raises(UserError, match="no encoder"):
        encode_photo(tiny_bundle, photo, labels)


def test_styles_read_back(tmp_path: Path, tiny_bundle: Bundle, tiny_spatial_bundle: Bundle) -> None:
    codes = sample_codes(tiny_bundle, 1)
    write_styles(tmp_path / "a.safetensors", codes, tiny_bundle)
    assert torch.equal(read_styles(tmp_path / "a.safetensors"), codes)
    assert torch.equal(read_styles(tmp_path / "a.safetensors", tiny_bundle), codes)
    with pytest.raises(UserError, match=r"made with tiny \(street-fashion"):
        read_styles(tmp_path / "a.safetensors", tiny_spatial_bundle)


def test_files_that_hold_no_styles_are_user_errors(tmp_path: Path, tiny_bundle: Bundle) -> None:
    (tmp_path / "text.safetensors").write_text("hello, this is not a file of tensors")
    (tmp_path / "empty.safetensors").touch()
    save_file({"mean": torch.zeros(2)}, tmp_path / "other.safetensors")
    save_file({"codes": torch.full((1, 2, 3, 4), float("nan"))}, tmp_path / "nan.safetensors")
    for name in ("text", "empty", "other", "nan", "none"):
        with pytest.raises(UserError, match=f"{name}.safetensors"):
            read_styles(tmp_path / f"{name}.safetensors")
    with pytest.raises(UserError, match="folder"):
        read_styles(tmp_path)
    with pytest.raises(UserError, match=r"\.safetensors"):
        write_styles(tmp_path / "a.bin", tiny_bundle.code_mean, tiny_bundle)


# Fitting -------------------------------------------------------------------------------------------------------------

sides = st.integers(1, 70)


@given(source_height=sides, source_width=sides, height=sides, width=sides)
def test_a_fit_keeps_proportions_and_touches_two_edges(
    source_height: int, source_width: int, height: int, width: int
) -> None:
    fit = Fit.into(source_height, source_width, height, width)
    assert fit.inner_height == height or fit.inner_width == width
    assert 0 <= fit.top <= fit.top + fit.inner_height <= height
    assert 0 <= fit.left <= fit.left + fit.inner_width <= width
    scale = min(height / source_height, width / source_width)
    assert abs(fit.inner_height - source_height * scale) <= 1
    assert abs(fit.inner_width - source_width * scale) <= 1
    labels = np.full((source_height, source_width), 3, np.uint8)
    fitted = fit.labels(labels, 5)
    assert (fitted == 3).sum() == fit.inner_height * fit.inner_width
    np.testing.assert_array_equal(fit.restore_labels(fitted), labels)
    assert fit.restore(fit.photo(np.zeros((source_height, source_width, 3), np.uint8))).shape[:2] == labels.shape


@given(seed=st.integers(0, 99), factor=st.integers(1, 3))
def test_enlarging_by_a_whole_factor_and_putting_back_is_exact(seed: int, factor: int) -> None:
    labels = np.random.default_rng(seed).integers(0, 16, (8, 6)).astype(np.uint8)
    fit = Fit.into(8, 6, 8 * factor, 6 * factor + 4)
    np.testing.assert_array_equal(fit.restore_labels(fit.labels(labels)), labels)
    ids = labels.astype(np.int32) * 1000
    np.testing.assert_array_equal(np.unique(fit.instances(ids)), np.unique(np.append(ids, 0)))


def test_the_native_size_is_left_alone() -> None:
    photo, labels = photo_and_map()
    fit = Fit.into(48, 32, 48, 32)
    assert fit.identity
    np.testing.assert_array_equal(fit.photo(photo), photo)
    np.testing.assert_array_equal(fit.labels(labels), labels)
    np.testing.assert_array_equal(fit.restore(photo), photo)


def test_sizes_that_differ_are_named() -> None:
    photo, labels = photo_and_map()
    check_same_size(photo, labels, "a.jpg", "a.png")
    with pytest.raises(UserError, match=r"a\.png is 31 x 48 pixels, but a\.jpg is 32 x 48"):
        check_same_size(photo, labels[:, 1:], "a.jpg", "a.png")


def test_pictures_survive_the_way_through_tensors() -> None:
    photo, _ = photo_and_map()
    np.testing.assert_array_equal(tensor_to_picture(photo_to_tensor(photo)[0]), photo)
