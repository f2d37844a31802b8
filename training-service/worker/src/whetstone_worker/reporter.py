"""Status reports to the control plane, sent by a separate thread so that training never waits for the network."""

import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol

import httpx

from whetstone_worker.bounded_http import post_json
from whetstone_worker.errors import ExitCode
from whetstone_worker.storage_traffic import storage_units

REPORT_INTERVAL_SECONDS = 2.0
HEARTBEAT_SECONDS = 5.0
_MAX_PAUSE_SECONDS = 8.0
_POLL_SECONDS = 0.1
_MAX_HISTORY = 2_000
# 409: another attempt of the run is live. 401: the token is no longer this attempt's, so another worker has it.
_REPLACED = frozenset({httpx.codes.CONFLICT, httpx.codes.UNAUTHORIZED})
_ANSWER_SECONDS = 15.0


def never() -> bool:
    """The default of ``leave``: keeps trying until the deadline."""
    return False


class Directive(StrEnum):
    """What the control plane tells the attempt to do next."""

    CONTINUE = "continue"
    SAVE_AND_STOP = "save_and_stop"
    STOP = "stop"


class Phase(StrEnum):
    """What the attempt is doing."""

    LOADING = "loading"
    TRAINING = "training"
    SCORING = "scoring"
    SAVING = "saving"
    DONE = "done"
    FAILED = "failed"


@dataclass
class Progress:
    """The newest known state of the attempt; every report carries all of it.

    ``step`` counts over all stages of the run; ``completed`` is the completed part of the run, from 0 to 1.
    """

    phase: Phase = Phase.LOADING
    stage: str = ""
    step: int = 0
    completed: float = 0.0
    epoch: float = 0.0
    seconds_left: int | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    resume_point: dict[str, Any] | None = None
    refused_rows: dict[str, Any] | None = None
    result: dict[str, Any] | None = None
    error: dict[str, str] | None = None
    accelerator: dict[str, Any] | None = None


class Reporter(Protocol):
    """Sends the state of the attempt and receives directives."""

    @property
    def directive(self) -> Directive:
        """The control plane's latest directive."""

    def update(self, *, urgent: bool = False, **changes: Any) -> None:
        """Sets fields of ``Progress``; an urgent change is reported at once, others within two seconds."""

    def step(self, step: int, metrics: dict[str, float]) -> None:
        """Adds the metrics of one step to the next report's history."""

    def work(self) -> None:
        """Notes that some work was done; the next report or heartbeat shows that the attempt advances."""

    def finish(self, deadline: float, leave: Callable[[], bool] = never, **changes: Any) -> bool:
        """Reports the final state until it is answered, ``deadline`` (``time.monotonic()``) passes or ``leave()``.

        Returns whether it was answered.
        """

    def close(self) -> None:
        """Ends the thread; nothing is sent afterwards."""


class SilentReporter:
    """For runs without a control plane."""

    directive = Directive.CONTINUE

    def update(self, *, urgent: bool = False, **changes: Any) -> None:
        """Does nothing."""

    def step(self, step: int, metrics: dict[str, float]) -> None:
        """Does nothing."""

    def work(self) -> None:
        """Does nothing."""

    def finish(self, deadline: float, leave: Callable[[], bool] = never, **changes: Any) -> bool:
        """Counts as answered at once."""
        return True

    def close(self) -> None:
        """Does nothing."""


def exit_stale() -> None:
    """Ends the process without running any further code: a newer attempt owns the run."""
    sys.stderr.write("stale fence: this is not the live attempt of its run any more; it ends and writes nothing more\n")
    sys.stderr.flush()
    os._exit(ExitCode.STALE_FENCE)


