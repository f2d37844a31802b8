"""Log-probabilities of reference answers under a model."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from whetstone_worker.scoring.items import EncodedItem


@dataclass(frozen=True)
class Score:
    """Of one item: tokens, the sum of their natural log-probabilities, and how many were the model's first choice."""

    tokens: int
    log_probability: float
    correct: int


class Scorer:
    """Scores batches of items with one model as it is switched at the time of the call.

    Rows are padded on the right and the model is causal, so padding comes after everything that is scored. Logits are
    computed for the scored positions only where the model allows it; the log-softmax is taken in float32 and summed in
    float64.
    """

    def __init__(self, model: Any, keeps_logits: bool) -> None:
        self._model = model
        self._keeps_logits = keeps_logits
        self._device = next(model.parameters()).device

    @torch.inference_mode()
    def score(self, batch: Sequence[EncodedItem]) -> list[Score]:
        """One score per item."""
        width = max(item.length for item in batch)
        ids = torch.zeros((len(batch), width), dtype=torch.long)
        mask = torch.zeros((len(batch), width), dtype=torch.long)
        for row, item in enumerate(batch):
            ids[row, : item.length] = torch.tensor(item.input_ids)
            mask[row, : item.length] = 1
        # The logits at a position predict the token that follows it.
        kept = sorted({position - 1 for item in batch for position in item.scored})
        options = {"logits_to_keep": torch.tensor(kept, device=self._device)} if self._keeps_logits else {}
        logits = self._model(
            input_ids=ids.to(self._device), attention_mask=mask.to(self._device), use_cache=False, **options
        ).logits
        column = {position: i if self._keeps_logits else position for i, position in enumerate(kept)}
        return [self._score_row(logits[row], item, column) for row, item in enumerate(batch)]

    def _score_row(self, logits: torch.Tensor, item: EncodedItem, column: dict[int, int]) -> Score:
        columns = torch.tensor([column[position - 1] for position in item.scored], device=self._device)
        targets = torch.tensor([item.input_ids[position] for position in item.scored], device=self._device)
        chosen = logits[columns].float()
        of_targets = torch.log_softmax(chosen, dim=-1).gather(1, targets.unsqueeze(1)).squeeze(1)
        correct = int((chosen.argmax(dim=-1) == targets).sum())
        return Score(len(item.scored), float(of_targets.double().sum()), correct)


def keeps_logits(base: Any) -> bool:
    """Whether a causal model computes logits for chosen positions only (``logits_to_keep``)."""
    return "logits_to_keep" in inspect.signature(base.forward).parameters
