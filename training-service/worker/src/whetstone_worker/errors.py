"""What can go wrong in the worker, each with the exit code that tells the control plane what to do next."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of ``train``; every other value means: retry from the newest complete resume point."""

    DONE = 0
    RETRYABLE = 1
    BAD_INPUT = 65
    OUT_OF_MEMORY = 71
    PREEMPTED = 75
    STALE_FENCE = 76
    STOPPED = 77


class WorkerError(Exception):
    """An error with a stable code, a message that names the remedy, and an exit code."""

    exit_code = ExitCode.RETRYABLE

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class BadInputError(WorkerError):
    """The RunSpec, a data file or the environment is wrong; trying again would fail the same way."""

    exit_code = ExitCode.BAD_INPUT


class RetryableError(WorkerError):
    """Something outside the run failed (server not reachable, disk full); trying again may help."""

    exit_code = ExitCode.RETRYABLE


class OutOfMemoryError(WorkerError):
    """The batch did not fit; the control plane retries with half the micro-batch."""

    exit_code = ExitCode.OUT_OF_MEMORY


class PreemptedError(WorkerError):
    """The run was asked to make room; what was done so far is in the newest resume point."""

    exit_code = ExitCode.PREEMPTED


class StoppedError(WorkerError):
    """The control plane ended the run by directive; no checkpoint is made."""

    exit_code = ExitCode.STOPPED
