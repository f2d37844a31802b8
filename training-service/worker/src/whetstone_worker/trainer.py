"""What the trainers of all objectives share: their settings, resume points, and the callback that watches a stage."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import torch
from transformers import PrinterCallback, TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from whetstone_worker.attempt_clock import AttemptClock
from whetstone_worker.best_state import BestState
from whetstone_worker.errors import PreemptedError, StoppedError, WorkerError
from whetstone_worker.metrics import MetricsLog, renamed
from whetstone_worker.objective.port import StageTraining
from whetstone_worker.reporter import Directive, Phase, Reporter
from whetstone_worker.spec import Limits

_GRADIENT_NORM_LIMIT = 1.0
_REMEDY_RESUME = "start the next attempt from the newest resume point"

A = TypeVar("A", bound=TrainingArguments)


def shared_arguments(training: StageTraining) -> dict[str, Any]:
    """Settings that every objective's trainer takes, with every default that matters written out."""
    hyperparameters = training.stage.hyperparameters
    cuda = torch.cuda.is_available()
    return {
        "output_dir": str(training.folder),
        "per_device_train_batch_size": hyperparameters.effective_micro_batch,
        "per_device_eval_batch_size": hyperparameters.effective_micro_batch * 2,
        "gradient_accumulation_steps": hyperparameters.batch_size // hyperparameters.effective_micro_batch,
        "num_train_epochs": hyperparameters.epochs,
        "learning_rate": hyperparameters.learning_rate,
        "weight_decay": hyperparameters.weight_decay,
        "warmup_steps": hyperparameters.warmup_ratio,
        "lr_scheduler_type": "cosine",
        "optim": "adamw_torch_fused",
        "adam_beta1": 0.9,
        "adam_beta2": 0.999,
        "max_grad_norm": _GRADIENT_NORM_LIMIT,
        "bf16": cuda,
        "fp16": False,
        "use_cpu": not cuda,
        "gradient_checkpointing": False,
        "seed": training.seed,
        "data_seed": training.seed,
        "dataloader_num_workers": 0,
        "dataloader_pin_memory": cuda,
        "ignore_data_skip": False,
        "save_strategy": "steps",
        "save_steps": training.spec.resume_every_steps,
        "save_total_limit": None,  # resume.seal removes old resume points
        "save_only_model": False,
        "eval_strategy": "steps" if training.validation else "no",
        "eval_steps": training.spec.resume_every_steps,
        "logging_strategy": "steps",
        "logging_steps": 1,
        "logging_nan_inf_filter": False,
        "include_num_input_tokens_seen": "non_padding",
        "report_to": [],
        "disable_tqdm": True,
        "push_to_hub": False,
    }


def on_one_accelerator(config: A) -> A:
    """Stops transformers from multiplying the batch by the number of visible GPUs, which would change the run."""
    config._n_gpu = accelerators()
    return config


def accelerators() -> int:
    """How many accelerators an attempt uses: one if the machine has any, else none."""
    return min(torch.cuda.device_count(), 1)


