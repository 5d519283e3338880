"""Modulation tables: scale and shift of one normalisation for every distinct label window."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from model.engine.boxes import Channels
from model.groupdnet.modulation import ConditionalGroupNorm

# Windows computed at once: bounds the memory of their gathered hidden values.
_CHUNK = 1024


class _Rows:
    """A matrix that grows at the bottom."""

    def __init__(self, columns: int, dtype: torch.dtype) -> None:
        self._data = torch.empty(0, columns, dtype=dtype)
        self.count = 0

    @property
    def used(self) -> Tensor:
        return self._data[: self.count]

    @property
    def nbytes(self) -> int:
        return self._data.numel() * self._data.element_size()

    def append(self, rows: Tensor) -> None:
        needed = self.count + rows.shape[0]
        if needed > self._data.shape[0]:
            grown = torch.empty(max(needed, 3 * self._data.shape[0] // 2), self._data.shape[1], dtype=self._data.dtype)
            grown[: self.count] = self.used
            self._data = grown
        self._data[self.count : needed] = rows
        self.count = needed


class FoldedNorm:
    """The weights of one ConditionalGroupNorm, made ready for windows.

    The batch norm's running statistics are folded in: out = x * scale + shift with scale = (1 + gamma) / deviation and
    shift = beta - mean * scale (paper section 3.3).
    """

    def __init__(self, norm: ConditionalGroupNorm, instance_edges: bool) -> None:
        self.channels = norm.channels
        self.radius = norm.config.kernel // 2 + 1
        self.symbols_per_class = 2 if instance_edges else 1
        mean, variance = norm.norm.running_mean, norm.norm.running_var
        assert mean is not None and variance is not None
        self._inverse = (variance.detach().float() + norm.norm.eps).rsqrt()
        self._mean = mean.detach().float()
        self._taps, self._hidden_bias = self._tap_rows(norm, instance_edges)
        self.hidden = self._hidden_bias.numel()
        self._groups = norm.config.gamma_beta_groups
        self._weight, self._bias = self._gamma_beta(norm)
        self.style = None if norm.style is None else self._fold_style(norm.style.detach().float())

    @property
    def symbols(self) -> int:
        """How many symbols a tap inside the picture can have; this number itself stands for outside."""
        return self._taps.shape[0] // 9 - 1

    @staticmethod
    def _tap_rows(norm: ConditionalGroupNorm, instance_edges: bool) -> tuple[Tensor, Tensor]:
        """(9 * (symbols + 1), hidden): what a symbol at a tap adds to the hidden values; the last symbol is outside."""
        weight = norm.shared.weight.detach().float()
        assert norm.shared.bias is not None
        hidden, per_group = weight.shape[:2]
        groups = norm.shared.groups
        dense = weight.new_zeros(hidden, norm.shared.in_channels, 9)
        for group in range(groups):
            rows = slice(group * hidden // groups, (group + 1) * hidden // groups)
            dense[rows, group * per_group : (group + 1) * per_group] = weight[rows].flatten(2)
        if instance_edges:
            # The edge channel is repeated behind every class, so one edge adds the sum of all its copies.
            classes, edge = dense[:, 0::2], dense[:, 1::2].sum(1, keepdim=True)
            dense = torch.stack([classes, classes + edge], 2).flatten(1, 2)
        taps = F.pad(dense.permute(2, 1, 0), (0, 0, 0, 1))
        return taps.reshape(-1, hidden).contiguous(), norm.shared.bias.detach().float()

    def _gamma_beta(self, norm: ConditionalGroupNorm) -> tuple[Tensor, Tensor]:
        """Weight (groups, taps * hidden per group, 2 * channels per group) and bias (groups, 1, the same)."""
        groups = self._groups

        def weight(conv: torch.nn.Conv2d) -> Tensor:
            # (channels, hidden per group, k, k) -> (groups, channels per group, taps, hidden per group)
            return conv.weight.detach().float().flatten(2).transpose(1, 2).unflatten(0, (groups, -1))

        def bias(conv: torch.nn.Conv2d, plus: float) -> Tensor:
            assert conv.bias is not None
            return conv.bias.detach().float().view(groups, -1) + plus

        both = torch.cat([weight(norm.gamma), weight(norm.beta)], 1).flatten(2).transpose(1, 2).contiguous()
        return both, torch.cat([bias(norm.gamma, 1.0), bias(norm.beta, 0.0)], 1)[:, None]

    def _fold_style(self, style: Tensor) -> Tensor:
        """(classes, K, 2 * channels) with the batch norm folded in."""
        gamma, beta = style[..., : self.channels], style[..., self.channels :]
        scale = gamma * self._inverse
        return torch.cat([scale, beta - self._mean * scale], -1)

    def hidden_rows(self, taps: Tensor) -> Tensor:
        """Symbols int64 (n, 9) -> hidden values after the ReLU (n, hidden)."""
        rows = taps + torch.arange(9) * (self.symbols + 1)
        return F.relu_(F.embedding_bag(rows, self._taps, mode="sum") + self._hidden_bias)

    def values(self, hidden: Tensor) -> Tensor:
        """Hidden values of every tap (n, taps, hidden) -> scale and shift (n, 2 * channels)."""
        count, taps, _ = hidden.shape
        groups = self._groups
        grouped = hidden.view(count, taps, groups, -1).permute(2, 0, 1, 3).reshape(groups, count, -1)
        both = torch.baddbmm(self._bias, grouped, self._weight)
        per_group = self.channels // groups
        both = both.view(groups, count, 2, per_group).permute(1, 2, 0, 3).reshape(count, 2, self.channels)
        scale = both[:, 0] * self._inverse
        return torch.cat([scale, both[:, 1] - self._mean * scale], 1)


class ModulationTable:
    """The rows of one normalisation at one level: ``rows`` (windows, 2 * channels), scale first, then shift."""

    def __init__(self, norm: FoldedNorm, dtype: torch.dtype) -> None:
        self.norm = norm
        self._dtype = dtype
        self.reset()

    def reset(self) -> None:
        """Forget every row."""
        norm = self.norm
        self._base = _Rows(2 * norm.channels, torch.float32 if norm.style is not None else self._dtype)
        self._styled = _Rows(2 * norm.channels, self._dtype) if norm.style is not None else None
        # The class in the middle of every window, and of every inner window.
        self._classes = torch.empty(0, dtype=torch.int64)
        self._inner_classes = torch.zeros(1, dtype=torch.int64)
        self._hidden = _Rows(norm.hidden, torch.float32) if norm.radius == 2 else None
        if self._hidden is not None:
            self._hidden.append(torch.zeros(1, norm.hidden))
        self._parts: dict[Channels, Tensor] = {}

    @property
    def rows(self) -> Tensor:
        return (self._base if self._styled is None else self._styled).used

    @property
    def nbytes(self) -> int:
        parts = sum(part.numel() * part.element_size() for part in self._parts.values())
        tables = (self._base, self._styled, self._hidden)
        return parts + self._classes.numel() * 8 + sum(table.nbytes for table in tables if table is not None)

    def part(self, channels: Channels) -> Tensor:
        """Scale and shift of some channels only: (windows, 2 * their number), contiguous."""
        width = self.norm.channels
        if channels == (0, width):
            return self.rows
        part = self._parts.get(channels)
        if part is None:
            rows = self.rows
            part = torch.cat(
                [rows[:, channels.first : channels.last], rows[:, width + channels.first : width + channels.last]], 1
            )
            # One part is enough: a slider moves one class again and again.
            self._parts = {channels: part}
        return part

    def append(self, inner: Tensor | None, taps: Tensor, codes: Tensor) -> None:
        """Add rows for newly numbered windows (see LevelWindows.encode); codes float32 (classes, K)."""
        norm = self.norm
        if self._hidden is not None and inner is not None and len(inner):
            self._hidden.append(norm.hidden_rows(inner))
            self._inner_classes = torch.cat([self._inner_classes, inner[:, 4] // norm.symbols_per_class])
        for chunk in taps.split(_CHUNK) if len(taps) else ():
            if self._hidden is not None:
                hidden = F.embedding(chunk, self._hidden.used)
            else:
                hidden = norm.hidden_rows(chunk)[:, None]
            values = norm.values(hidden)
            self._base.append(values)
            if self._styled is not None and norm.style is not None:
                middle = chunk[:, 4]
                classes = middle // norm.symbols_per_class if norm.radius == 1 else self._inner_classes[middle]
                self._classes = torch.cat([self._classes, classes])
                self._styled.append(values + self._style_rows(codes)[classes])
        if len(taps):
            self._parts.clear()

    def _style_rows(self, codes: Tensor) -> Tensor:
        assert self.norm.style is not None
        return torch.bmm(codes[:, None], self.norm.style)[:, 0]

    def restyle(self, codes: Tensor, changed: Tensor) -> None:
        """New codes float32 (classes, K) for the classes that ``changed``, bool (classes,), marks."""
        if self._styled is None or not self._base.count:
            return
        rows = torch.nonzero(changed[self._classes])[:, 0]
        classes = self._classes[rows]
        if len(rows) == self._base.count:
            self._styled.used.copy_(self._base.used + self._style_rows(codes)[classes])
        else:
            fresh = self._base.used[rows] + self._style_rows(codes)[classes]
            self._styled.used.index_copy_(0, rows, fresh.to(self._dtype))
        self._parts.clear()