class StatusReporter:
    """Posts the newest progress; failures are counted and never interrupt training."""

    def __init__(
        self,
        url: str,
        attempt: str,
        fence: int,
        token: str,
        *,
        stage: str,
        on_stale: Callable[[], None] = exit_stale,
        interval: float = REPORT_INTERVAL_SECONDS,
        heartbeat: float = HEARTBEAT_SECONDS,
    ) -> None:
        self._url = f"{url.rstrip('/')}/v1/attempts/{attempt}/status"
        self._fence = fence
        self._on_stale = on_stale
        self._interval = interval
        self._heartbeat = heartbeat
        self._headers = {"Authorization": f"Bearer {token}"}
        self._lock = threading.Lock()
        self._wake = threading.Condition(self._lock)
        self._sending = threading.Lock()
        self._progress = Progress(stage=stage)
        self._history: list[dict[str, Any]] = []
        self._dropped = 0  # points that left the history, sent or not
        self._dirty = self._urgent = True
        self._closed = False
        self._work = 0  # written by the thread that trains only
        self._directive = Directive.CONTINUE
        self.failures = 0
        self._thread = threading.Thread(target=self._run, name="status-reporter", daemon=True)
        self._thread.start()

    @property
    def directive(self) -> Directive:
        """The control plane's latest directive; the first one other than ``continue`` is final."""
        return self._directive

    def update(self, *, urgent: bool = False, **changes: Any) -> None:
        """Sets fields of ``Progress``; an urgent change is reported at once, others within the interval."""
        with self._wake:
            for name, value in changes.items():
                setattr(self._progress, name, value)
            self._dirty = True
            self._urgent = self._urgent or urgent
            self._wake.notify_all()

    def step(self, step: int, metrics: dict[str, float]) -> None:
        """Adds the metrics of one step to the next report's history."""
        with self._wake:
            self._history.append({"step": step, "metrics": dict(metrics)})
            self._drop(len(self._history) - _MAX_HISTORY)
            self._progress.metrics.update(metrics)
            self._dirty = True
            self._wake.notify_all()

    def work(self) -> None:
        """Notes that some work was done; the next report or heartbeat shows that the attempt advances."""
        self._work += 1

    def finish(self, deadline: float, leave: Callable[[], bool] = never, **changes: Any) -> bool:
        """Reports the final state until it is answered, ``deadline`` (``time.monotonic()``) passes or ``leave()``.

        Returns whether it was answered.
        """
        self.close()
        for name, value in changes.items():
            setattr(self._progress, name, value)
        pause = 0.25
        while not self._send():
            again = time.monotonic() + pause
            while (now := time.monotonic()) < again:
                if leave() or again > deadline:
                    return False
                time.sleep(min(again - now, _POLL_SECONDS))
            pause = min(pause * 2, _MAX_PAUSE_SECONDS)
        return True

    def close(self) -> None:
        """Ends the thread after the report that is being sent."""
        with self._wake:
            self._closed = True
            self._wake.notify_all()
        self._thread.join(timeout=15.0)

    def _run(self) -> None:
        last = float("-inf")
        while True:
            with self._wake:
                while not self._closed and not self._due(last):
                    self._wake.wait(self._until_due(last))
                if self._closed:
                    return
                self._dirty = self._urgent = False
            last = time.monotonic()
            self._send()

    def _due(self, last: float) -> bool:
        return self._urgent or self._until_due(last) <= 0

    def _until_due(self, last: float) -> float:
        return last + (self._interval if self._dirty else self._heartbeat) - time.monotonic()

    def _send(self) -> bool:
        with self._sending:
            with self._lock:
                body, sent = self._body(), self._dropped + len(self._history)
            try:
                answer = post_json(self._url, body, headers=self._headers, seconds=_ANSWER_SECONDS)
                if answer.status_code in _REPLACED:
                    self._on_stale()
                    return True
                answer.raise_for_status()
                directive = Directive(answer.json().get("directive", Directive.CONTINUE))
            except (httpx.HTTPError, ValueError, AttributeError):
                self.failures += 1
                return False
            with self._lock:
                self._drop(sent - self._dropped)
            if self._directive is Directive.CONTINUE:
                self._directive = directive
            return True

    def _drop(self, points: int) -> None:
        """Drops the oldest points; some may have been dropped already while a report was being sent."""
        if points > 0:
            del self._history[:points]
            self._dropped += points

    def _body(self) -> dict[str, Any]:
        progress = self._progress
        return {
            "fence": self._fence,
            "phase": progress.phase,
            "stage": progress.stage,
            "step": progress.step,
            "epoch": progress.epoch,
            "trainerStatus": {
                "progressPercentage": 100 if progress.phase is Phase.DONE else min(99, int(100 * progress.completed)),
                "estimatedRemainingSeconds": progress.seconds_left,
                "metrics": [{"name": name, "value": value} for name, value in sorted(progress.metrics.items())],
                "lastUpdatedTime": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            },
            "history": list(self._history),
            "resumePoint": progress.resume_point,
            "refusedRows": progress.refused_rows,
            "result": progress.result,
            "error": progress.error,
            "work": self._work + storage_units(),
            "accelerator": progress.accelerator,
        }
