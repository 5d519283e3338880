"""The weights of a block's normalisations, made ready for label windows: what scale and shift of a window are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import torch
import torch.nn.functional as F
from torch import Tensor

from model.engine.boxes import Channels
from model.engine.layout import from_slabs, in_slabs, rounded_up
from model.groupdnet.label_pyramid import inside_windows
from model.groupdnet.modulation import ConditionalGroupNorm

# Windows whose hidden values are gathered at once: a bound on memory.
_GATHERED = 1024
# Columns whose products with every tap stay in a processor's cache.
_COLUMNS = 64
# Products of taps with inner windows are made once where they are at most this share of those of every window.
_SHARED = 0.5
# Emptied rows are given back when the first that follow need less than one in so many of them.
_MOST_SPARE = 8


class Rows:
    """A matrix that grows at the bottom. Emptied, it keeps its memory: fresh memory costs more than what is written."""

    def __init__(self, columns: int) -> None:
        self._data = torch.empty(0, columns)
        self.count = self._touched = 0

    @property
    def used(self) -> Tensor:
        return self._data[: self.count]

    @property
    def nbytes(self) -> int:
        return self._touched * self._data.shape[1] * self._data.element_size()

    def more(self, count: int) -> Tensor:
        """``count`` new rows at the bottom, to be filled."""
        needed = self.count + count
        if needed > self._data.shape[0] or (not self.count and _MOST_SPARE * needed < self._touched):
            # Rows never used are not touched, so they cost nothing; growing at the next map or stroke would.
            grown = torch.empty((2 if self.count else 3) * needed, self._data.shape[1])
            grown[: self.count] = self.used
            self._data, self._touched = grown, 0
        rows = self._data[self.count : needed]
        self.count = needed
        self._touched = max(self._touched, needed)
        return rows

    def clear(self) -> None:
        """Drop all rows."""
        self.count = 0

    def append(self, rows: Tensor) -> None:
        self.more(rows.shape[0]).copy_(rows)


class FoldedNorm:
    """The weights of one ConditionalGroupNorm, made ready for windows.

    The batch norm's running statistics are folded in: out = x * scale + shift with scale = (1 + gamma) / deviation and
    shift = beta - mean * scale (paper section 3.3).
    """

    def __init__(self, norm: ConditionalGroupNorm, instance_edges: bool) -> None:
        self.channels = norm.channels
        mean, variance = norm.norm.running_mean, norm.norm.running_var
        assert mean is not None and variance is not None
        self._inverse = (variance.detach().float() + norm.norm.eps).rsqrt()
        self._mean = mean.detach().float()
        self.taps, self.hidden_bias = self._tap_rows(norm, instance_edges)
        self._shared_groups, self._groups = norm.config.shared_groups, norm.config.gamma_beta_groups
        # None where compiled kernels use them in another order.
        self._plain, self._bias = self._gamma_beta(norm)
        self._style = None if norm.style is None else self._fold_style(norm.style.detach().float())

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

    def _gamma_beta(self, norm: ConditionalGroupNorm) -> tuple[Tensor | None, Tensor]:
        """Weight (groups, taps * hidden per group, 2 * channels per group) and bias (groups, 1, the same).

        They make scale and shift, channel group by channel group.
        """
        groups = self._groups
        assert norm.gamma.bias is not None and norm.beta.bias is not None
        # (channels, hidden per group, k, k) -> (channels, taps * hidden per group)
        gamma, beta = (c.weight.detach().float().flatten(2).transpose(1, 2).flatten(1) for c in (norm.gamma, norm.beta))
        scale = gamma * self._inverse[:, None]
        scale_bias = (norm.gamma.bias.detach().float() + 1) * self._inverse
        shift = beta - self._mean[:, None] * scale
        shift_bias = norm.beta.bias.detach().float() - self._mean * scale_bias
        weight = torch.cat([scale.unflatten(0, (groups, -1)), shift.unflatten(0, (groups, -1))], 1)
        bias = torch.cat([scale_bias.view(groups, -1), shift_bias.view(groups, -1)], 1)
        return weight.transpose(1, 2).contiguous(), bias[:, None].contiguous()

    @property
    def groups(self) -> int:
        """Of scale and shift."""
        return self._groups

    @property
    def _weight(self) -> Tensor:
        if self._plain is not None:
            return self._plain
        # (groups, scale or shift, taps * hidden, channels), all per group
        return from_slabs(self.slabs[0], self.channels // self._groups).transpose(1, 2).flatten(2)

    @cached_property
    def slabs(self) -> tuple[Tensor, Tensor]:
        """For compiled kernels: weight (groups, 2, slabs) of scale and shift, bias (groups, 2, channels rounded up).

        A group's matrices are (taps * hidden, channels), in slabs; from now on they are kept so alone.
        """
        half = self.channels // self._groups
        packed = in_slabs(self._weight.unflatten(2, (2, half)).transpose(1, 2))
        bias = F.pad(self._bias.view(self._groups, 2, half), (0, rounded_up(half) - half))
        self._plain = None
        return packed, bias.contiguous()

    def _fold_style(self, style: Tensor) -> Tensor:
        """(classes, K, 2 * channels) with the batch norm folded in."""
        gamma, beta = style[..., : self.channels], style[..., self.channels :]
        scale = gamma * self._inverse
        return torch.cat([scale, beta - self._mean * scale], -1)

    def reached_by(self, classes: Channels, count: int) -> Channels:
        """The channels whose scale and shift depend on where these classes of ``count`` are, style aside."""
        hidden = self.hidden_bias.numel()
        return classes.through(self._shared_groups, count, hidden).through(self._groups, hidden, self.channels)

    def seen_by(self, group: int, count: int) -> Channels:
        """The classes of ``count`` that scale and shift of a group depend on, style aside."""
        hidden = self.hidden_bias.numel()
        own = Channels(group, group + 1).through(self._groups, self._groups, hidden)
        return own.through(self._shared_groups, hidden, count)

    def values_at(self, inner: Tensor, taps: Tensor) -> Tensor:
        """Hidden values of inner windows (m, hidden), the inner window at every tap (n, 9) -> (n, 2 * channels).

        Few inner windows make many windows: the product of each with each tap is made once, and then nine are summed.
        """
        groups, count, half = self._groups, len(inner), self.channels // self._groups
        # (groups, taps, hidden, scale or shift, channels), all per group
        weight = self._weight.view(groups, 9, -1, 2, half)
        bias = self._bias.view(groups, 2, half)
        places = taps + count * torch.arange(9)
        hidden = inner.view(count, groups, -1).transpose(0, 1)
        values = torch.empty(len(taps), 2, groups, half)
        products = torch.empty(9 * count * min(half, _COLUMNS))
        for group in range(groups):
            every_tap = hidden[group].expand(9, -1, -1)
            for number in range(2):
                for first in range(0, half, _COLUMNS):
                    some = slice(first, min(first + _COLUMNS, half))
                    rows = products[: 9 * count * (some.stop - first)].view(9, count, -1)
                    torch.bmm(every_tap, weight[group, :, :, number, some], out=rows)
                    total = F.embedding_bag(places, rows.flatten(0, 1), mode="sum")
                    torch.add(total, bias[group, number, some], out=values[:, number, group, some])
        return values.view(len(taps), 2 * self.channels)

    def values(self, hidden: Tensor) -> Tensor:
        """Hidden values of every tap (n, taps, hidden) -> scale and shift (n, 2 * channels)."""
        count, taps, _ = hidden.shape
        groups = self._groups
        if groups == 1:
            return torch.addmm(self._bias[0], hidden.flatten(1), self._weight[0])
        grouped = hidden.view(count, taps, groups, -1).permute(2, 0, 1, 3).reshape(groups, count, -1)
        both = torch.baddbmm(self._bias, grouped, self._weight)
        both = both.view(groups, count, 2, self.channels // groups).permute(1, 2, 0, 3)
        return both.reshape(count, 2 * self.channels)

    @cached_property
    def product(self) -> tuple[Tensor, Tensor] | None:
        """For compiled kernels of 3 x 3 windows: weight (hidden, 2 * channels) in slabs and bias (2 * channels,).

        Of all its values, where there is but one group.
        """
        return (in_slabs(self._weight[0]), self._bias[0, 0]) if self._groups == 1 else None

    def style_rows(self, codes: Tensor) -> Tensor:
        """Codes float32 (classes, K) -> what each class's code adds to scale and shift, (classes + 1, 2 * channels).

        The last row, of zeros, is for pixels where no code counts.
        """
        assert self._style is not None
        return F.pad(torch.bmm(codes[:, None], self._style)[:, 0], (0, 0, 0, 1))

    def style_row(self, codes: Tensor, number: int) -> Tensor:
        """The same of one class, (2 * channels,)."""
        assert self._style is not None
        return torch.mv(self._style[number].t(), codes[number])


class FoldedModulation:
    """The normalisations of one block. They look at the same windows, so their hidden values are made together."""

    def __init__(self, norms: Sequence[ConditionalGroupNorm], instance_edges: bool) -> None:
        self.norms = tuple(FoldedNorm(norm, instance_edges) for norm in norms)
        config = norms[0].config
        self.radius = config.kernel // 2 + 1
        self.style, self.inside = config.style, config.inside
        self.symbols_per_class = 2 if instance_edges else 1
        self.classes = norms[0].classes
        self.taps = torch.cat([norm.taps for norm in self.norms], 1)
        self.bias = torch.cat([norm.hidden_bias for norm in self.norms])
        self._tap_starts = torch.arange(9) * (self.taps.shape[0] // 9)
        self.sizes = [norm.hidden_bias.numel() for norm in self.norms]

    @property
    def hidden(self) -> int:
        """Hidden values of one window, all normalisations together."""
        return self.bias.numel()

    def hidden_rows(self, taps: Tensor) -> Tensor:
        """Symbols int64 (n, 9) -> hidden values after the ReLU (n, hidden)."""
        return F.embedding_bag(taps + self._tap_starts, self.taps, mode="sum").add_(self.bias).relu_()

    def styled_classes(self, taps: Tensor) -> Tensor:
        """3 x 3 windows of symbols int64 (n, 9) -> the class whose code counts in their middle, int64 (n,).

        It is the number of classes where none does.
        """
        classes = taps // self.symbols_per_class
        middle = classes[:, 4]
        return torch.where(inside_windows(classes, self.classes), middle, self.classes) if self.inside else middle

    def reached_by(self, number: int, classes: Channels) -> Channels:
        """The channels of a normalisation that change where these classes come, go or are restyled."""
        norm = self.norms[number]
        return Channels(0, norm.channels) if self.style else norm.reached_by(classes, self.classes)

    @property
    def classes_of_groups(self) -> list[Channels]:
        """The run of classes that each group of scale and shift sees, the same for all normalisations."""
        norm = self.norms[0]
        return [norm.seen_by(group, self.classes) for group in range(norm.groups)]

    def split(self, hidden: Tensor) -> tuple[Tensor, ...]:
        """Hidden values (..., hidden) parted by normalisation."""
        return hidden.split_with_sizes(self.sizes, -1)

    def values(self, hidden: Tensor, taps: Tensor) -> list[Tensor]:
        """Scale and shift of every normalisation, (n, 2 * channels) each.

        ``hidden``: the hidden values of all inner windows; taps (n, 9): the inner windows of every window.
        """
        used, places = torch.unique(taps, return_inverse=True)
        if len(used) <= _SHARED * len(taps):
            parts = self.split(torch.index_select(hidden, 0, used))
            return [norm.values_at(part.contiguous(), places) for norm, part in zip(self.norms, parts, strict=True)]
        made = []
        for start in range(0, len(taps), _GATHERED):
            parts = self.split(F.embedding(taps[start : start + _GATHERED], hidden))
            made.append([norm.values(part) for norm, part in zip(self.norms, parts, strict=True)])
        return made[0] if len(made) == 1 else [torch.cat(chunks) for chunks in zip(*made, strict=True)]
