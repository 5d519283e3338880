"""Conditional group normalisation: batch norm without affine, scaled and shifted by maps made from the label map."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.groupdnet.config import ModulationConfig
from model.groupdnet.label_pyramid import LabelPyramid, inside_windows


class ConditionalGroupNorm(nn.Module):
    """out = batch_norm(x) * (1 + gamma) + beta, gamma and beta from the label map (paper section 3.3).

    A 3 x 3 convolution in groups over the one-hot label map, ReLU, then one convolution each for gamma and beta. With
    ``config.style`` the code of the class at a pixel adds a learned linear term to both there, or, with
    ``config.inside``, only where the pixel's four neighbours show that class too.
    """

    def __init__(
        self, channels: int, semantic_channels: int, classes: int, code_channels: int, config: ModulationConfig
    ) -> None:
        super().__init__()
        self.channels = channels
        self.classes = classes
        self.config = config
        # Off: convolutions over the one-hot map everywhere, as the paper describes it. The result is the same.
        self.use_windows = True
        self.norm = nn.BatchNorm2d(channels, affine=False, eps=1e-5)
        self.shared = nn.Conv2d(semantic_channels, config.hidden, 3, padding=1, groups=config.shared_groups)
        pad = config.kernel // 2
        groups = config.gamma_beta_groups
        self.gamma = nn.Conv2d(config.hidden, channels, config.kernel, padding=pad, groups=groups)
        self.beta = nn.Conv2d(config.hidden, channels, config.kernel, padding=pad, groups=groups)
        self.style: nn.Parameter | None = None
        if config.style:
            # Uniform, not normal: on the meta device, where bundles are built before their weights are read, normal
            # numbers import torch's compiler, which takes seconds.
            bound = 0.35 / code_channels**0.5
            self.style = nn.Parameter(torch.empty(classes, code_channels, 2 * channels).uniform_(-bound, bound))

    @property
    def tabulates(self) -> bool:
        """Whether gamma and beta depend on a 3 x 3 window alone and can be computed once per distinct window."""
        ungrouped = self.config.shared_groups == 1 and self.config.gamma_beta_groups == 1
        fits = self.shared.in_channels == self.classes <= 120
        return self.use_windows and self.config.kernel == 1 and ungrouped and fits

    def forward(self, x: Tensor, pyramid: LabelPyramid, codes: Tensor, upsample: bool = False) -> Tensor:
        """x (B, channels, h, w); codes (B, classes, K, ...); returns (B, channels, h, w), twice that with upsample.

        Nearest upsampling and normalisation commute (the statistics are the same), so the smaller grid is normalised.
        """
        normalised = self.norm(x)
        if upsample:
            normalised = F.interpolate(normalised, scale_factor=2, mode="nearest")
        height, width = normalised.shape[-2:]
        # Exact either way. Windows pay on a CPU; a GPU prefers plain convolutions to sorting and a synchronisation.
        if self.tabulates and x.device.type == "cpu":
            gamma, beta = self._from_windows(pyramid, codes, height, width)
        else:
            gamma, beta = self._from_maps(pyramid, codes, height, width, normalised.dtype)
        return torch.addcmul(beta.to(normalised.dtype), normalised, gamma.to(normalised.dtype))

    def _style_table(self, codes: Tensor) -> Tensor | None:
        """(B, classes, 2 * channels): what each class's code adds to gamma and beta."""
        if self.style is None:
            return None
        return torch.einsum("bck,ckn->bcn", codes.flatten(2).to(self.style.dtype), self.style)

    def _from_maps(
        self, pyramid: LabelPyramid, codes: Tensor, height: int, width: int, dtype: torch.dtype
    ) -> tuple[Tensor, Tensor]:
        hidden = F.relu(self.shared(pyramid.one_hot(height, width, dtype)))
        gamma, beta = self.gamma(hidden), self.beta(hidden)
        style = self._style_table(codes)
        if style is not None:
            # One-hot times the table is a gather that autograd turns into a plain matrix product.
            where = pyramid.styled(height, width, self.config.inside, gamma.dtype)
            added = torch.einsum("bchw,bcn->bnhw", where, style.to(gamma.dtype))
            gamma, beta = gamma + added[:, : self.channels], beta + added[:, self.channels :]
        return 1 + gamma, beta

    def _from_windows(self, pyramid: LabelPyramid, codes: Tensor, height: int, width: int) -> tuple[Tensor, Tensor]:
        table = pyramid.windows(height, width)
        classes = self.classes
        # (hidden, classes, 3, 3) -> one row per (tap, class), and a zero row for taps outside the picture.
        taps = self.shared.weight.permute(2, 3, 1, 0).reshape(9, classes, -1)
        taps = F.pad(taps, (0, 0, 0, 1)).reshape(9 * (classes + 1), -1)
        rows = table.windows + torch.arange(9, device=table.windows.device) * (classes + 1)
        assert self.shared.bias is not None and self.gamma.bias is not None and self.beta.bias is not None
        hidden = F.relu(F.embedding_bag(rows, taps, mode="sum") + self.shared.bias)
        gamma = F.linear(hidden, self.gamma.weight.flatten(1), self.gamma.bias + 1)
        beta = F.linear(hidden, self.beta.weight.flatten(1), self.beta.bias)
        style = self._style_table(codes)
        if style is not None:
            added = style[table.batch, table.windows[:, 4]]
            if self.config.inside:
                added = added * inside_windows(table.windows, classes)[:, None]
            gamma, beta = gamma + added[:, : self.channels], beta + added[:, self.channels :]

        # Two gathers, not one that is cut in half: cutting large maps costs autograd a zero-filled copy each.
        def spread(values: Tensor) -> Tensor:
            return F.embedding(table.inverse, values).view(-1, height, width, self.channels).permute(0, 3, 1, 2)

        return spread(gamma), spread(beta)
