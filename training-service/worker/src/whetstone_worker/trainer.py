"""Thin parts around TRL's SFT trainer: resume points, metrics, and hearing whoever wants the run to end."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from transformers import PrinterCallback, TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from trl import SFTConfig, SFTTrainer

from whetstone_worker.early_stopping import EarlyStopping
from whetstone_worker.errors import BadInputError, PreemptedError, StoppedError, WorkerError
from whetstone_worker.metrics import MetricsLog, renamed
from whetstone_worker.reporter import Directive, Phase, Reporter
from whetstone_worker.spec import Limits, RunSpec

_GRADIENT_NORM_LIMIT = 1.0


def accelerators() -> int:
    """How many accelerators an attempt uses: one, where there is any."""
    return min(torch.cuda.device_count(), 1)


def sft_config(spec: RunSpec, work: Path, has_validation: bool) -> SFTConfig:
    """TRL's settings with every default that matters written out."""
    hyperparameters = spec.stage.hyperparameters
    cuda = torch.cuda.is_available()
    config = SFTConfig(
        output_dir=str(work),
        per_device_train_batch_size=hyperparameters.effective_micro_batch,
        per_device_eval_batch_size=hyperparameters.effective_micro_batch * 2,
        gradient_accumulation_steps=hyperparameters.batch_size // hyperparameters.effective_micro_batch,
        num_train_epochs=hyperparameters.epochs,
        learning_rate=hyperparameters.learning_rate,
        weight_decay=hyperparameters.weight_decay,
        warmup_steps=hyperparameters.warmup_ratio,
        lr_scheduler_type="cosine",
        optim="adamw_torch_fused",
        adam_beta1=0.9,
        adam_beta2=0.999,
        max_grad_norm=_GRADIENT_NORM_LIMIT,
        loss_type="chunked_nll",
        assistant_only_loss=False,  # labels come ready-made, see ChatEncoder
        completion_only_loss=False,
        dataset_kwargs={"skip_prepare_dataset": not hyperparameters.packing},
        packing=hyperparameters.packing,
        packing_strategy="bfd",
        eval_packing=False if not hyperparameters.packing else None,
        max_length=spec.max_sequence_length,
        bf16=cuda,
        fp16=False,
        use_cpu=not cuda,
        gradient_checkpointing=False,
        seed=spec.seed,
        data_seed=spec.seed,
        dataloader_num_workers=0,
        dataloader_pin_memory=cuda,
        ignore_data_skip=False,
        save_strategy="steps",
        save_steps=spec.resume_every_steps,
        save_total_limit=None,  # resume points are rotated by resume.seal
        save_only_model=False,
        eval_strategy="steps" if has_validation else "no",
        eval_steps=spec.resume_every_steps,
        logging_strategy="steps",
        logging_steps=1,
        logging_nan_inf_filter=False,
        include_num_input_tokens_seen="non_padding",
        report_to=[],
        disable_tqdm=True,
        push_to_hub=False,
    )
    # With every visible GPU, transformers would multiply the batch by their number: another run on another machine.
    config._n_gpu = accelerators()
    return config


