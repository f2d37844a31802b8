"""Runs one attempt and reports how it ended."""

import os
import sys
import time
from collections.abc import Callable

import torch
from transformers import logging as transformers_logging

from whetstone_worker.accelerator import found_accelerator
from whetstone_worker.artifact.port import ArtifactStore
from whetstone_worker.artifact.scheme import open_artifacts
from whetstone_worker.attempt import Attempt
from whetstone_worker.errors import BadInputError, OutOfMemoryError, PreemptedError, RetryableError, WorkerError
from whetstone_worker.preemption import Preemption
from whetstone_worker.reporter import Phase, Reporter, SilentReporter, StatusReporter
from whetstone_worker.scoring.spec import ScoringSpec
from whetstone_worker.spec import RunSpec
from whetstone_worker.threads import thread_limit

_FINISH_SECONDS = 600.0
_LAST_REPORT_SECONDS = 5.0


def token_from_environment() -> str:
    """The attempt's bearer token."""
    return os.environ.get("WHETSTONE_WORKER_TOKEN", "")


def open_reporter(spec: RunSpec, token: str) -> Reporter:
    """A reporter to the run's callback, or a silent one for a run without a callback."""
    return reporter_of(spec, token, spec.stages[0].objective)


def reporter_of(spec: RunSpec | ScoringSpec, token: str, stage: str) -> Reporter:
    """A reporter to a spec's callback, or a silent one."""
    if spec.callback is None or not spec.callback.url:
        return SilentReporter()
    if not token:
        raise BadInputError(
            "no-token", "WHETSTONE_WORKER_TOKEN is not set; set it to the attempt's token in the worker's environment"
        )
    return StatusReporter(spec.callback.url, spec.attempt, spec.fence, token, stage=stage)


def run(spec: RunSpec, token: str, preemption: Preemption, artifacts: ArtifactStore | None = None) -> dict[str, str]:
    """Trains, publishes the checkpoint and reports it; returns its manifest's URI and digest. Raises ``WorkerError``.

    A complete checkpoint is a success even when the report of it is never answered: the control plane finds its
    manifest in the object store.
    """
    reporter = open_reporter(spec, token)
    return with_final_report(
        lambda: _train(spec, artifacts or open_artifacts(), reporter, preemption),
        reporter,
        preemption,
        seconds=spec.limits.max_seconds or _FINISH_SECONDS,
        complete="the checkpoint is complete",
    )


def with_final_report(
    work: Callable[[], dict[str, str]], reporter: Reporter, preemption: Preemption, *, seconds: float, complete: str
) -> dict[str, str]:
    """Does an attempt's work and reports how it ended; the report of a result is repeated for ``seconds`` in all."""
    deadline = time.monotonic() + seconds
    try:
        result = work()
    except WorkerError as error:
        phase = Phase.SAVING if isinstance(error, PreemptedError) else Phase.FAILED
        reporter.finish(
            time.monotonic() + _LAST_REPORT_SECONDS, phase=phase, error={"code": error.code, "detail": error.detail}
        )
        raise
    except BaseException:
        reporter.close()
        raise
    deadline = max(deadline, time.monotonic() + _LAST_REPORT_SECONDS)
    if not reporter.finish(deadline, leave=preemption, phase=Phase.DONE, result=result):
        sys.stderr.write(f"not-answered: the control plane did not answer `done`; {complete}\n")
    return result


def _train(spec: RunSpec, artifacts: ArtifactStore, reporter: Reporter, preemption: Preemption) -> dict[str, str]:
    """Trains; turns failures of memory, disk and object store into errors with a code and a remedy."""
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    reporter.update(accelerator=found_accelerator())
    torch.set_num_threads(thread_limit())  # until the model's size is known
    attempt = Attempt(spec, artifacts, reporter, preemption)
    try:
        return attempt.train()
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise _out_of_memory(spec, attempt.stage_index) from error
    except RuntimeError as error:
        if "out of memory" in str(error).lower() or "can't allocate memory" in str(error).lower():
            raise _out_of_memory(spec, attempt.stage_index) from error
        raise
    except OSError as error:
        raise RetryableError(
            "io-failed",
            f"{error.filename or spec.output.uri}: {error.strerror or error}; "
            "free space there or repair the object store",
        ) from error


def _out_of_memory(spec: RunSpec, stage_index: int) -> OutOfMemoryError:
    size = spec.stages[stage_index].hyperparameters.effective_micro_batch
    return OutOfMemoryError(
        "out-of-memory",
        f"micro-batch {size} at {spec.max_sequence_length} tokens does not fit in memory; "
        f"lower /stages/{stage_index}/hyperparameters/microBatchSize",
    )
