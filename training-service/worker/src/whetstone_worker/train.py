"""One attempt of a run, from RunSpec to adapter."""

import os
import sys
import time
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import PeftModel
from transformers import logging as transformers_logging
from transformers import set_seed

from whetstone_worker import checkpoint, resume
from whetstone_worker.data import PreparedData, prepare
from whetstone_worker.early_stopping import EarlyStopping
from whetstone_worker.errors import (
    BadInputError,
    OutOfMemoryError,
    PreemptedError,
    RetryableError,
    StoppedError,
    WorkerError,
)
from whetstone_worker.examples import ChatEncoder, EncodedExample
from whetstone_worker.metrics import FILE as METRICS_FILE
from whetstone_worker.metrics import MetricsLog
from whetstone_worker.modeling import load_model, load_tokenizer
from whetstone_worker.preemption import Preemption
from whetstone_worker.reporter import Directive, Phase, Reporter, SilentReporter, StatusReporter
from whetstone_worker.spec import RunSpec
from whetstone_worker.storage import path_of, verified
from whetstone_worker.template import require_digest
from whetstone_worker.threads import worker_threads
from whetstone_worker.trainer import ResumableSftTrainer, RunCallback, clear_work, sft_config

MOST_EVALUATIONS = 10
LEAST_STEPS_BETWEEN_EVALUATIONS = 10
_FINISH_SECONDS = 600.0
_LAST_WORDS_SECONDS = 5.0
_HEARS_WITHIN_SECONDS = 0.25


def token_from_environment() -> str:
    """The attempt's bearer token."""
    return os.environ.get("WHETSTONE_WORKER_TOKEN", "")


def open_reporter(spec: RunSpec, token: str) -> Reporter:
    """A reporter to the run's callback, or a silent one without callback."""
    if spec.callback is None or not spec.callback.url:
        return SilentReporter()
    if not token:
        raise BadInputError("no-token", "WHETSTONE_WORKER_TOKEN is not set; pass the attempt's token by environment")
    return StatusReporter(spec.callback.url, spec.attempt, spec.fence, token)


def run(spec: RunSpec, token: str, preemption: Preemption) -> dict[str, str]:
    """Trains, writes the checkpoint and reports it; answers where its manifest is. Raises ``WorkerError``.

    A whole checkpoint is the answer even when the control plane could not be told of it: it finds the manifest.
    """
    reporter = open_reporter(spec, token)
    deadline = time.monotonic() + (spec.limits.max_seconds or _FINISH_SECONDS)
    try:
        result = _naming_failures(spec, reporter, preemption)
    except WorkerError as error:
        phase = Phase.SAVING if isinstance(error, PreemptedError) else Phase.FAILED
        reporter.finish(
            time.monotonic() + _LAST_WORDS_SECONDS, phase=phase, error={"code": error.code, "detail": error.detail}
        )
        raise
    except BaseException:
        reporter.close()
        raise
    deadline = max(deadline, time.monotonic() + _LAST_WORDS_SECONDS)
    if not reporter.finish(deadline, leave=preemption, phase=Phase.DONE, result=result):
        sys.stderr.write("not-answered: the control plane did not answer `done`; the checkpoint is complete\n")
    return result


def _naming_failures(spec: RunSpec, reporter: Reporter, preemption: Preemption) -> dict[str, str]:
    """Trains; turns what the machine may refuse into errors that say what to do."""
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    output = path_of(spec.output.uri)
    try:
        return Attempt(spec, output, reporter, preemption).train()
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise _out_of_memory(spec) from error
    except RuntimeError as error:
        if "out of memory" in str(error).lower() or "can't allocate memory" in str(error).lower():
            raise _out_of_memory(spec) from error
        raise
    except OSError as error:
        raise RetryableError(
            "io-failed", f"{error.filename or output}: {error.strerror or error}; make room or mend the object store"
        ) from error


def _out_of_memory(spec: RunSpec) -> OutOfMemoryError:
    size = spec.stage.hyperparameters.effective_micro_batch
    return OutOfMemoryError("out-of-memory", f"micro-batch {size} at {spec.max_sequence_length} tokens does not fit")


