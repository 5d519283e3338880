"""The importer and check-official, against the same functions written out plainly from the raw tensors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
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

PARITY = Path(__file__).resolve().parents[4] / "shared" / "parity"
CODES = 2  # Channels of a class's code in the self-made networks.

Tensors = dict[str, Tensor]


def block(
    name: str, fin: int, fout: int, groups: int, hidden: int, shared: int, gamma: int, used: bool
) -> dict[str, Any]:
    return {
        "name": name,
        "fin": fin,
        "fmiddle": min(fin, fout),
        "fout": fout,
        "conv_groups": groups,
        "learned_shortcut": fin != fout,
        "nhidden": hidden,
        "shared_groups": shared,
        "gamma_beta_groups": gamma,
        "used_in_forward": used,
    }


def make_options(kind: str) -> dict[str, Any]:
    """Three tiny networks, one of each kind: one grid doubling less than in the released ones, other widths."""
    classes = {"deepfashion": 4, "ade20k": 3, "cityscapes": 3}[kind]
    if kind == "deepfashion":
        rows = [("head_0", 16, 16, 4, 8, 4, 4, True), ("G_middle_0", 16, 8, 4, 8, 4, 4, True)]
        rows += [("G_middle_1", 8, 4, 2, 8, 2, 2, True)]
    elif kind == "ade20k":
        rows = [("head_0", 12, 12, 3, 6, 3, 3, True), ("G_middle_0", 12, 16, 4, 12, 3, 4, True)]
        rows += [("G_middle_1", 16, 8, 2, 6, 3, 2, True), ("up_0", 8, 4, 1, 6, 3, 1, False)]
    else:
        rows = [("head_0", 12, 12, 3, 9, 3, 3, True), ("G_middle_0", 12, 12, 6, 18, 3, 3, True)]
        rows += [("G_middle_1", 12, 6, 2, 6, 3, 3, True)]
    used = [row for row in rows if row[-1]]
    width = 16 if kind == "cityscapes" else 8
    return {
        "netG": {"deepfashion": "deepfashion", "ade20k": "ADE20K", "cityscapes": "Cityscapes"}[kind],
        "label_nc": classes - (kind == "ade20k"),
        "semantic_nc": classes,
        "contain_dontcare_label": kind == "ade20k",
        "no_instance": kind != "cityscapes",
        "height": 8,
        "width": width,
        "z_shape": [CODES * classes, 2, width // 4],
        "fc": {"out_channels": rows[0][1], "groups": classes},
        "conv_img": {"in_channels": used[-1][2]},
        "blocks": [block(*row) for row in rows],
        "encoder": [
            {"name": "layer1.0", "cin": 3 * classes, "cout": 2 * classes, "groups": classes},
            {"name": "layer2.0", "cin": 2 * classes, "cout": 4 * classes, "groups": classes},
            {"name": "fc_mu", "cin": 4 * classes, "cout": CODES * classes, "groups": classes},
            {"name": "fc_var", "cin": 4 * classes, "cout": CODES * classes, "groups": classes},
        ],
    }


def unit(size: int) -> Tensor:
    return F.normalize(torch.randn(size), dim=0)


def put_conv(to: Tensors, name: str, fin: int, fout: int, groups: int, kernel: int = 3, bias: bool = True) -> None:
    to[f"{name}.weight"] = torch.randn(fout, fin // groups, kernel, kernel) / (fin // groups * kernel**2) ** 0.5
    if bias:
        to[f"{name}.bias"] = torch.randn(fout) * 0.1


def put_spectral(to: Tensors, name: str, fin: int, fout: int, groups: int, kernel: int = 3, bias: bool = True) -> None:
    put_conv(to, name, fin, fout, groups, kernel, bias)
    weight = to.pop(f"{name}.weight")
    # Not the singular vectors: only the stored ones give the right scale. Near them, so that the scale stays sane.
    left, _, right = torch.linalg.svd(weight.flatten(1), full_matrices=False)
    to[f"{name}.weight_orig"] = weight
    to[f"{name}.weight_u"] = F.normalize(left[:, 0] + 0.3 * unit(weight.shape[0]), dim=0)
    to[f"{name}.weight_v"] = F.normalize(right[0] + 0.3 * unit(weight[0].numel()), dim=0)


def make_tensors(options: dict[str, Any]) -> tuple[Tensors, Tensors]:
    semantic = options["semantic_nc"] * (1 if options["no_instance"] else 2)
    generator: Tensors = {}
    put_conv(generator, "fc", options["z_shape"][0], options["fc"]["out_channels"], options["fc"]["groups"])
    for row in options["blocks"]:
        name, fin, fmiddle, fout = row["name"], row["fin"], row["fmiddle"], row["fout"]
        put_spectral(generator, f"{name}.conv_0", fin, fmiddle, row["conv_groups"])
        put_spectral(generator, f"{name}.conv_1", fmiddle, fout, row["conv_groups"])
        norms = [("norm_0", fin), ("norm_1", fmiddle)]
        if row["learned_shortcut"]:
            put_spectral(generator, f"{name}.conv_s", fin, fout, row["conv_groups"], kernel=1, bias=False)
            norms.append(("norm_s", fin))
        for norm, width in norms:
            where = f"{name}.{norm}"
            generator[f"{where}.param_free_norm.running_mean"] = torch.randn(width) * 0.2
            generator[f"{where}.param_free_norm.running_var"] = torch.rand(width) + 0.5
            generator[f"{where}.param_free_norm.num_batches_tracked"] = torch.tensor(12)
            put_conv(generator, f"{where}.mlp_shared.0", semantic, row["nhidden"], row["shared_groups"])
            put_conv(generator, f"{where}.mlp_gamma", row["nhidden"], width, row["gamma_beta_groups"])
            put_conv(generator, f"{where}.mlp_beta", row["nhidden"], width, row["gamma_beta_groups"])
    put_conv(generator, "conv_img", options["conv_img"]["in_channels"], 3, 1)
    encoder: Tensors = {}
    for row in options["encoder"]:
        if row["name"].startswith("layer"):
            put_spectral(encoder, row["name"], row["cin"], row["cout"], row["groups"], bias=False)
        else:
            put_conv(encoder, row["name"], row["cin"], row["cout"], row["groups"])
    return generator, encoder


def conv(t: Tensors, name: str, x: Tensor, groups: int, stride: int = 1) -> Tensor:
    weight = t.get(f"{name}.weight")
    if weight is None:
        weight = t[f"{name}.weight_orig"]
        weight = weight / (t[f"{name}.weight_u"] @ weight.flatten(1) @ t[f"{name}.weight_v"])
    return F.conv2d(x, weight, t.get(f"{name}.bias"), stride, weight.shape[-1] // 2, groups=groups)


def plain_norm(t: Tensors, name: str, row: dict[str, Any], x: Tensor, seg: Tensor) -> Tensor:
    mean, variance = (t[f"{name}.param_free_norm.running_{part}"] for part in ("mean", "var"))
    x = (x - mean[:, None, None]) / (variance[:, None, None] + 1e-5).sqrt()
    hidden = F.relu(conv(t, f"{name}.mlp_shared.0", F.interpolate(seg, x.shape[-2:]), row["shared_groups"]))
    gamma, beta = (conv(t, f"{name}.mlp_{part}", hidden, row["gamma_beta_groups"]) for part in ("gamma", "beta"))
    return x * (1 + gamma) + beta


def plain_generator(t: Tensors, options: dict[str, Any], labels: Tensor, z: Tensor, edges: Tensor | None) -> Tensor:
    seg = F.one_hot(labels, options["semantic_nc"]).permute(0, 3, 1, 2).float()
    if edges is not None:
        channels = []
        for number in range(seg.shape[1]):
            channels += [seg[:, number], edges.float()]
        seg = torch.stack(channels, 1)
    x = conv(t, "fc", z, options["fc"]["groups"])
    for row in options["blocks"]:
        name, groups = row["name"], row["conv_groups"]
        if not row["used_in_forward"]:
            continue
        if name != "head_0":
            x = F.interpolate(x, scale_factor=2)
        shortcut = x
        if row["learned_shortcut"]:
            shortcut = conv(t, f"{name}.conv_s", plain_norm(t, f"{name}.norm_s", row, x, seg), groups)
        x = conv(t, f"{name}.conv_0", F.leaky_relu(plain_norm(t, f"{name}.norm_0", row, x, seg), 0.2), groups)
        x = conv(t, f"{name}.conv_1", F.leaky_relu(plain_norm(t, f"{name}.norm_1", row, x, seg), 0.2), groups)
        x = shortcut + x
    return torch.tanh(conv(t, "conv_img", F.leaky_relu(x, 0.2), 1))


def plain_crops(options: dict[str, Any], photo: Tensor, labels: Tensor) -> Tensor:
    size = (options["z_shape"][1] * 4, options["z_shape"][2] * 4)
    crops = []
    for number in range(options["semantic_nc"]):
        cut = photo * (labels == number)
        rows, columns = (cut.sum((0, 1)).sum(axis).nonzero().flatten() for axis in (1, 0))
        if len(rows) and len(columns):
            cut = cut[:, :, int(rows[0]) : int(rows[-1]) + 1, int(columns[0]) : int(columns[-1]) + 1]
        crops.append(F.interpolate(cut, size))
    return torch.cat(crops, 1)


def plain_encoder(t: Tensors, options: dict[str, Any], crops: Tensor) -> tuple[Tensor, Tensor]:
    x = crops
    for number, row in enumerate(options["encoder"][:-2]):
        x = conv(t, row["name"], x if number == 0 else F.leaky_relu(x, 0.2), row["groups"], stride=2)
        x = (x - x.mean((2, 3), keepdim=True)) / (x.var((2, 3), unbiased=False, keepdim=True) + 1e-5).sqrt()
    x = F.leaky_relu(x, 0.2)
    groups = options["semantic_nc"]
    return conv(t, "fc_mu", x, groups), conv(t, "fc_var", x, groups)


def plain_edges(instances: Tensor) -> Tensor:
    edges = torch.zeros_like(instances, dtype=torch.bool)
    height, width = instances.shape[1:]
    for y in range(height):
        for x in range(width):
            for other_y, other_x in ((y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)):
                if 0 <= other_y < height and 0 <= other_x < width:
                    edges[:, y, x] |= instances[:, y, x] != instances[:, other_y, other_x]
    return edges


def make_reference(options: dict[str, Any], generator: Tensors, encoder: Tensors) -> dict[str, np.ndarray]:
    height, width, classes = options["height"], options["width"], options["semantic_nc"]
    labels = torch.randint(0, classes, (2, height, width))
    z = torch.randn(2, *options["z_shape"])
    instances = torch.randint(0, 3, (2, height, width)) if not options["no_instance"] else None
    edges = None if instances is None else plain_edges(instances)
    image = plain_generator(generator, options, labels, z, edges)
    photo = (torch.randint(-32, 33, (1, 3, height, width)) / 32).half().float()
    enc_label = torch.randint(0, classes - 1, (1, height, width))  # The last class is absent.
    crops = plain_crops(options, photo, enc_label[0])
    mean, logvar = plain_encoder(encoder, options, crops)
    reference = {"z": z, "image": image, "photo": photo, "trans": crops, "mu": mean, "logvar": logvar}
    arrays = {name: value.numpy() for name, value in reference.items()}
    stored = labels.clone()
    if options["contain_dontcare_label"]:
        stored[stored == options["label_nc"]] = 255
    arrays["label"] = stored.numpy().astype(np.uint8)
    arrays["enc_label"] = enc_label.numpy().astype(np.uint8)
    if instances is not None:
        arrays["instance"] = instances.numpy().astype(np.int32)
        arrays["image1_s2"] = arrays["image"][1][:, ::2, ::2]
        arrays["image"] = arrays["image"][:1]
    return arrays


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


# Numbers recorded from the authors' code -----------------------------------------------------------------------------


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