class ResumableSftTrainer(SFTTrainer):
    """Writes resume points of ours where the trainer would leave checkpoint folders of its own."""

    def __init__(self, *args: Any, on_saved: Callable[[Path, int], None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.remove_callback(PrinterCallback)
        self._on_saved = on_saved

    def create_model_card(self, *args: Any, **kwargs: Any) -> None:
        """A resume point is no model to publish."""

    def _save_checkpoint(self, model: torch.nn.Module, trial: Any) -> None:
        super()._save_checkpoint(model, trial)
        folder = Path(self.args.output_dir) / f"checkpoint-{self.state.global_step}"
        if folder.is_dir():
            self._on_saved(folder, self.state.global_step)


def clear_work(work: Path) -> None:
    """Removes what a killed attempt left half-written."""
    if work.exists():
        shutil.rmtree(work)
    work.mkdir(parents=True)


class RunCallback(TrainerCallback):
    """Carries metrics out of the trainer, and signals, directives and limits into it."""

    def __init__(
        self,
        log: MetricsLog,
        reporter: Reporter,
        *,
        limits: Limits,
        preempted: Callable[[], bool],
        early_stopping: EarlyStopping | None,
        gpu_seconds_before: float,
    ) -> None:
        self._log = log
        self._reporter = reporter
        self._limits = limits
        self._preempted = preempted
        self._early_stopping = early_stopping
        self._gpu_seconds_before = gpu_seconds_before
        self._began = time.monotonic()
        self._last_step_at = self._began
        self._tokens_before = 0
        self._first_step = 0
        self._apart: dict[str, float] | None = None
        self.evaluated_step = -1
        self.interrupted_by: WorkerError | None = None

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Remembers where this attempt starts."""
        self._began = self._last_step_at = time.monotonic()
        self._tokens_before, self._first_step = int(state.num_input_tokens_seen), state.global_step
        self._reporter.update(urgent=True, phase=Phase.TRAINING, step=state.global_step, total_steps=state.max_steps)

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> TrainerControl:
        """Ends the run when somebody asked for it; the optimizer step is finished at this point."""
        self.interrupted_by = self.interrupted_by or self._interruption()
        if self.interrupted_by:
            control.should_training_stop = True
            control.should_save = not isinstance(self.interrupted_by, StoppedError)
        done, left = state.global_step - self._first_step, state.max_steps - state.global_step
        per_step = (time.monotonic() - self._began) / max(done, 1)
        self._reporter.update(
            step=state.global_step,
            epoch=round(float(state.epoch or 0), 4),
            seconds_left=round(per_step * left),
        )
        return control

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
        if self._apart is not None:
            self._apart.update(values)
            return
        if "train_loss" in values:
            values |= self._speed(state)
        self._log.add(state.global_step, float(state.epoch or 0), values)

    def on_evaluate(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        metrics: dict[str, float] | None = None,
        **_: Any,
    ) -> TrainerControl:
        """Lets early stopping see the validation loss."""
        if self._apart is not None:
            return control
        self.evaluated_step = state.global_step
        loss = (metrics or {}).get("eval_loss")
        if self._early_stopping and loss is not None and self._early_stopping.observe(state.global_step, loss):
            control.should_training_stop = True
        return control

    @contextmanager
    def apart(self) -> Iterator[dict[str, float]]:
        """What is measured inside goes to the caller, and neither into the log nor to early stopping."""
        self._apart = measured = {}
        try:
            yield measured
        finally:
            self._apart = None

    def gpu_seconds(self) -> float:
        """Accelerator seconds of this attempt and those it goes on from; 0 on a machine without one."""
        return self._gpu_seconds_before + self._own_gpu_seconds()

    def _own_gpu_seconds(self) -> float:
        return (time.monotonic() - self._began) * accelerators()

    def _speed(self, state: TrainerState) -> dict[str, float]:
        now, tokens = time.monotonic(), int(state.num_input_tokens_seen)
        seconds, self._last_step_at = max(now - self._last_step_at, 1e-9), now
        seen, self._tokens_before = tokens - self._tokens_before, tokens
        memory = torch.cuda.max_memory_allocated() if torch.cuda.is_available() else 0
        return {"tokens_per_second": round(seen / seconds, 1), "gpu_memory_bytes": float(memory)}

    def _interruption(self) -> WorkerError | None:
        if self._preempted():
            return PreemptedError("preempted", "asked to end by SIGTERM; go on from the newest resume point")
        if self._reporter.directive is Directive.SAVE_AND_STOP:
            return PreemptedError("preempted", "asked to save and stop; go on from the newest resume point")
        if self._reporter.directive is Directive.STOP:
            return StoppedError("stopped", "stopped by the control plane's directive")
        limits, seconds = self._limits, time.monotonic() - self._began
        if limits.max_seconds is not None and seconds > limits.max_seconds:
            return BadInputError(
                "limit", f"/limits/maxSeconds {limits.max_seconds:g} is used up; raise it or train less"
            )
        if limits.max_gpu_seconds is not None and self._own_gpu_seconds() > limits.max_gpu_seconds:
            return BadInputError(
                "limit",
                f"/limits/maxGpuSeconds {limits.max_gpu_seconds:g} is used up; raise it or train less",
            )
        return None
