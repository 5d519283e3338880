from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from model.checkpoints import (
    Bundle,
    default_bundle_name,
    find_bundle,
    list_bundles,
    load_bundle,
    save_bundle,
)
from model.checkpoints.state import folded_state
from model.errors import UserError
from model.groupdnet import Generator
from model.groupdnet.config import PlainGround
from model.parsing import parse_photo


def draw(bundle: Bundle) -> torch.Tensor:
    labels = torch.arange(bundle.height * bundle.width).view(1, bundle.height, bundle.width) // 7 % bundle.classes
    with torch.inference_mode():
        return bundle.generator(labels, bundle.code_mean[None])


def test_a_bundle_reads_back_as_it_was(tmp_path: Path, tiny_bundle_with_parser: Bundle) -> None:
    saved = tiny_bundle_with_parser
    save_bundle(saved, tmp_path / "new" / "b")
    read = load_bundle(tmp_path / "new" / "b")
    assert saved.path == read.path == tmp_path / "new" / "b"
    for field in ("name", "label_set", "height", "width", "background", "card"):
        assert getattr(read, field) == getattr(saved, field)
    assert torch.equal(read.code_mean, saved.code_mean)
    assert torch.equal(read.code_std, saved.code_std)
    assert (draw(read) - draw(saved)).abs().max() < 0.02  # float16 on disk
    assert not read.generator.training
    assert all(value.dtype == torch.float32 for value in read.generator.state_dict().values() if value.ndim)
    photo = np.random.default_rng(0).integers(0, 256, (40, 30, 3)).astype(np.uint8)
    assert parse_photo(read, photo).shape == (40, 30)


def test_a_ground_that_the_generator_lays_is_said_once(tmp_path: Path, tiny_bundle: Bundle) -> None:
    assert tiny_bundle.ground == PlainGround(0, (128, 128, 128)), "of networks that only saw one"
    config = replace(tiny_bundle.generator.config, ground=PlainGround(0, (200, 190, 40)))
    generator = Generator(config)
    generator.load_state_dict(tiny_bundle.generator.state_dict())
    # Whatever is given beside it, as files of before may.
    bundle = replace(tiny_bundle, generator=generator.eval())
    assert bundle.background == (200, 190, 40) and bundle.ground == config.ground
    save_bundle(bundle, tmp_path / "b")
    assert json.loads((tmp_path / "b" / "bundle.json").read_text())["background"] is None
    assert load_bundle(tmp_path / "b").background == (200, 190, 40)
    edit_manifest(tmp_path / "b", background=[200, 190, 40])
    assert load_bundle(tmp_path / "b").ground == config.ground


def test_the_density_of_the_codes_is_kept_and_checked(tmp_path: Path, tiny_bundle: Bundle) -> None:
    numbers = tiny_bundle.code_mean[0].numel()
    tiny_bundle.code_factor = torch.eye(numbers).repeat(tiny_bundle.classes, 1, 1)
    tiny_bundle.code_bank = torch.randn(tiny_bundle.classes, 5, numbers)
    save_bundle(tiny_bundle, tmp_path / "b")
    read = load_bundle(tmp_path / "b")
    assert read.code_factor is not None
    assert read.code_bank is not None
    assert torch.equal(read.code_factor, tiny_bundle.code_factor)
    assert torch.equal(read.code_bank, tiny_bundle.code_bank)
    tiny_bundle.code_bank = tiny_bundle.code_bank[:, :, 1:]
    with pytest.raises(UserError, match="bank of the codes has the shape"):
        save_bundle(tiny_bundle, tmp_path / "c")
    tiny_bundle.code_bank = None
    with pytest.raises(UserError, match="both or neither"):
        save_bundle(tiny_bundle, tmp_path / "c")


def test_without_halving_a_bundle_is_exact(tmp_path: Path, tiny_bundle: Bundle) -> None:
    save_bundle(tiny_bundle, tmp_path / "b", half=False)
    assert torch.equal(draw(load_bundle(tmp_path / "b")), draw(tiny_bundle))


def test_networks_of_the_authors_kind_and_without_an_encoder_read_back(
    tmp_path: Path, tiny_spatial_bundle: Bundle
) -> None:
    tiny_spatial_bundle.encoder = None
    save_bundle(tiny_spatial_bundle, tmp_path / "b", half=False)
    read = load_bundle(tmp_path / "b")
    assert read.encoder is None
    assert read.parser is None
    assert torch.equal(draw(read), draw(tiny_spatial_bundle))


def test_spectral_norm_is_folded_without_touching_the_network(tiny_bundle: Bundle) -> None:
    torch.manual_seed(0)
    normalised = Generator(replace(tiny_bundle.generator.config, spectral_norm=True))
    labels = torch.randint(0, 16, (2, 48, 32))
    codes = torch.randn(2, *tiny_bundle.code_shape)
    normalised(labels, codes)  # One step in training moves the statistics and the power iteration.
    state = folded_state(normalised)
    assert normalised.training
    plain = Generator(replace(tiny_bundle.generator.config, spectral_norm=False))
    plain.load_state_dict(state, strict=False)
    with torch.inference_mode():
        difference = plain.eval()(labels, codes) - normalised.eval()(labels, codes)
    assert difference.abs().max() < 1e-5


def test_numbers_beyond_float16_are_kept(tmp_path: Path, tiny_bundle: Bundle) -> None:
    bias = tiny_bundle.generator.fc.bias
    assert bias is not None
    bias[0] = 1e6
    save_bundle(tiny_bundle, tmp_path / "b")
    read = load_bundle(tmp_path / "b").generator.fc.bias
    assert read is not None
    assert read[0] == 1e6


