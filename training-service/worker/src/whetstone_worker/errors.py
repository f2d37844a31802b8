"""The worker's errors, each with the exit code from which the control plane derives what to do next."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of ``train``; on any other value the control plane retries from the newest resume point."""

    DONE = 0
    RETRYABLE = 1
    BAD_INPUT = 65
    OUT_OF_MEMORY = 71
    PREEMPTED = 75
    STALE_FENCE = 76
    STOPPED = 77
    LIMIT = 78


class WorkerError(Exception):
    """An error with a stable code, a message with the remedy, and an exit code."""

    exit_code = ExitCode.RETRYABLE

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class BadInputError(WorkerError):
    """The RunSpec, a data file or the environment is wrong; a retry would fail in the same way."""

    exit_code = ExitCode.BAD_INPUT


class RowRefusedError(BadInputError):
    """The base cannot take one row. ``StageReader`` leaves the row out, counts it and names it."""


class RetryableError(WorkerError):
    """Something outside the run failed (server not reachable, disk full); a retry may succeed."""

    exit_code = ExitCode.RETRYABLE


class OutOfMemoryError(WorkerError):
    """The batch did not fit in memory; the control plane retries with half the micro-batch."""

    exit_code = ExitCode.OUT_OF_MEMORY


class PreemptedError(WorkerError):
    """The attempt was asked to save and end; the newest resume point holds its progress."""

    exit_code = ExitCode.PREEMPTED


class LimitError(WorkerError):
    """A limit was used up before there was a validated state to keep; the same run would end in the same way."""

    exit_code = ExitCode.LIMIT


class StoppedError(WorkerError):
    """The control plane ended the run by directive; no checkpoint is written."""

    exit_code = ExitCode.STOPPED
