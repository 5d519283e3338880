"""Appearance mixture, its cache, and what photos of every kind come to."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.checkpoints import Bundle
from model.errors import UserError
from model.images import write_picture
from model.labels import write_label_map
from model.styles import write_styles
from model.styles.mixture import (
    CodeCache,
    EncodedPhoto,
    StyleSource,
    encode_file,
    encode_with_cache,
    load_styles,
    mix,
    mix_sources,
    shuffled,
)


def person(seed: int = 0) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A photo of noise, and its map: hair (1), hat (4) and class 8."""
    labels = np.zeros((48, 32), np.uint8)
    labels[4:12, 10:22] = 1
    labels[14:28, 8:24] = 4
    labels[28:42, 10:22] = 8
    photo = np.random.default_rng(seed).integers(0, 255, (48, 32, 3)).astype(np.uint8)
    return photo, labels


class TestSource:
    @pytest.mark.parametrize(
        ("text", "name", "path", "strength"),
        [
            ("hair=A.jpg", "hair", "A.jpg", 1.0),
            ("top = B.jpg@0.6".replace(" = ", "="), "top", "B.jpg", 0.6),
            ("all=folder/x=y.png@0", "all", "folder/x=y.png", 0.0),
            ("hair=me@home/A.jpg", "hair", "me@home/A.jpg", 1.0),
        ],
    )
    def test_what_can_be_written(self, text: str, name: str, path: str, strength: float) -> None:
        assert StyleSource.parse(text) == StyleSource(name, Path(path), strength)

    def test_a_file_with_an_at_sign(self, tmp_path: Path) -> None:
        path = tmp_path / "me@0.5"
        path.touch()
        assert StyleSource.parse(f"hair={path}").path == path
        assert StyleSource.parse(f"hair={path}@0.25").strength == 0.25

    @pytest.mark.parametrize("text", ["hair", "hair=", "=A.jpg", "hair=A.jpg@much", "hair=A.jpg@1.5", "hair=A.jpg@-1"])
    def test_what_cannot(self, text: str) -> None:
        with pytest.raises(UserError, match=r"hair|A\.jpg"):
            StyleSource.parse(text)


class TestMix:
    @given(st.floats(0, 1), st.integers(0, 99))
    @settings(max_examples=40)
    def test_strength_moves_between_the_two(self, strength: float, seed: int) -> None:
        own, other = torch.randn((2, 5, 3, 1, 1), generator=torch.Generator().manual_seed(seed))
        before = own.clone()
        mixed = mix(own, {2: (other[2], strength)})
        assert torch.equal(own, before)
        assert torch.equal(mixed[[0, 1, 3, 4]], own[[0, 1, 3, 4]])
        assert torch.allclose(mixed[2], (1 - strength) * own[2] + strength * other[2], atol=1e-5)

    def test_both_ends_are_met_exactly(self) -> None:
        own, other = torch.randn((2, 5, 3, 1, 1), generator=torch.Generator().manual_seed(0))
        assert torch.equal(mix(own, {1: (other[1], 1.0)})[1], other[1])
        assert torch.equal(mix(own, {1: (other[1], 0.0)}), own)

    def test_a_strength_outside_is_a_mistake(self) -> None:
        with pytest.raises(ValueError, match="strength"):
            mix(torch.zeros(2, 1, 1, 1), {0: (torch.zeros(1, 1, 1), 1.2)})

    def test_shuffling_takes_only_what_a_photo_shows(self) -> None:
        photos = [
            EncodedPhoto(np.zeros((1, 1), np.uint8), torch.zeros(0), frozenset(present))
            for present in ({1, 4}, {4}, {1, 8})
        ]
        for seed in range(20):
            chosen = shuffled(photos, range(10), seed)
            assert chosen.keys() == {1, 4, 8}
            assert all(index in photos[place].present for index, place in chosen.items())
        assert shuffled(photos, range(10), 3) == shuffled(photos, range(10), 3)


