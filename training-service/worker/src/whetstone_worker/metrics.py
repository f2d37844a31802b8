"""Metrics of a run: one line per optimizer step in ``metrics.jsonl``, with the names of OpenAI's fine-tuning."""

import json
import math
import shutil
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
    "rewards/chosen": "train_reward_chosen",
    "rewards/rejected": "train_reward_rejected",
    "rewards/margins": "train_reward_margin",
    "rewards/accuracies": "train_reward_accuracy",
    "eval_rewards/chosen": "valid_reward_chosen",
    "eval_rewards/rejected": "valid_reward_rejected",
    "eval_rewards/margins": "valid_reward_margin",
    "eval_rewards/accuracies": "valid_reward_accuracy",
}


def renamed(logs: dict[str, Any]) -> dict[str, float]:
    """The trainer's log entry under this project's names; entries without such a name are left out."""
    return {name: float(logs[key]) for key, name in _NAMES.items() if key in logs}


class MetricsLog:
    """Collects the training and validation entries of one step into one line and passes it to ``on_step``.

    ``latest`` holds the newest value of each metric of the current stage.
    """

    def __init__(self, folder: Path, on_step: Callable[[int, dict[str, float]], None]) -> None:
        self.path = folder / FILE
        self._on_step = on_step
        self._open: dict[str, float] = {}
        self._open_step = -1
        self._epoch = 0.0
        self.latest: dict[str, float] = {}

    def start(self, earlier: Path | None, stage_starts_after: int = 0) -> None:
        """Begins the file with the lines of an earlier attempt, or empty.

        Only lines after the step ``stage_starts_after`` belong to the current stage.
        """
        if earlier is None or not earlier.is_file():
            self.path.write_bytes(b"")
            return
        shutil.copyfile(earlier, self.path)
        with self.path.open(encoding="utf-8") as lines:
            for line in lines:
                entry = json.loads(line)
                if entry["step"] > stage_starts_after:
                    self.latest.update({k: v for k, v in entry.items() if k not in ("step", "epoch")})

    def start_stage(self) -> None:
        """Forgets the metrics of the stage before."""
        self.flush()
        self.latest = {}

    def add(self, step: int, epoch: float, values: dict[str, float]) -> None:
        """Adds values of a step; raises ``BadInputError`` when a loss is not finite."""
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
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        self.latest.update(finite)
        self._on_step(self._open_step, finite)
        self._open = {}

    def copy_to(self, folder: Path) -> None:
        """Copies all lines so far into a folder, for a resume point."""
        self.flush()
        shutil.copyfile(self.path, folder / FILE)
