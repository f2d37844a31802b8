"""One attempt: a loop over the run's stages, from the base or a resume point to the published checkpoint."""

import gc
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from transformers import set_seed

from whetstone_worker import checkpoint, resume
from whetstone_worker.artifact.port import ArtifactStore
from whetstone_worker.artifact.verified import verified_path
from whetstone_worker.attempt_clock import AttemptClock
from whetstone_worker.data import StageData, StageReader
from whetstone_worker.encoding import ChatEncoder
from whetstone_worker.errors import PreemptedError, StoppedError
from whetstone_worker.metrics import FILE as METRICS_FILE
from whetstone_worker.metrics import MetricsLog
from whetstone_worker.modeling import load_model, load_tokenizer, stop_ids
from whetstone_worker.output import open_output
from whetstone_worker.refusals import Refusals
from whetstone_worker.reporter import Directive, Phase, Reporter
from whetstone_worker.resume import EarlierStages, Position, ResumePoint
from whetstone_worker.spec import RunSpec
from whetstone_worker.stage import AttemptContext, StageRun, StageStart, stage_seed
from whetstone_worker.template import require_digest
from whetstone_worker.threads import worker_threads
from whetstone_worker.trainer import accelerators, empty_folder

_POLL_SECONDS = 0.25


class Attempt:
    """Trains the stages that are left, each on the adapter that the one before it ended with.

    A stage starts from the base, an adapter's files and a seed, and from nothing else in memory. A run that is resumed
    in any stage therefore ends in the same bytes as one that was never interrupted.
    """

    def __init__(
        self, spec: RunSpec, artifacts: ArtifactStore, reporter: Reporter, preempted: Callable[[], bool]
    ) -> None:
        self._spec = spec
        self._artifacts = artifacts
        self._reporter = reporter
        self._preempted = preempted
        self.stage_index = 0

    def train(self) -> dict[str, str]:
        """Runs the attempt; returns the checkpoint manifest's URI and digest."""
        spec = self._spec
        base = verified_path(self._artifacts, spec.base_model, "base model", self._working)
        tokenizer = load_tokenizer(base)
        encoder = ChatEncoder(tokenizer, stop_ids(base))
        if spec.chat_template_sha256:
            require_digest(tokenizer.chat_template, spec.chat_template_sha256)
        point = self._resume_point()
        position = point.position if point else Position()
        self.stage_index = position.stage_index
        context = self._context(position, point)
        start = StageStart(self._initial_adapter(), point, position.earlier)
        reader = StageReader(spec, self._artifacts, encoder, lambda refused: self._report(start, refused))
        stopped: str | None = None
        for index in range(position.stage_index, len(spec.stages)):
            self._begin(context, index)
            data = reader.read(index, stage_seed(spec, index), self._wait, self._working)
            if index == position.stage_index:
                reader.check(range(index + 1, len(spec.stages)), self._working)
            stage = self._load(context, index, start, data, base=base, tokenizer=tokenizer)
            stage.train()
            metrics, start = self._end(context, index, stage)
            stopped = stage.stopped
            del stage, data
            _free_memory()
            if stopped:
                break
        return self._publish(context, metrics, start.earlier, stopped)

    def _report(self, start: StageStart, refused: Refusals) -> None:
        """Names the rows that the base cannot take, those of earlier stages first."""
        refused = start.earlier.refused.and_of(refused)
        if refused.count:
            self._reporter.update(refused_rows=refused.as_json())

    def _resume_point(self) -> ResumePoint | None:
        spec = self._spec
        return resume.open_point(self._artifacts, spec.resume_from, len(spec.stages)) if spec.resume_from else None

    def _initial_adapter(self) -> Path | None:
        initial = self._spec.init_adapter
        return verified_path(self._artifacts, initial, "initial adapter", self._working) if initial else None

    def _context(self, position: Position, point: ResumePoint | None) -> AttemptContext:
        output = open_output(self._artifacts, self._spec)
        log = MetricsLog(output.workspace, self._reporter.step)
        log.start(point.folder / METRICS_FILE if point else None, position.earlier.steps)
        context = AttemptContext(
            spec=self._spec,
            output=output,
            log=log,
            reporter=self._reporter,
            clock=AttemptClock(accelerators(), position.gpu_seconds),
            preempted=self._preempted,
        )
        empty_folder(output.scratch)
        return context

    def _begin(self, context: AttemptContext, index: int) -> None:
        if index != self.stage_index:
            context.log.start_stage()
        self.stage_index = index
        self._reporter.update(phase=Phase.LOADING, stage=self._spec.stages[index].objective)

    def _load(
        self, context: AttemptContext, index: int, start: StageStart, data: StageData, *, base: Path, tokenizer: Any
    ) -> StageRun:
        self._end_if_asked()
        set_seed(stage_seed(self._spec, index))
        model = load_model(base, self._spec, start.adapter)
        torch.set_num_threads(worker_threads(model.num_parameters()))
        self._end_if_asked()
        return StageRun(context, index, start, data, model=model, tokenizer=tokenizer)

    def _end(self, context: AttemptContext, index: int, stage: StageRun) -> tuple[dict[str, float], StageStart]:
        """Measures a trained stage and saves its adapter, for the next stage or as the checkpoint."""
        last = stage.stopped is not None or index + 1 == len(self._spec.stages)
        if last:
            self._reporter.update(urgent=True, phase=Phase.SAVING)
        metrics = stage.measure()
        folder = context.output.workspace if last else context.output.scratch / f"after-stage-{index}"
        checkpoint.save_adapter(stage.model, self._spec.base_model.sha256, folder / checkpoint.ADAPTER)
        return metrics, StageStart(folder / checkpoint.ADAPTER, None, stage.totals())

    def _publish(
        self, context: AttemptContext, metrics: dict[str, float], totals: EarlierStages, stopped: str | None
    ) -> dict[str, str]:
        """Writes everything that the checkpoint consists of, its manifest last."""
        context.log.flush()
        context.output.publish(METRICS_FILE)
        shutil.rmtree(context.output.scratch)
        seconds = round(context.clock.gpu_seconds(), 3)
        return checkpoint.publish(context.output, metrics, totals, seconds, stopped)

    def _working(self) -> None:
        """Called while inputs are read, which may take long: shows that the attempt advances, and lets it end."""
        self._reporter.work()
        self._end_if_asked()

    def _wait(self, seconds: float) -> None:
        """Waits; ends the attempt within a quarter of a second of a signal or directive to end."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._end_if_asked()
            time.sleep(min(left, _POLL_SECONDS))

    def _end_if_asked(self) -> None:
        """While a stage loads there is nothing new to save."""
        if self._preempted() or self._reporter.directive is Directive.SAVE_AND_STOP:
            raise PreemptedError(
                "preempted",
                f"asked to end before the first step of stage {self.stage_index}; start the next attempt from the "
                "newest resume point, or from the beginning when there is none",
            )
        if self._reporter.directive is Directive.STOP:
            raise StoppedError("stopped", "the control plane sent stop; no checkpoint is written")


def _free_memory() -> None:
    """Trainers hold reference cycles; without this a stage would find the model of the one before in memory."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