def test_saving_over_a_bundle_keeps_its_further_files(tmp_path: Path, tiny_bundle: Bundle) -> None:
    path = tmp_path / "b"
    save_bundle(tiny_bundle, path)
    (path / "styles.safetensors").write_bytes(b"styles")
    tiny_bundle.card["steps"] = 7
    save_bundle(tiny_bundle, path)
    save_bundle(tiny_bundle, tmp_path / "copy")
    for folder in (path, tmp_path / "copy"):
        assert (folder / "styles.safetensors").read_bytes() == b"styles"
        assert load_bundle(folder).card["steps"] == 7
        assert "Steps\n\n7" in (folder / "MODEL_CARD.md").read_text()
    assert sorted(folder.name for folder in tmp_path.iterdir()) == ["b", "copy"]


def test_a_failed_save_keeps_the_old_bundle(tmp_path: Path, tiny_bundle: Bundle) -> None:
    path = tmp_path / "b"
    save_bundle(tiny_bundle, path)
    before = {file.name: file.read_bytes() for file in path.iterdir()}
    tiny_bundle.card["figures"] = object()  # JSON cannot hold it.
    with pytest.raises(TypeError):
        save_bundle(tiny_bundle, path)
    assert {file.name: file.read_bytes() for file in path.iterdir()} == before
    assert [folder.name for folder in tmp_path.iterdir()] == ["b"]


def test_nothing_but_a_bundle_is_overwritten(tmp_path: Path, tiny_bundle: Bundle) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("photos", "file"):
        with pytest.raises(UserError, match="no bundle"):
            save_bundle(tiny_bundle, tmp_path / name)
    assert (tmp_path / "photos" / "a.txt").read_text() == "mine"


def edit_manifest(path: Path, **changes: object) -> None:
    manifest = json.loads((path / "bundle.json").read_text())
    for key, value in changes.items():
        if value is None:
            del manifest[key]
        else:
            manifest[key] = value
    (path / "bundle.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"format": 2}, "has format 2, but this version of the program reads only up to 1"),
        ({"format": None}, "no format number"),
        ({"generator": None}, "generator"),
        ({"generator": {"widths": 3}}, "widths"),
        ({"generator": 3}, "damaged"),
        ({"label_set": None}, "list of classes"),
        ({"label_set": {"name": "a", "classes": [{"name": "a", "color": "#000000"}]}}, "16 classes"),
        ({"height": 50}, "multiple of 16"),
        ({"height": "tall"}, "tall"),
        ({"background": [1]}, "damaged"),
    ],
)
def test_a_faulty_description_is_named(tiny_bundle_path: Path, changes: dict[str, object], fault: str) -> None:
    edit_manifest(tiny_bundle_path, **changes)
    with pytest.raises(UserError, match=fault) as caught:
        load_bundle(tiny_bundle_path)
    assert str(tiny_bundle_path) in str(caught.value)


@pytest.mark.parametrize("name", ["generator", "encoder", "parser", "codes"])
@pytest.mark.parametrize("damage", ["missing", "cut", "text"])
def test_missing_and_damaged_weights_are_named(tiny_bundle_path: Path, name: str, damage: str) -> None:
    file = tiny_bundle_path / f"{name}.safetensors"
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-100] if damage == "cut" else b"hello")
    with pytest.raises(UserError, match=f"{name}.safetensors"):
        load_bundle(tiny_bundle_path)


def test_missing_unknown_and_misshaped_keys_are_all_named(tiny_bundle_path: Path) -> None:
    file = tiny_bundle_path / "generator.safetensors"
    tensors = load_file(file)
    del tensors["fc.bias"]
    tensors["fc.scale"] = torch.zeros(3)
    tensors["to_rgb.0.bias"] = torch.zeros(4)
    save_file(tensors, file)
    with pytest.raises(UserError) as caught:
        load_bundle(tiny_bundle_path)
    for part in ("lacks fc.bias", "unknown fc.scale", "to_rgb.0.bias with 4 in place of 3"):
        assert part in str(caught.value)


def test_weights_that_are_not_finite_are_named(tiny_bundle_path: Path) -> None:
    file = tiny_bundle_path / "encoder.safetensors"
    tensors = load_file(file)
    tensors["mean.bias"][3] = float("nan")
    save_file(tensors, file)
    with pytest.raises(UserError, match=r"not finite in mean\.bias"):
        load_bundle(tiny_bundle_path)


def test_bundles_are_found_by_name_and_broken_ones_listed_with_their_problem(
    tiny_bundle_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = tiny_bundle_path.parent
    monkeypatch.setenv("SMIS_WEIGHTS", str(weights))
    (weights / "broken").mkdir()
    (weights / "broken" / "bundle.json").write_text("{}")
    listed = {info.name: info for info in list_bundles()}
    assert listed["tiny"].problem is None
    assert (listed["tiny"].classes, listed["tiny"].height, listed["tiny"].width) == (16, 48, 32)
    assert "format" in str(listed["broken"].problem)
    assert find_bundle("tiny") == find_bundle(tiny_bundle_path) == tiny_bundle_path
    assert default_bundle_name() in listed
    with pytest.raises(UserError, match=r"'tinny'.*tiny"):
        find_bundle("tinny")
    with pytest.raises(UserError, match="no bundle"):
        find_bundle(weights)
