"""The loop of a joined host: it tells what runs, asks for work, and carries out the answer."""

import re
import secrets
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from whetstone_worker.bounded_http import post_json
from whetstone_worker.endpoint_address import RefusedAddressError
from whetstone_worker.errors import BadInputError, RetryableError
from whetstone_worker.join import child
from whetstone_worker.join.capacity import HostCapacity
from whetstone_worker.join.child import WorkerProcess

_ANSWER_SECONDS = 20.0
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 8.0
# A process that was killed holds the name of its host for a minute.
_NAME_SECONDS = 90.0
_ATTEMPT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,250}")


@dataclass(frozen=True)
class HostSettings:
    """Who the host is, what it has and how it starts workers."""

    server: str
    key: str
    name: str
    capacity: HostCapacity
    devices: Sequence[str]
    labels: dict[str, str]
    work: Path
    command: Sequence[str]
    drain_seconds: float


@dataclass
class JoinedHost:
    """Runs workers for the training service until it is asked to end."""

    settings: HostSettings
    draining: Callable[[], bool]
    session: str = field(default_factory=lambda: secrets.token_hex(8))
    children: dict[str, WorkerProcess] = field(default_factory=dict)
    _ended: list[dict[str, Any]] = field(default_factory=list)

    def run(self) -> None:
        """Returns when the host has drained and left."""
        self.settings.work.mkdir(parents=True, exist_ok=True, mode=0o700)
        pause = _FIRST_PAUSE_SECONDS
        drain_until: float | None = None
        name_until = time.monotonic() + _NAME_SECONDS
        while True:
            if self.draining() and drain_until is None:
                drain_until = time.monotonic() + self.settings.drain_seconds
                _say(f"draining: {len(self.children)} workers save and end")
            self._drain(drain_until)
            self._collect()
            leaving = drain_until is not None and not self.children
            try:
                answer = self._ask(drain_until is not None, leaving)
                pause, name_until = _FIRST_PAUSE_SECONDS, time.monotonic()
                self._carry_out(answer)
            except (httpx.HTTPError, ValueError, KeyError) as error:
                if isinstance(error, httpx.HTTPStatusError):
                    self._refused(error.response, name_until)
                else:
                    _say(f"the training service cannot be asked: {error!r}; trying again in {pause:g} s")
                time.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
            else:
                if leaving:
                    _say("left")
                    return
            if leaving and drain_until is not None and time.monotonic() > drain_until:
                _say("left without telling the training service, which cannot be reached")
                return

    def _drain(self, until: float | None) -> None:
        if until is None:
            return
        for worker in self.children.values():
            worker.end_politely()
            if time.monotonic() > until:
                worker.kill()

    def _collect(self) -> None:
        """Notes workers that ended; they are told until an answer arrives."""
        for worker in list(self.children.values()):
            code = worker.exit_code()
            if code is not None:
                del self.children[worker.attempt]
                words = worker.last_words()
                self._ended.append({"attempt": worker.attempt, "exitCode": code, "lastWords": words})
                _say(f"{worker.attempt} ended with {code}")

    def _ask(self, draining: bool, leaving: bool) -> dict[str, Any]:
        ended = list(self._ended)
        question = {
            "session": self.session,
            "capacity": self.settings.capacity.to_json(),
            "free": self._free().to_json(),
            "scoringSlots": 0 if any(worker.scores for worker in self.children.values()) else 1,
            "labels": self.settings.labels,
            "running": sorted(self.children),
            "ended": ended,
            "draining": draining,
            "leaving": leaving,
        }
        answer = self._post("questions", question).json()
        if not isinstance(answer, dict):
            raise ValueError("the answer is not a JSON object")
        del self._ended[: len(ended)]
        return answer

    def _free(self) -> HostCapacity:
        return self.settings.capacity.minus(worker.needed for worker in self.children.values())

    def _carry_out(self, answer: dict[str, Any]) -> None:
        for stop in answer.get("stops") or []:
            worker = self.children.get(stop["attempt"])
            if worker is None:
                continue
            if stop["manner"] == "politely":
                worker.end_politely()
            else:
                worker.kill()
        offer = answer.get("offer")
        if offer is not None and not self.draining():
            self._take(offer)

    def _take(self, offer: dict[str, Any]) -> None:
        attempt = str(offer["attempt"])
        if not _ATTEMPT.fullmatch(attempt):
            raise ValueError(f"not an attempt's id: {attempt!r}")
        needed = HostCapacity.of_json(offer["needed"])
        try:
            self._post(f"sessions/{self.session}/attempts/{quote(attempt, safe='')}/take", {})
        except httpx.HTTPStatusError as error:
            if error.response.status_code != httpx.codes.CONFLICT:
                raise
            _say(f"{attempt} is not offered any more")
            return
        child.delete_old_folders(self.settings.work, set(self.children))
        scores = offer["command"] == "score"
        devices = self._scoring_devices() if scores else self._devices(needed.gpus)
        gpus = 0 if scores else max(needed.gpus, len(devices or []))
        taken = HostCapacity(needed.workers, gpus, needed.memory_bytes, needed.milli_cpus)
        variables = {**offer.get("secrets", {}), "WHETSTONE_WORKER_TOKEN": str(offer["token"])}
        try:
            self.children[attempt] = child.start(
                self.settings.command,
                self.settings.work,
                attempt,
                task=str(offer["command"]),
                spec=str(offer["spec"]),
                needed=taken,
                devices=devices,
                secrets=variables,
            )
            _say(f"{attempt} started on {','.join(devices) if devices else 'no accelerator of its own'}")
        except OSError as error:
            words = f"the worker could not be started on host {self.settings.name}: {error}"
            self._ended.append({"attempt": attempt, "exitCode": 1, "lastWords": words})

    def _devices(self, wanted: int) -> list[str] | None:
        """Devices for one worker; one where it asks for none and one is free, none where the host has none."""
        if not self.settings.devices:
            return None
        used = {device for worker in self.children.values() if not worker.scores for device in worker.devices}
        free = [device for device in self.settings.devices if device not in used]
        return free[: max(1, wanted)]

    def _scoring_devices(self) -> list[str] | None:
        """The last device, which training takes last; it is shared when a worker that trains has it."""
        return [self.settings.devices[-1]] if self.settings.devices else None

    def _post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        url = f"{self.settings.server.rstrip('/')}/v1/worker-hosts/{self.settings.name}/{path}"
        headers = {"Authorization": f"Bearer {self.settings.key}"}
        try:
            answer = post_json(url, body, headers=headers, seconds=_ANSWER_SECONDS)
        except RefusedAddressError as error:
            raise BadInputError("bad-server", str(error)) from error
        answer.raise_for_status()
        return answer

    def _refused(self, answer: httpx.Response, name_until: float) -> None:
        """Raises where asking again does not help."""
        text = _problem(answer)
        if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            self._kill_all()
            raise BadInputError("key-refused", f"{text}; use a key with the scope work")
        if answer.status_code == httpx.codes.CONFLICT and time.monotonic() > name_until:
            self._kill_all()
            raise RetryableError("host-name-in-use", text)
        _say(f"the training service answered {answer.status_code}: {text}")

    def _kill_all(self) -> None:
        for worker in self.children.values():
            worker.kill()


def _problem(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        return "; ".join(str(problem[key]) for key in ("detail", "remedy") if problem.get(key)) or answer.text[:200]
    except (ValueError, AttributeError):
        return answer.text[:200]


def _say(text: str) -> None:
    sys.stderr.write(f"whetstone-join: {text}\n")
    sys.stderr.flush()
