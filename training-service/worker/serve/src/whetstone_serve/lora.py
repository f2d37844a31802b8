"""Linear layers that apply a different adapter to each row of one batch.

The adapters of a batch are concatenated: with ``down = [A1|A2|…]`` and ``up = [B1;B2;…]`` a row keeps only its own
block of ``x·down`` before ``up``. The other blocks are replaced by zero, not multiplied by it: another adapter's
infinity times zero would be nan. This takes two small matrix products for any mix, and a row's result does not depend
on the other rows. A row without an adapter keeps no block.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import nn

from whetstone_serve.adapters import LoraAdapter


class RowAdapters:
    """Which adapter each row of the next forward pass uses; shared by all wrapped layers of one model."""

    def __init__(self) -> None:
        self.weights: Mapping[str, tuple[torch.Tensor, torch.Tensor]] = {}
        self.others: torch.Tensor | None = None
        self._combined: tuple[LoraAdapter, ...] = ()
        self._rows: tuple[LoraAdapter | None, ...] = ()

    def select(self, rows: Sequence[LoraAdapter | None], device: torch.device) -> None:
        """Prepares for a batch with these adapters, one per row."""
        wanted = tuple(rows)
        if wanted == self._rows:
            return
        adapters = tuple(dict.fromkeys(row for row in wanted if row is not None))
        if adapters != self._combined:
            self.weights = _concatenated(adapters)
            self._combined = adapters
        self.others = None
        if len(adapters) > 1 or (adapters and None in wanted):
            owner = torch.tensor([adapters.index(row) if row else -1 for row in wanted])
            blocks = torch.repeat_interleave(torch.arange(len(adapters)), torch.tensor([a.rank for a in adapters]))
            self.others = (owner[:, None] != blocks[None, :]).to(device)[:, None, :]
        self._rows = wanted


def _concatenated(adapters: Sequence[LoraAdapter]) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """Per module the concatenated weights; a module that an adapter does not change gets zeros of its rank."""
    modules = {module for adapter in adapters for module in adapter.weights}
    combined = {}
    for module in modules:
        sample = next(adapter.weights[module] for adapter in adapters if module in adapter.weights)
        downs, ups = [], []
        for adapter in adapters:
            down, up = adapter.weights.get(module) or _zeros(sample, adapter.rank)
            downs.append(down)
            ups.append(up)
        combined[module] = (torch.cat(downs, dim=1), torch.cat(ups, dim=0))
    return combined


def _zeros(sample: tuple[torch.Tensor, torch.Tensor], rank: int) -> tuple[torch.Tensor, torch.Tensor]:
    down, up = sample
    return down.new_zeros(down.shape[0], rank), up.new_zeros(rank, up.shape[1])


class RowLoraLinear(nn.Module):
    """A frozen linear layer plus the low-rank change of each row's adapter."""

    def __init__(self, name: str, linear: nn.Linear, rows: RowAdapters) -> None:
        super().__init__()
        self._name = name
        self._rows = rows
        self.linear = linear

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Applies the base layer and the rows' adapters."""
        outputs = self.linear(inputs)
        weights = self._rows.weights.get(self._name)
        if weights is None:
            return outputs
        narrow = inputs @ weights[0]
        if self._rows.others is not None:
            narrow = narrow.masked_fill(self._rows.others, 0.0)
        return outputs + narrow @ weights[1]


def wrap_linears(model: nn.Module, rows: RowAdapters) -> dict[str, nn.Linear]:
    """Replaces every linear layer except the output head; returns the original layers by name."""
    head = model.get_output_embeddings()
    linears = {name: module for name, module in model.named_modules() if isinstance(module, nn.Linear)}
    linears = {name: module for name, module in linears.items() if module is not head}
    for name, linear in linears.items():
        parent_name, _, child = name.rpartition(".")
        setattr(model.get_submodule(parent_name), child, RowLoraLinear(name, linear, rows))
    return linears
