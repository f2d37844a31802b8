"""Metrics of a run: one line per optimizer step in ``metrics.jsonl``, under the names OpenAI's fine-tuning uses."""

import json
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from whetstone_worker.errors import BadInputError

FILE = "metrics.jsonl"
_NAMES = {
    "loss": "train_loss",
    "mean_token_accuracy": "train_mean_token_accuracy",
    "eval_loss": "valid_loss",
    "eval_mean_token_accuracy": "valid_mean_token_accuracy",
    "learning_rate": "learning_rate",
    "grad_norm": "grad_norm",
}


def renamed(logs: dict[str, Any]) -> dict[str, float]:
    """The trainer's log entry under our names; entries that are no metric of ours are left out."""
    return {name: float(logs[key]) for key, name in _NAMES.items() if key in logs}


class MetricsLog:
    """Collects the entries of one step, training and validation, into one line; ``on_step`` sees each finished line."""

    def __init__(self, folder: Path, on_step: Callable[[int, dict[str, float]], None]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / FILE
        self._on_step = on_step
        self._lines: list[str] = []
        self._open: dict[str, float] = {}
        self._open_step = -1
        self._epoch = 0.0
        self.newest: dict[str, float] = {}

    def start(self, earlier: Path | None) -> None:
        """Begins the file with the lines of an earlier attempt, or empty."""
        if earlier and earlier.is_file():
            self._lines = earlier.read_text(encoding="utf-8").splitlines()
            for line in self._lines:
                entry = json.loads(line)
                self.newest.update({k: v for k, v in entry.items() if k not in ("step", "epoch")})
        self._path.write_text("".join(line + "\n" for line in self._lines), encoding="utf-8")

    def add(self, step: int, epoch: float, values: dict[str, float]) -> None:
        """Adds values of a step; raises when a loss is no number any more."""
        if step != self._open_step:
            self.flush()
        self._open_step, self._epoch = step, epoch
        self._open.update(values)
        for loss in ("train_loss", "valid_loss"):
            if not math.isfinite(values.get(loss, 0.0)):
                raise BadInputError(
                    "diverged", f"{loss} is not finite at step {step}; lower /learningRate or check the data"
                )

    def flush(self) -> None:
        """Writes the open line."""
        if not self._open:
            return
        finite = {name: value for name, value in self._open.items() if math.isfinite(value)}
        line = json.dumps({"step": self._open_step, "epoch": round(self._epoch, 4), **finite})
        self._lines.append(line)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        self.newest.update(finite)
        self._on_step(self._open_step, finite)
        self._open = {}

    def copy_to(self, folder: Path) -> None:
        """Puts all lines so far beside a resume point's state."""
        (folder / FILE).write_text("".join(line + "\n" for line in self._lines), encoding="utf-8")

    def sync(self) -> None:
        """Makes the file durable."""
        self.flush()
        with self._path.open("rb") as file:
            os.fsync(file.fileno())