class ResumePointMixin:
    """Placed before a transformers trainer, turns the checkpoint folders that it saves into resume points."""

    def __init__(self, *args: Any, on_saved: Callable[[Path, int], None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.remove_callback(PrinterCallback)
        self._on_saved = on_saved

    def create_model_card(self, *args: Any, **kwargs: Any) -> None:
        """Writes nothing: a resume point is not a model to publish."""

    def _save_checkpoint(self, model: torch.nn.Module, trial: Any) -> None:
        super()._save_checkpoint(model, trial)
        folder = Path(self.args.output_dir) / f"checkpoint-{self.state.global_step}"
        if folder.is_dir():
            self._on_saved(folder, self.state.global_step)


def empty_folder(folder: Path) -> None:
    """Creates an empty folder; removes what a killed attempt left there."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)


class StageCallback(TrainerCallback):
    """Carries metrics of one stage out of its trainer, and signals, directives and limits into it.

    It is stage ``index`` of ``count``. ``steps_before`` are the optimizer steps of earlier stages; reports, the log and
    resume points add them to the trainer's own count.
    """

    def __init__(
        self,
        log: MetricsLog,
        reporter: Reporter,
        *,
        limits: Limits,
        clock: AttemptClock,
        preempted: Callable[[], bool],
        best: BestState | None,
        stops_early: bool,
        steps_before: int = 0,
        index: int = 0,
        count: int = 1,
    ) -> None:
        self._log = log
        self._reporter = reporter
        self._limits = limits
        self._clock = clock
        self._preempted = preempted
        self._best = best
        self._stops_early = stops_early
        self._steps_before = steps_before
        self._index = index
        self._count = count
        self._began = self._last_step_at = time.monotonic()
        self._tokens_before = 0
        self._first_step = 0
        self._separate: dict[str, float] | None = None
        self.evaluated_step = -1
        self.interrupted_by: WorkerError | None = None
        self.limit: str | None = None  # used up; a run that reaches its last step anyway has none

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Notes the step and the time at which this attempt starts the stage."""
        self._clock.start()
        self._began = self._last_step_at = time.monotonic()
        self._tokens_before, self._first_step = int(state.num_input_tokens_seen), state.global_step
        self._reporter.update(
            urgent=True, phase=Phase.TRAINING, step=self._step_of(state), completed=self._completed(state)
        )

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> TrainerControl:
        """Ends training after a finished optimizer step when a signal, a directive or a limit requires it."""
        self.interrupted_by = self.interrupted_by or self._interruption()
        if self.limit is None and state.global_step < state.max_steps:
            self.limit = self._used_up_limit()
        if self.interrupted_by or self.limit:
            control.should_training_stop = True
            control.should_save = not isinstance(self.interrupted_by, StoppedError)
        done, left = state.global_step - self._first_step, state.max_steps - state.global_step
        left += state.max_steps * (self._count - self._index - 1)  # later stages are assumed to be as long as this one
        per_step = (time.monotonic() - self._began) / max(done, 1)
        self._reporter.update(
            step=self._step_of(state),
            completed=self._completed(state),
            epoch=round(float(state.epoch or 0), 4),
            seconds_left=round(per_step * left),
        )
        return control

    def on_substep_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Shows that a long optimizer step advances."""
        self._reporter.work()

    def on_prediction_step(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Shows that a long validation advances."""
        self._reporter.work()

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **_: Any,
    ) -> None:
        """Writes one line per step."""
        values = renamed(logs or {})
        if not values:
            return
        if self._separate is not None:
            self._separate.update(values)
            return
        if "train_loss" in values:
            values |= self._speed(state)
        self._log.add(self._step_of(state), float(state.epoch or 0), values)

    def on_evaluate(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        metrics: dict[str, float] | None = None,
        **_: Any,
    ) -> TrainerControl:
        """Notes the best state; ends training when the validation loss has stopped falling."""
        if self._separate is not None:
            return control
        self.evaluated_step = state.global_step
        loss = (metrics or {}).get("eval_loss")
        if self._best and loss is not None:
            outworn = self._best.observe(state.global_step, loss)
            if outworn and self._stops_early:
                control.should_training_stop = True
        return control

    @contextmanager
    def separate(self) -> Iterator[dict[str, float]]:
        """Metrics measured in this block go to its value only, neither to the log nor to the best state."""
        self._separate = measured = {}
        try:
            yield measured
        finally:
            self._separate = None

    def _step_of(self, state: TrainerState) -> int:
        return self._steps_before + state.global_step

    def _completed(self, state: TrainerState) -> float:
        share = state.global_step / state.max_steps if state.max_steps > 0 else 0.0
        return (self._index + share) / self._count

    def _speed(self, state: TrainerState) -> dict[str, float]:
        now, tokens = time.monotonic(), int(state.num_input_tokens_seen)
        seconds, self._last_step_at = max(now - self._last_step_at, 1e-9), now
        seen, self._tokens_before = tokens - self._tokens_before, tokens
        memory = torch.cuda.max_memory_allocated() if torch.cuda.is_available() else 0
        return {"tokens_per_second": round(seen / seconds, 1), "gpu_memory_bytes": float(memory)}

    def _interruption(self) -> WorkerError | None:
        if self._preempted():
            return PreemptedError("preempted", f"SIGTERM was received and the state is saved; {_REMEDY_RESUME}")
        if self._reporter.directive is Directive.SAVE_AND_STOP:
            return PreemptedError("preempted", f"the control plane sent save_and_stop; {_REMEDY_RESUME}")
        if self._reporter.directive is Directive.STOP:
            return StoppedError("stopped", "the control plane sent stop; no checkpoint is written")
        return None

    def _used_up_limit(self) -> str | None:
        limits = self._limits
        if limits.max_seconds is not None and self._clock.seconds() > limits.max_seconds:
            return "max-seconds"
        if limits.max_gpu_seconds is not None and self._clock.own_gpu_seconds() > limits.max_gpu_seconds:
            return "max-gpu-seconds"
        return None
