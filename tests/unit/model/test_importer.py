"""The importer and check-official, against the same functions written out plainly from the raw tensors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from model.checkpoints import load_bundle
from model.checkpoints.importer import import_official, read_checkpoint
from model.checkpoints.official import check_official, faults
from model.checkpoints.official_config import (
    BLOCK_NAMES,
    OfficialNetwork,
    config_from_options,
    config_from_tensors,
    official_network,
)
from model.errors import UserError
from model.groupdnet.class_crops import class_crops
from model.groupdnet.official_presets import ade20k, cityscapes, deepfashion
from tests.unit.model.official_files import block, make_options, make_reference, make_tensors

PARITY = Path(__file__).resolve().parents[4] / "shared" / "parity"


@pytest.fixture
def official(tmp_path: Path) -> Callable[[str], Path]:
    """Writes the folder of a tiny network of one kind, in the form of the authors' files."""

    def write(kind: str) -> Path:
        torch.manual_seed(len(kind))
        folder = tmp_path / kind
        folder.mkdir()
        options = make_options(kind)
        generator, encoder = make_tensors(options)
        torch.save(generator, folder / "latest_net_G.pth")
        torch.save(encoder, folder / "latest_net_E.pth")
        (folder / "options.json").write_text(json.dumps(options))
        np.savez(folder / "reference.npz", **make_reference(options, generator, encoder))  # type: ignore[arg-type]
        return folder

    return write


KINDS = ("deepfashion", "ade20k", "cityscapes")


@pytest.mark.parametrize("kind", KINDS)
def test_both_networks_compute_what_the_files_say(official: Callable[[str], Path], kind: str) -> None:
    result = check_official(official(kind))
    assert set(result) == {"image", "mu", "logvar", "crops"}
    assert result["crops"] == 0
    assert max(result.values()) < 1e-5
    assert faults(result) == []


@pytest.mark.parametrize(
    ("array", "figure"), [("image", "image"), ("mu", "mu"), ("logvar", "logvar"), ("trans", "crops")]
)
def test_a_difference_is_found(official: Callable[[str], Path], array: str, figure: str) -> None:
    folder = official("deepfashion")
    arrays = dict(np.load(folder / "reference.npz"))
    arrays[array] = arrays[array].copy()
    arrays[array].flat[-1] += 1e-3
    np.savez(folder / "reference.npz", **arrays)  # type: ignore[arg-type]
    found = faults(check_official(folder))
    assert len(found) == 1
    assert found[0].startswith(figure)


def test_a_figure_that_is_no_number_is_a_fault() -> None:
    assert len(faults({"image": float("nan"), "mu": 0.0, "logvar": 0.0, "crops": 0.0})) == 1


@pytest.mark.parametrize("kept", [(), ("weight_orig", "weight_u")])
def test_files_of_old_versions_without_v_use_their_weight_as_it_is(
    official: Callable[[str], Path], kept: tuple[str, ...]
) -> None:
    folder = official("cityscapes")
    for name in ("G", "E"):
        path = folder / f"latest_net_{name}.pth"
        tensors = torch.load(path, weights_only=True)
        for key in [key for key in tensors if key.endswith("weight_orig")]:
            layer = key.removesuffix(".weight_orig")
            original, u, v = (tensors[f"{layer}.weight_{part}"] for part in ("orig", "u", "v"))
            tensors[f"{layer}.weight"] = original / (u @ original.flatten(1) @ v)
            for part in ("weight_orig", "weight_u", "weight_v"):
                if part not in kept:
                    del tensors[f"{layer}.{part}"]
        torch.save(tensors, path)
    assert max(check_official(folder).values()) < 1e-5


@pytest.mark.parametrize("kind", KINDS)
def test_configs_read_off_the_tensors_are_those_of_the_options(official: Callable[[str], Path], kind: str) -> None:
    folder = official(kind)
    described = config_from_options(json.loads((folder / "options.json").read_text()), "options.json")
    tensors = [read_checkpoint(folder / f"latest_net_{name}.pth") for name in ("G", "E")]
    network = described.network
    assert config_from_tensors(network, tensors[0], tensors[1], "G", "E") == described


def test_tensors_of_another_network_are_refused_with_the_file(official: Callable[[str], Path]) -> None:
    generator = read_checkpoint(official("ade20k") / "latest_net_G.pth")
    with pytest.raises(UserError, match=r"G\.pth is not the released deepfashion network"):
        config_from_tensors(official_network("deepfashion"), generator, None, "G.pth", "E.pth")
    with pytest.raises(UserError, match=r"E\.pth is not of the released code: it lacks fc\.weight"):
        config_from_tensors(OfficialNetwork("a", 3, False, 2, 2), {"layer": torch.zeros(1)}, None, "E.pth", "")


