"""One stage of an attempt: its data, its trainer, its resume points and what it measures at its end."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whetstone_worker import resume
from whetstone_worker.attempt_clock import AttemptClock
from whetstone_worker.best_state import BestState
from whetstone_worker.data import StageData
from whetstone_worker.errors import LimitError
from whetstone_worker.metrics import MetricsLog
from whetstone_worker.objective.port import StageTraining
from whetstone_worker.objective.registry import open_objective
from whetstone_worker.output import AttemptOutput
from whetstone_worker.reporter import Reporter
from whetstone_worker.resume import EarlierStages, Position, ResumePoint
from whetstone_worker.spec import RunSpec
from whetstone_worker.trainer import StageCallback, empty_folder

MAX_EVALUATIONS = 10
MIN_STEPS_BETWEEN_EVALUATIONS = 10


@dataclass(frozen=True)
class AttemptContext:
    """What all stages of an attempt share."""

    spec: RunSpec
    output: AttemptOutput
    log: MetricsLog
    reporter: Reporter
    clock: AttemptClock
    preempted: Callable[[], bool]


def stage_seed(spec: RunSpec, index: int) -> int:
    """The seed of a stage; the first stage has the run's own."""
    return (spec.seed + index) % 2**32


@dataclass(frozen=True)
class StageStart:
    """What a stage starts from: an adapter's folder, a resume point of the stage, and the stages before it."""

    adapter: Path | None
    point: ResumePoint | None
    earlier: EarlierStages


class StageRun:
    """Trains one stage on a model with a trainable adapter."""

    def __init__(
        self, context: AttemptContext, index: int, start: StageStart, data: StageData, *, model: Any, tokenizer: Any
    ) -> None:
        spec = context.spec
        self._context = context
        self._index = index
        self._earlier = start.earlier
        self._point = start.point
        self._data = data
        self._stage = spec.stages[index]
        self._best = self._best_state(model)
        self._callback = StageCallback(
            context.log,
            context.reporter,
            limits=spec.limits,
            clock=context.clock,
            preempted=context.preempted,
            best=self._best,
            stops_early=self._stage.hyperparameters.early_stopping,
            steps_before=start.earlier.steps,
            index=index,
            count=len(spec.stages),
        )
        folder = context.output.scratch / f"stage-{index}"
        empty_folder(folder)
        self._trainer = open_objective(self._stage.objective).trainer(
            StageTraining(
                spec=spec,
                stage=self._stage,
                seed=stage_seed(spec, index),
                model=model,
                tokenizer=tokenizer,
                train=data.train,
                validation=data.validation,
                folder=folder,
                callbacks=[self._callback],
                on_saved=self._seal,
            )
        )
        self._trainer.args.eval_steps = self._steps_between_evaluations()
        context.reporter.update(metrics={**context.log.latest, **self._left_out()})

    def _best_state(self, model: Any) -> BestState | None:
        if not self._data.validation:
            return None
        best = BestState(model)
        if self._point:
            best.load(self._point.folder)
        return best

    def train(self) -> None:
        """Trains to the end of the stage, or until a limit is used up and there is a validated state to keep.

        Raises ``WorkerError`` when a signal or a directive ends it, or a limit before the first validation.
        """
        self._trainer.train(resume_from_checkpoint=str(self._point.folder) if self._point else None)
        self._context.log.flush()
        if self._callback.interrupted_by:
            raise self._callback.interrupted_by
        if self.stopped and not (self._best and self._best.is_known):
            raise LimitError(self.stopped, self._no_state_to_keep())

    @property
    def stopped(self) -> str | None:
        """The limit that ended the stage before its last step."""
        return self._callback.limit

    def _no_state_to_keep(self) -> str:
        limits = self._context.spec.limits
        by_seconds = self.stopped == "max-seconds"
        limit = f"maxSeconds {limits.max_seconds:g}" if by_seconds else f"maxGpuSeconds {limits.max_gpu_seconds:g}"
        why = "before the first validation" if self._data.validation else "and the run has no validation examples"
        return (
            f"/limits/{limit} is used up after step {self.totals().steps}, {why}, so there is no state to keep; "
            "raise the limit in the loop's training section, or train on fewer examples or epochs"
        )

    def measure(self) -> dict[str, float]:
        """Takes the best step after early stopping or a limit; returns the stage's metrics with the validation loss.

        The metrics of a best step that is not the last go to no log: there they would hide that the loss had risen.
        """
        extra = {**self._left_out(), "steps": float(self.totals().steps)}
        best = self._best if self._stage.hyperparameters.early_stopping or self.stopped else None
        if best and self.stopped:
            best.restore()
            extra["valid_loss"] = best.best_loss  # as validated: measuring it again would take longer than the limit
        elif best and best.restore():
            with self._callback.separate() as measured:
                self._trainer.evaluate()
            extra |= measured
        elif self._data.validation and self._callback.evaluated_step != self._trainer.state.global_step:
            self._trainer.evaluate()
        self._context.log.flush()
        if best:
            extra["best_step"] = float(self._earlier.steps + best.best_step)
        return {**self._context.log.latest, **extra}

    @property
    def model(self) -> Any:
        """The model with the adapter that this stage trains."""
        return self._trainer.model

    def totals(self) -> EarlierStages:
        """The run's figures up to and including this stage."""
        state = self._trainer.state
        return EarlierStages(
            self._earlier.steps + state.global_step,
            self._earlier.tokens + int(state.num_input_tokens_seen),
            self._rows_too_long,
            self._earlier.refused.and_of(self._data.refused),
        )

    @property
    def _rows_too_long(self) -> int:
        return self._earlier.rows_too_long + self._data.rows_too_long

    def _left_out(self) -> dict[str, float]:
        """How many rows of the run so far were not trained on, by the reason."""
        refused = self._earlier.refused.count + self._data.refused.count
        return {"rows_too_long": float(self._rows_too_long), "rows_refused": float(refused)}

    def _steps_between_evaluations(self) -> int:
        hyperparameters = self._stage.hyperparameters
        steps_per_epoch = -(-len(self._trainer.train_dataset) // hyperparameters.batch_size)
        total = steps_per_epoch * hyperparameters.epochs
        return max(MIN_STEPS_BETWEEN_EVALUATIONS, int(-(-total // MAX_EVALUATIONS)))

    def _seal(self, folder: Path, step: int) -> None:
        """Turns what the trainer saved into a resume point."""
        context = self._context
        context.log.copy_to(folder)
        if self._best:
            self._best.save(folder)
        sealed = resume.seal(
            context.output,
            folder,
            self._earlier.steps + step,
            Position(self._index, self._earlier, context.clock.gpu_seconds()),
        )
        context.reporter.update(urgent=True, resume_point=sealed)
