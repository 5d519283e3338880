"""FID and LPIPS proper, for users who have the weight files; none of them comes with the program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.errors import UserError

#: Convolutions of torchvision's VGG-16, by the number of their layer, and the width of each of the five stages.
_VGG16_STAGES = (((0, 2), 64), ((5, 7), 128), ((10, 12, 14), 256), ((17, 19, 21), 512), ((24, 26, 28), 512))


class InceptionFid:
    """FID (Heusel et al., NeurIPS 2017) by torchmetrics, with the Inception weights of a file.

    Wants torch-fidelity, whose network torchmetrics uses, and its weight file ``weights-inception-2015-12-05-*.pth``.
    """

    def __init__(self, weights: Path, rows: list[str], device: torch.device) -> None:
        """``rows``: names of the sets that are compared with the photos. Raises UserError where a part is missing."""
        if not weights.is_file():
            raise UserError(f"{weights} does not exist; it should hold the Inception weights of torch-fidelity")
        from torchmetrics.image.fid import FrechetInceptionDistance

        try:
            # torch-fidelity would unpickle whatever the file holds; what this refuses never gets there.
            torch.load(weights, map_location="cpu", weights_only=True)
            first = FrechetInceptionDistance(feature=2048, feature_extractor_weights_path=str(weights))
        except ModuleNotFoundError as error:
            raise UserError("FID needs torch-fidelity, which is not installed: pip install torch-fidelity") from error
        except Exception as error:  # torch.load has no one kind of error for a file it cannot read.
            raise UserError(f"{weights} cannot be read as torch-fidelity's Inception weights: {error}") from error
        # One network for all rows.
        self._metrics: dict[str, Any] = {
            row: FrechetInceptionDistance(feature=first.inception).to(device).set_dtype(torch.float64) for row in rows
        }
        self._device = device

    def add(self, row: str, pictures: Tensor, real: Tensor) -> None:
        """Count a batch of a row and of the photos, both uint8 (B, 3, H, W)."""
        self._metrics[row].update(real.to(self._device), real=True)
        self._metrics[row].update(pictures.to(self._device), real=False)

    def figures(self) -> dict[str, float]:
        """FID of every row. Far below 10,000 pictures it is biased upward."""
        return {row: float(metric.compute()) for row, metric in self._metrics.items()}


class Lpips(nn.Module):
    """LPIPS 0.1 with VGG-16 (Zhang et al., CVPR 2018): the network from torchvision's weight file, the linear layers
    from torchmetrics. torchmetrics' own class would download the network, and has no parameter for a file.

    ``forward(first, second)``: two batches (B, 3, H, W) in [-1, 1] -> (B,).
    """

    def __init__(self, weights: Path) -> None:
        """``weights``: torchvision's ``vgg16-*.pth``, read with weights_only. Raises UserError where it is none."""
        super().__init__()
        import torchmetrics.functional.image as functional

        try:
            state = torch.load(weights, map_location="cpu", weights_only=True)
        except FileNotFoundError:
            raise UserError(f"{weights} does not exist; it should hold torchvision's VGG-16 weights") from None
        except Exception as error:
            raise UserError(f"{weights} cannot be read as a VGG-16 weight file: {error}") from error
        linear = torch.load(
            Path(functional.__file__).parent / "lpips_models" / "vgg.pth", map_location="cpu", weights_only=True
        )
        self.stages = nn.ModuleList()
        self.channel_weights = nn.ParameterList()
        inputs = 3
        for number, (layers, width) in enumerate(_VGG16_STAGES):
            stage = nn.ModuleList()
            for layer in layers:
                conv = nn.Conv2d(inputs, width, 3, padding=1)
                names = (f"features.{layer}.weight", f"features.{layer}.bias")
                if any(name not in state for name in names) or state[names[0]].shape != conv.weight.shape:
                    raise UserError(f"{weights} is not a torchvision VGG-16 weight file: {names[0]} does not fit")
                conv.load_state_dict({"weight": state[names[0]], "bias": state[names[1]]})
                stage.append(conv)
                inputs = width
            self.stages.append(stage)
            self.channel_weights.append(nn.Parameter(linear[f"lin{number}.model.1.weight"].clone()))
        self.shift: Tensor
        self.scale: Tensor
        self.register_buffer("shift", torch.tensor([-0.030, -0.088, -0.188]).view(1, 3, 1, 1))
        self.register_buffer("scale", torch.tensor([0.458, 0.448, 0.450]).view(1, 3, 1, 1))
        self.eval().requires_grad_(False)

    def _levels(self, picture: Tensor) -> list[Tensor]:
        x = (picture - self.shift) / self.scale
        levels = []
        for number, stage in enumerate(self.stages):
            x = F.max_pool2d(x, 2) if number else x
            for conv in stage.children():
                x = F.relu(conv(x))
            levels.append(x / (x.square().sum(1, keepdim=True) + 1e-8).sqrt())
        return levels

    @torch.inference_mode()
    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        total = first.new_zeros(first.shape[0])
        for weights, a, b in zip(self.channel_weights, self._levels(first), self._levels(second), strict=True):
            total = total + F.conv2d((a - b).square(), weights).mean((1, 2, 3))
        return total