@pytest.mark.parametrize("kind", KINDS)
def test_an_imported_bundle_draws_what_the_authors_network_draws(official: Callable[[str], Path], kind: str) -> None:
    folder = official(kind)
    files = {"generator": folder / "latest_net_G.pth", "encoder": folder / "latest_net_E.pth"}
    import_official(kind, output=folder / "weights" / "mine", options=folder / "options.json", **files)
    bundle = load_bundle(folder / "weights" / "mine")
    reference = np.load(folder / "reference.npz")
    labels = torch.from_numpy(reference["label"][:1].astype(np.int64))
    labels[labels == 255] = 2
    codes = torch.from_numpy(reference["z"][:1]).view(1, *bundle.code_shape)
    instances = torch.from_numpy(reference["instance"][:1]) if kind == "cityscapes" else None
    assert (bundle.height, bundle.width) == labels.shape[1:]
    assert len(bundle.label_set) == bundle.generator.config.classes
    with torch.inference_mode():
        image = bundle.generator(labels, codes, instances)
    assert (image - torch.from_numpy(reference["image"][:1])).abs().max() < 1e-5
    assert bundle.encoder is not None
    assert bool((bundle.code_mean == 0).all())
    assert bool((bundle.code_std == 1).all())


def test_missing_unknown_and_misshaped_keys_are_named_as_in_the_file(official: Callable[[str], Path]) -> None:
    folder = official("deepfashion")
    tensors = torch.load(folder / "latest_net_G.pth", weights_only=True)
    del tensors["head_0.norm_0.mlp_beta.bias"]
    tensors["head_0.extra"] = torch.zeros(1)
    tensors["G_middle_1.conv_0.bias"] = torch.zeros(9)
    tensors["G_middle_0.conv_s.weight_orig"] = torch.zeros(8, 4, 3, 3)
    torch.save(tensors, folder / "latest_net_G.pth")
    with pytest.raises(UserError) as caught:
        check_official(folder)
    for part in (
        "latest_net_G.pth",
        "lacks head_0.norm_0.mlp_beta.bias",
        "unknown head_0.extra",
        "G_middle_1.conv_0.bias with 9 in place of 4",
        "G_middle_0.conv_s.weight_orig with 8x4x3x3 in place of 8x4x1x1",
    ):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("head_0.conv_0.weight_u", None, "lacks head_0.conv_0.weight_u"),
        ("head_0.conv_0.weight_v", None, "lacks head_0.conv_0.weight_v"),
        ("head_0.conv_0.weight_v", torch.ones(2), "weight_v"),
        ("head_0.conv_0.weight_u", torch.zeros(16), "spectral norm of head_0.conv_0 is 0.0"),
        ("fc.bias", torch.full((16,), float("inf")), "not finite"),
    ],
)
def test_spectral_norms_that_cannot_be_folded_are_named(
    official: Callable[[str], Path], key: str, value: Tensor | None, fault: str
) -> None:
    folder = official("deepfashion")
    tensors = torch.load(folder / "latest_net_G.pth", weights_only=True)
    del tensors[key]
    if value is not None:
        tensors[key] = value
    torch.save(tensors, folder / "latest_net_G.pth")
    with pytest.raises(UserError, match=fault):
        check_official(folder)


class Surprise:
    """Anything but tensors."""


def test_a_file_that_needs_more_than_tensors_is_refused(tmp_path: Path) -> None:
    torch.save({"network": Surprise()}, tmp_path / "a.pth")
    with pytest.raises(UserError, match=r"a\.pth is refused: .*Surprise.*could run code"):
        read_checkpoint(tmp_path / "a.pth")


def test_other_files_are_refused_with_the_reason(official: Callable[[str], Path], tmp_path: Path) -> None:
    whole = (official("deepfashion") / "latest_net_G.pth").read_bytes()
    (tmp_path / "cut.pth").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.pth").write_text("not a checkpoint")
    (tmp_path / "empty.pth").touch()
    torch.save([torch.zeros(1)], tmp_path / "list.pth")
    torch.save({"a": 3}, tmp_path / "number.pth")
    for name in ("cut", "text", "empty", "list", "number", "none"):
        with pytest.raises(UserError, match=rf"{name}\.pth"):
            read_checkpoint(tmp_path / f"{name}.pth")


def test_the_file_form_of_2020_is_read(tmp_path: Path) -> None:
    tensors = {"fc.weight": torch.randn(3, 2), "fc.bias": torch.randn(3)}
    torch.save(tensors, tmp_path / "a.pth", _use_new_zipfile_serialization=False)
    read = read_checkpoint(tmp_path / "a.pth")
    assert all(torch.equal(read[key], tensors[key]) for key in tensors)
    torch.save({"network": Surprise()}, tmp_path / "b.pth", _use_new_zipfile_serialization=False)
    with pytest.raises(UserError, match=r"b\.pth is refused: .*Surprise"):
        read_checkpoint(tmp_path / "b.pth")


def test_prefixes_of_parallel_training_are_dropped(tmp_path: Path) -> None:
    torch.save({"module.fc.weight": torch.ones(2)}, tmp_path / "a.pth")
    assert list(read_checkpoint(tmp_path / "a.pth")) == ["fc.weight"]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"blocks": None}, "blocks"),
        ({"netG": "pix2pix"}, "no released network"),
        ({"semantic_nc": 5}, "5 classes do not share"),
        ({"height": 64}, "is not a picture"),
        ({"fc": {"out_channels": 15, "groups": 4}}, "do not divide"),
        ({"z_shape": "wide"}, "wrong kind"),
    ],
)
def test_faulty_options_are_named(official: Callable[[str], Path], change: dict[str, Any], fault: str) -> None:
    folder = official("deepfashion")
    options = json.loads((folder / "options.json").read_text()) | change
    (folder / "options.json").write_text(
        json.dumps({key: value for key, value in options.items() if value is not None})
    )
    with pytest.raises(UserError, match=fault) as caught:
        check_official(folder)
    assert "options.json" in str(caught.value)


