"""Numbers of windows and rows of modulation tables by the compiled kernels (see `model.engine.elementwise`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from model.engine.compiled_windows import CompiledCoder
from model.engine.elementwise import Elementwise
from model.engine.inner_windows import InnerWindows
from model.engine.layout import BATCH_STEP, LANES, SLAB
from model.engine.modulation_weights import FoldedModulation
from model.engine.tables import ModulationTable
from model.engine.windows import Coder
from model.engine.workspace import Workspace

if TYPE_CHECKING:
    from model.engine.fused import Kernels


class CompiledTables(Elementwise):
    """The steps between a label map and its tables; float32."""

    def __init__(self, workspace: Workspace, kernels: Kernels) -> None:
        super().__init__(workspace)
        self._kernels = kernels

    def make_coder(self, base: int, first: int) -> Coder:
        return CompiledCoder(self._kernels.number, self._kernels.fill_slots, first)

    def make_rows(
        self,
        modulation: FoldedModulation,
        tables: Sequence[ModulationTable],
        taps: Tensor,
        classes: Tensor,
        codes: Tensor,
    ) -> bool:
        count, first = len(taps), 0
        per_norm: list[int] = []
        # What the kernel reads while it runs.
        kept: list[Tensor] = [taps.contiguous(), classes.contiguous()]
        products = [table.norm.product for table in tables]
        if any(product is None or len(product[1]) % LANES for product in products):
            return False
        for table, size, product in zip(tables, modulation.sizes, products, strict=True):
            assert product is not None
            weight, bias = product
            base, styled, added = table.more(count, codes)
            per_norm += [first, size, weight.data_ptr(), bias.data_ptr(), len(bias), base.data_ptr()]
            per_norm += [0, 0] if styled is None or added is None else [styled.data_ptr(), added.data_ptr()]
            kept += [base, weight]
            first += size
        hidden, widest = modulation.hidden, max(2 * table.norm.channels for table in tables)
        size = BATCH_STEP * (hidden + widest)
        scratch = self._workspace.take("patches", torch.get_num_threads(), size)
        self._kernels.make_rows(
            count * hidden * widest // 8,
            (
                *(-(-count // BATCH_STEP), 0, scratch.data_ptr(), 4 * size, count, kept[0].data_ptr()),
                *(kept[1].data_ptr(), len(modulation.taps) // 9, hidden),
                *(modulation.taps.data_ptr(), modulation.bias.data_ptr(), len(tables), *per_norm),
            ),
        )
        return True

    def make_wide_rows(
        self, modulation: FoldedModulation, tables: Sequence[ModulationTable], inner: InnerWindows, taps: Tensor
    ) -> bool:
        if modulation.style:
            return False
        used, starts, places = inner.used_by(taps)
        count, most = len(taps), int(np.diff(starts).max())
        most = -(-most // BATCH_STEP) * BATCH_STEP
        per_norm: list[int] = []
        units, first, work, deepest = 0, 0, 0, 0
        for table, size in zip(tables, modulation.sizes, strict=True):
            norm, deep = table.norm, size // table.norm.groups
            weight, bias = norm.slabs
            units += 2 * norm.groups * -(-bias.shape[2] // SLAB)
            places_of = (norm.channels // norm.groups, bias.shape[2], weight.data_ptr(), bias.data_ptr())
            per_norm += [units, first, deep, *places_of, table.more_base(count).data_ptr(), 8 * norm.channels]
            first += size
            work += 2 * norm.channels * deep
            deepest = max(deepest, deep)
        size = most * 9 * SLAB + BATCH_STEP * deepest
        scratch = self._workspace.take("patches", torch.get_num_threads(), size)
        hidden = inner.hidden
        self._kernels.make_wide_rows(
            9 * most * work,
            (
                *(units, 0, scratch.data_ptr(), 4 * size, count, most, hidden.data_ptr(), 4 * modulation.hidden),
                *(used.ctypes.data, starts.ctypes.data, places.ctypes.data, len(places), *per_norm),
            ),
        )
        return True

    def restyle(self, styled: Tensor, base: Tensor, added: Tensor, rows: Tensor | None, classes: Tensor) -> None:
        count = len(styled) if rows is None else len(rows)
        chosen = 0 if rows is None else rows.data_ptr()
        width = 4 * styled.shape[1]
        places = (base.data_ptr(), styled.data_ptr(), added.data_ptr())
        self._kernels.restyle(
            styled.numel(),
            (-(-count // self._kernels.restyled_rows), count, chosen, classes.data_ptr(), width, *places),
        )
