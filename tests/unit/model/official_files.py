"""Tiny networks in the form of the authors' files, and what they compute, written out plainly."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

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