@pytest.mark.parametrize("name", ["latest_net_G.pth", "latest_net_E.pth", "options.json", "reference.npz"])
@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_check_official_names_the_file_at_fault(official: Callable[[str], Path], name: str, damage: str) -> None:
    folder = official("deepfashion")
    if damage == "missing":
        (folder / name).unlink()
    else:
        (folder / name).write_bytes((folder / name).read_bytes()[:50])
    with pytest.raises(UserError, match=name):
        check_official(folder)


def test_reference_arrays_that_do_not_fit_are_named(official: Callable[[str], Path]) -> None:
    folder = official("deepfashion")
    whole = dict(np.load(folder / "reference.npz"))
    for name, value in (("z", None), ("z", np.zeros((2, 9, 2, 2))), ("label", whole["label"] + 4), ("mu", np.zeros(3))):
        arrays = {key: array for key, array in whole.items() if key != name}
        if value is not None:
            arrays[name] = value
        np.savez(folder / "reference.npz", **arrays)  # type: ignore[arg-type]
        with pytest.raises(UserError, match=rf"reference\.npz.*{name}"):
            check_official(folder)


def test_an_unnamed_full_size_file_is_read_as_its_preset() -> None:
    """Shapes alone: tensors on the meta device have no memory."""
    for name, preset in (("deepfashion", deepfashion()), ("ade20k", ade20k()), ("cityscapes", cityscapes())):
        generator, encoder = preset
        network = official_network(name)
        options = {
            "semantic_nc": network.classes,
            "no_instance": not network.instance_edges,
            "z_shape": [8 * network.classes, 4, 4],
            "fc": {"out_channels": generator.base_channels, "groups": generator.base_groups},
            "conv_img": {"in_channels": generator.blocks[-1].out_channels},
            "blocks": [
                block(
                    block_name,
                    row.in_channels,
                    row.out_channels,
                    row.groups,
                    row.modulation.hidden,
                    row.modulation.shared_groups,
                    row.modulation.gamma_beta_groups,
                    True,
                )
                for block_name, row in zip(BLOCK_NAMES, generator.blocks, strict=False)
            ],
            "encoder": [
                {"name": f"layer{number + 1}.0", "cin": before, "cout": after, "groups": network.classes}
                for number, (before, after) in enumerate(
                    zip((3 * network.classes, *encoder.widths), encoder.widths, strict=False)
                )
            ]
            + [
                {"name": head, "cin": encoder.widths[-1], "cout": 8 * network.classes, "groups": network.classes}
                for head in ("fc_mu", "fc_var")
            ],
        }
        with torch.device("meta"):
            tensors = make_tensors(options)
        found = config_from_tensors(network, tensors[0], tensors[1], "G", "E")
        assert found.generator == generator
        assert found.encoder == encoder


@pytest.mark.parametrize("kind", KINDS)
def test_recorded_numbers_of_the_authors_code(kind: str) -> None:
    if not (PARITY / kind).is_dir():
        pytest.skip(f"the recorded numbers ../shared/parity/{kind} are not on this machine")
    result = check_official(PARITY / kind)
    assert faults(result) == []
    assert result["image"] < 2e-5
    assert result["crops"] == 0


@pytest.mark.parametrize(("kind", "preset"), [("deepfashion", deepfashion), ("ade20k", ade20k)])
def test_presets_are_the_recorded_networks_at_their_widths(kind: str, preset: Callable[..., Any]) -> None:
    path = PARITY / kind / "options.json"
    if not path.is_file():
        pytest.skip(f"the recorded numbers ../shared/parity/{kind} are not on this machine")
    options = json.loads(path.read_text())
    described = config_from_options(options, str(path))
    widths = (options["ngf"], options["semantic_nc"], options["encoder_width"])
    assert preset(*widths) == (described.generator, described.encoder)


@pytest.mark.parametrize("kind", ["deepfashion", "cityscapes"])
def test_recorded_corner_cases_of_the_class_crops(kind: str) -> None:
    path = PARITY / "class_crops" / f"trans_{kind}.npz"
    if not path.is_file():
        pytest.skip(f"the recorded numbers ../shared/parity/class_crops/{path.name} are not on this machine")
    recorded = np.load(path)
    photo = torch.from_numpy(recorded["photo"].astype(np.float32))[None]
    labels = torch.from_numpy(recorded["label"].astype(np.int64))[None]
    expected = torch.from_numpy(recorded["trans"].astype(np.float32))
    height, width = expected.shape[-2:]
    assert torch.equal(class_crops(photo, labels, int(recorded["semantic_nc"]), height, width), expected)