class Attempt:
    """The steps of one attempt, with what they share."""

    def __init__(self, spec: RunSpec, output: Path, reporter: Reporter, preemption: Preemption) -> None:
        self._spec = spec
        self._output = output
        self._reporter = reporter
        self._preemption = preemption
        self._log = MetricsLog(output, reporter.step)
        self._stopping: EarlyStopping | None = None

    def train(self) -> dict[str, str]:
        """Runs the stage and writes the checkpoint; answers where its manifest is."""
        spec = self._spec
        base = verified(spec.base_model.uri, spec.base_model.sha256, "base model")
        tokenizer = load_tokenizer(base)
        encoder = ChatEncoder(tokenizer)
        if spec.chat_template_sha256:
            require_digest(tokenizer.chat_template, spec.chat_template_sha256)
        data = prepare(spec, encoder, self._wait)
        self._leave_if_asked()
        set_seed(spec.seed)
        model = load_model(base, spec)
        torch.set_num_threads(worker_threads(model.num_parameters()))
        self._leave_if_asked()
        point = resume.open_point(spec.resume_from) if spec.resume_from else None
        self._log.start(point[0] / METRICS_FILE if point else None)
        self._reporter.update(metrics=dict(self._log.newest, rows_too_long=float(data.dropped)))
        trainer, callback = self._assemble(model, tokenizer, data, point)
        trainer.train(resume_from_checkpoint=str(point[0]) if point else None)
        self._log.flush()
        if callback.interrupted_by:
            raise callback.interrupted_by
        return self._save(trainer, callback, data)

    def _wait(self, seconds: float) -> None:
        """Lets time pass, and hears soon when it is asked to end meanwhile."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._leave_if_asked()
            time.sleep(min(left, _HEARS_WITHIN_SECONDS))

    def _leave_if_asked(self) -> None:
        """While loading there is nothing to save yet."""
        if self._preemption() or self._reporter.directive is Directive.SAVE_AND_STOP:
            raise PreemptedError("preempted", "asked to end before the first step; start again")
        if self._reporter.directive is Directive.STOP:
            raise StoppedError("stopped", "stopped by the control plane's directive")

    def _assemble(
        self, model: PeftModel, tokenizer: Any, data: PreparedData, point: tuple[Path, dict[str, Any]] | None
    ) -> tuple[ResumableSftTrainer, RunCallback]:
        spec, work = self._spec, self._output / ".work"
        clear_work(work)
        if spec.stage.hyperparameters.early_stopping and data.validation:
            self._stopping = EarlyStopping(model)
            if point:
                self._stopping.load(point[0])
        callback = RunCallback(
            self._log,
            self._reporter,
            limits=spec.limits,
            preempted=self._preemption,
            early_stopping=self._stopping,
            gpu_seconds_before=float(point[1].get("gpuSeconds", 0.0)) if point else 0.0,
        )
        trainer = ResumableSftTrainer(
            model=model,
            args=sft_config(spec, work, bool(data.validation)),
            train_dataset=_dataset(data.train),
            eval_dataset=_dataset(data.validation) if data.validation else None,
            processing_class=tokenizer,
            callbacks=[callback],
            on_saved=lambda folder, step: self._seal(folder, step, callback),
        )
        steps_per_epoch = -(-len(trainer.train_dataset) // spec.stage.hyperparameters.batch_size)
        total = steps_per_epoch * spec.stage.hyperparameters.epochs
        trainer.args.eval_steps = max(LEAST_STEPS_BETWEEN_EVALUATIONS, int(-(-total // MOST_EVALUATIONS)))
        return trainer, callback

    def _seal(self, folder: Path, step: int, callback: RunCallback) -> None:
        """Makes a resume point of what the trainer saved."""
        self._log.flush()
        self._log.copy_to(folder)
        if self._stopping:
            self._stopping.save(folder)
        spec = self._spec
        facts = {"runId": spec.run_id, "fence": spec.fence, "stage": "sft", "gpuSeconds": callback.gpu_seconds()}
        sealed = resume.seal(folder, self._output / resume.FOLDER, step, facts)
        self._reporter.update(urgent=True, resume_point=sealed)

    def _save(self, trainer: ResumableSftTrainer, callback: RunCallback, data: PreparedData) -> dict[str, str]:
        """Writes the adapter and, last, the checkpoint's manifest."""
        self._reporter.update(urgent=True, phase=Phase.SAVING)
        extra = {"rows_too_long": float(data.dropped), "steps": float(trainer.state.global_step)}
        if self._stopping and self._stopping.restore_best():
            # Of another step than the curve's last: in the log it would hide that the loss had risen.
            with callback.apart() as measured:
                trainer.evaluate()
            extra |= measured
        elif data.validation and callback.evaluated_step != trainer.state.global_step:
            trainer.evaluate()
        self._log.sync()
        if self._stopping:
            extra["best_step"] = float(self._stopping.best_step)
        checkpoint.save_adapter(trainer.model, self._spec.base_model.sha256, self._output / checkpoint.ADAPTER)
        clear_work(self._output / ".work")
        (self._output / ".work").rmdir()
        tokens, seconds = int(trainer.state.num_input_tokens_seen), round(callback.gpu_seconds(), 3)
        return checkpoint.write_manifest(self._output, self._spec, {**self._log.newest, **extra}, tokens, seconds)


def _dataset(examples: list[EncodedExample]) -> Dataset:
    return Dataset.from_dict({"input_ids": [e.input_ids for e in examples], "labels": [e.labels for e in examples]})
