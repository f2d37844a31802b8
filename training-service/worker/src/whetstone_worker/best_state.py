"""Keeps the adapter with the lowest validation loss, in a form that survives a resume."""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

_WEIGHTS = "best.safetensors"
_STATE = "best.json"
PATIENCE = 3


class BestState:
    """Keeps the adapter with the lowest validation loss, for early stopping and for a used-up limit."""

    def __init__(self, model: torch.nn.Module) -> None:
        self._model = model
        self._best: dict[str, torch.Tensor] = {}
        self.best_loss = float("inf")
        self.best_step = 0
        self._evaluations_since = 0

    def observe(self, step: int, loss: float) -> bool:
        """Records one evaluation; true after ``PATIENCE`` evaluations without a new best."""
        if loss < self.best_loss:
            self.best_loss, self.best_step, self._evaluations_since = loss, step, 0
            self._best = {name: value.detach().cpu().clone() for name, value in self._trained().items()}
        else:
            self._evaluations_since += 1
        return self._evaluations_since >= PATIENCE

    @property
    def is_known(self) -> bool:
        """Whether an evaluation was recorded."""
        return bool(self._best)

    def restore(self) -> bool:
        """Copies the best weights back into the model; false when no evaluation was recorded."""
        with torch.no_grad():
            for name, value in self._trained().items():
                if name in self._best:
                    value.copy_(self._best[name])
        return bool(self._best)

    def save(self, folder: Path) -> None:
        """Writes weights and counters into the folder of a resume point."""
        if self._best:
            save_file(self._best, folder / _WEIGHTS)
            facts = {"loss": self.best_loss, "step": self.best_step, "since": self._evaluations_since}
            (folder / _STATE).write_text(json.dumps(facts), encoding="utf-8")

    def load(self, folder: Path) -> None:
        """Reads what ``save`` wrote; does nothing when it wrote nothing."""
        if (folder / _STATE).is_file():
            facts = json.loads((folder / _STATE).read_text(encoding="utf-8"))
            self.best_loss, self.best_step, self._evaluations_since = facts["loss"], facts["step"], facts["since"]
            self._best = load_file(folder / _WEIGHTS)

    def _trained(self) -> dict[str, torch.nn.Parameter]:
        return {name: value for name, value in self._model.named_parameters() if value.requires_grad}
