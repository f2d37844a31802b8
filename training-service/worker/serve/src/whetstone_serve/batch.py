"""The sequences that are decoded together, with their shared key-value cache.

Rows are aligned to the right: the last column holds the newest token of every row, so a row joins with padding on its
left and is removed by selecting the others. Sequences may therefore join and end at every step.
"""

from collections.abc import Sequence as Rows
from typing import Any

import torch
from transformers import DynamicCache

from whetstone_serve.generation import Sequence
from whetstone_serve.lora import RowAdapters


class DecodeBatch:
    """Prefills new sequences, adds them, and computes the next token of all."""

    def __init__(self, model: Any, rows: RowAdapters, pad_token: int) -> None:
        self._model = model
        self._rows = rows
        self._pad_token = pad_token
        self.sequences: list[Sequence] = []
        self._cache = DynamicCache()

    def prefill(self, sequences: Rows[Sequence]) -> tuple[torch.Tensor, DynamicCache]:
        """Runs whole prompts; returns the logits of each next token and the right-aligned cache."""
        longest = max(len(sequence.prompt) for sequence in sequences)
        device = self._model.device
        ids = torch.full((len(sequences), longest), self._pad_token)
        mask = torch.zeros((len(sequences), longest), dtype=torch.long)
        for row, sequence in enumerate(sequences):
            ids[row, longest - len(sequence.prompt) :] = torch.tensor(sequence.prompt)
            mask[row, longest - len(sequence.prompt) :] = 1
        cache = DynamicCache()
        self._select(sequences)
        output = self._model(
            input_ids=ids.to(device),
            attention_mask=mask.to(device),
            position_ids=(mask.cumsum(1) - 1).clamp(min=0).to(device),
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        return output.logits[:, -1], cache

    def join(self, sequences: Rows[Sequence], cache: DynamicCache, staying: list[int]) -> None:
        """Adds these rows of a prefill; each has its first token already."""
        if not staying:
            return
        joining = [sequences[row] for row in staying]
        if len(staying) < len(sequences):
            _take_rows(cache, staying, max(sequence.length for sequence in joining) - 1)
        for old, new in zip(self._cache.layers, cache.layers, strict=False):
            new.keys, new.values = _stacked(old.keys, new.keys), _stacked(old.values, new.values)
        self._cache = cache
        self.sequences = [*self.sequences, *joining]

    def keep(self, staying: list[int]) -> None:
        """Removes all rows but these, and columns that no remaining row uses."""
        if len(staying) == len(self.sequences):
            return
        self.sequences = [self.sequences[row] for row in staying]
        if staying:
            _take_rows(self._cache, staying, max(sequence.length for sequence in self.sequences) - 1)
        else:
            self._cache = DynamicCache()

    def step(self) -> torch.Tensor:
        """Feeds every row's newest token; returns the logits of the next one, one row per sequence."""
        device = self._model.device
        lengths = torch.tensor([sequence.length for sequence in self.sequences])
        columns = self._cache.get_seq_length() + 1
        visible = torch.arange(columns) >= (columns - lengths)[:, None]
        self._select(self.sequences)
        output = self._model(
            input_ids=torch.tensor([[sequence.tokens[-1]] for sequence in self.sequences], device=device),
            attention_mask=visible[:, None, None, :].to(device),
            position_ids=(lengths - 1)[:, None].to(device),
            past_key_values=self._cache,
            use_cache=True,
        )
        return output.logits[:, -1]

    def clear(self) -> None:
        """Removes all rows."""
        self.sequences = []
        self._cache = DynamicCache()

    def _select(self, sequences: Rows[Sequence]) -> None:
        self._rows.select([sequence.adapter for sequence in sequences], self._model.device)


def _take_rows(cache: DynamicCache, rows: list[int], width: int) -> None:
    for layer in cache.layers:
        chosen = torch.tensor(rows, device=layer.keys.device)
        layer.keys = layer.keys.index_select(0, chosen)[:, :, -width:]
        layer.values = layer.values.index_select(0, chosen)[:, :, -width:]


def _stacked(old: torch.Tensor, new: torch.Tensor) -> torch.Tensor:
    width = max(old.shape[2], new.shape[2])
    return torch.cat([torch.nn.functional.pad(part, (0, 0, width - part.shape[2], 0)) for part in (old, new)])