class TestEncoding:
    def test_the_cache_gives_what_encoding_gave(self, tiny_bundle: Bundle, tmp_path: Path) -> None:
        photo, labels = person()
        cache = CodeCache(tmp_path / "codes")
        first = encode_with_cache(tiny_bundle, photo, labels, cache=cache)
        assert len(list((tmp_path / "codes").iterdir())) == 1
        stored = cache.get(cache.key(tiny_bundle, photo, labels), tiny_bundle)
        assert stored is not None
        assert torch.equal(stored.codes, first.codes)
        assert (stored.labels == labels).all()
        assert stored.present == first.present == {0, 1, 4, 8}

    def test_other_content_has_another_key(self, tiny_bundle: Bundle, tmp_path: Path) -> None:
        photo, labels = person()
        cache = CodeCache(tmp_path)
        key = cache.key(tiny_bundle, photo, labels)
        assert key == cache.key(tiny_bundle, photo.copy(), labels.copy())
        other = photo.copy()
        other[0, 0, 0] ^= 1
        corrected = labels.copy()
        corrected[0, 0] = 3
        keys = {
            key,
            cache.key(tiny_bundle, other, labels),
            cache.key(tiny_bundle, photo, corrected),
            cache.key(tiny_bundle, photo, None),
        }
        assert len(keys) == 4
        with torch.no_grad():
            next(iter(tiny_bundle.encoder.parameters())).mul_(1.1)
        assert cache.key(tiny_bundle, photo, labels) != key

    def test_a_damaged_cache_is_only_slower(self, tiny_bundle: Bundle, tmp_path: Path) -> None:
        photo, labels = person()
        cache = CodeCache(tmp_path)
        first = encode_with_cache(tiny_bundle, photo, labels, cache=cache)
        for path in tmp_path.iterdir():
            path.write_bytes(path.read_bytes()[:30])
        again = encode_with_cache(tiny_bundle, photo, labels, cache=cache)
        assert torch.equal(first.codes, again.codes)

    def test_the_cache_keeps_to_its_limit(self, tmp_path: Path) -> None:
        cache = CodeCache(tmp_path, limit=3000)
        encoded = EncodedPhoto(np.zeros((4, 4), np.uint8), torch.zeros(2, 100, 1, 1), frozenset({1}))
        for number in range(6):
            cache.put(f"key{number}", encoded)
            os.utime(tmp_path / f"key{number}.safetensors", ns=(number * 10**9, number * 10**9))
        left = sorted(path.stem for path in tmp_path.iterdir())
        assert 1 <= len(left) <= 3
        assert left[-1] == "key5"

    def test_nobody_in_a_photo_is_told(self, tiny_bundle_with_parser: Bundle, tmp_path: Path) -> None:
        with torch.no_grad():
            last = tiny_bundle_with_parser.parser.classify
            last.weight.zero_()
            last.bias.zero_()
            last.bias[0] = 5
        write_picture(tmp_path / "empty.png", person()[0])
        with pytest.raises(UserError, match=r"empty\.png shows no person"):
            encode_file(tiny_bundle_with_parser, tmp_path / "empty.png")

    @pytest.mark.parametrize("size", [(1, 1), (1, 700), (3, 2), (700, 500)])
    def test_photos_of_any_size(self, tiny_bundle: Bundle, size: tuple[int, int], tmp_path: Path) -> None:
        photo = np.full((*size, 3), 90, np.uint8)
        labels = np.full(size, 4, np.uint8)
        found = encode_with_cache(tiny_bundle, photo, labels, cache=CodeCache(tmp_path))
        assert found.present == {4}
        assert bool(found.codes.isfinite().all())


class TestSources:
    @pytest.fixture
    def files(self, tiny_bundle: Bundle, tmp_path: Path) -> Path:
        photo, labels = person()
        write_picture(tmp_path / "A.png", photo)
        write_label_map(tmp_path / "A_labels.png", labels, tiny_bundle.label_set)
        codes = torch.randn(tiny_bundle.code_shape, generator=torch.Generator().manual_seed(4))
        write_styles(tmp_path / "B.safetensors", codes, tiny_bundle)
        return tmp_path

    def test_a_style_file_has_every_class(self, tiny_bundle: Bundle, files: Path) -> None:
        own = tiny_bundle.code_mean
        source = StyleSource("bag", files / "B.safetensors", 0.5)
        codes, touched = mix_sources(tiny_bundle, own, [source])
        bag = tiny_bundle.label_set.index_of("bag")
        assert touched == {bag}
        other, present = load_styles(tiny_bundle, files / "B.safetensors")
        assert present == set(range(16))
        assert torch.allclose(codes[bag], (own[bag] + other[bag]) / 2, atol=1e-6)

    def test_all_takes_a_whole_column(self, tiny_bundle: Bundle, files: Path) -> None:
        codes, touched = mix_sources(tiny_bundle, tiny_bundle.code_mean, [StyleSource("all", files / "B.safetensors")])
        assert touched == set(range(16))
        assert torch.equal(codes, load_styles(tiny_bundle, files / "B.safetensors")[0])

    def test_a_class_that_the_photo_lacks_is_told(
        self, tiny_bundle: Bundle, files: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # The parser is tested elsewhere; here it finds what the photo was drawn with.
        monkeypatch.setattr("model.parsing.parse_photo", lambda bundle, photo, **_: person()[1])
        with pytest.raises(UserError, match=r"A\.png shows no bag; it shows background, hair, hat, "):
            mix_sources(tiny_bundle, tiny_bundle.code_mean, [StyleSource("bag", files / "A.png")])

    def test_an_unknown_class_is_told(self, tiny_bundle: Bundle, files: Path) -> None:
        with pytest.raises(UserError, match="wings"):
            mix_sources(tiny_bundle, tiny_bundle.code_mean, [StyleSource("wings", files / "A.png")])
