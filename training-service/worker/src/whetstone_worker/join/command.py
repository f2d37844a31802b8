"""The command ``join``."""

import argparse
import re
import shlex
import signal
import sys
from pathlib import Path

import httpx

from whetstone_worker.errors import BadInputError, ExitCode
from whetstone_worker.join import capacity
from whetstone_worker.join.host import HostSettings, JoinedHost
from whetstone_worker.preemption import Preemption

_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def run(parsed: argparse.Namespace) -> ExitCode:
    """Runs until SIGTERM or Ctrl-C; the workers then save and end first."""
    ending = Preemption()
    ending.install()
    signal.signal(signal.SIGINT, signal.getsignal(signal.SIGTERM))
    JoinedHost(settings(parsed), ending).run()
    return ExitCode.DONE


def settings(parsed: argparse.Namespace) -> HostSettings:
    """Raises ``BadInputError`` for an argument that cannot be used."""
    devices = (
        capacity.detected_devices()
        if parsed.gpus is None
        else [device.strip() for device in parsed.gpus.split(",") if device.strip()]
    )
    workers = max(1, len(devices)) if parsed.workers is None else parsed.workers
    if workers < 1:
        raise BadInputError("bad-argument", f"--workers {workers}: at least 1")
    memory = capacity.detected_memory() if parsed.memory_gib is None else int(parsed.memory_gib * 2**30)
    return HostSettings(
        server=_server(parsed.server),
        key=_key(parsed.token_file),
        name=_name(parsed.name),
        capacity=capacity.HostCapacity(workers, len(devices), memory, 1000 * capacity.detected_cores()),
        devices=devices,
        labels=dict(_label(text) for text in parsed.label),
        work=parsed.work.absolute(),
        command=shlex.split(parsed.worker_command)
        if parsed.worker_command
        else [sys.executable, "-m", "whetstone_worker"],
        drain_seconds=parsed.drain_seconds,
    )


def _server(url: str) -> str:
    parts = httpx.URL(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.host in _LOOPBACK):
        return url
    raise BadInputError(
        "bad-server", f"--server {url}: specs, tokens and keys would travel in clear text; use an https address"
    )


def _key(path: Path) -> str:
    try:
        key = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadInputError(
            "no-key", f"--token-file {path}: {error.strerror}; write an API key of scope work"
        ) from error
    if not key or any(character.isspace() for character in key):
        raise BadInputError("no-key", f"--token-file {path}: it must hold one API key and nothing else")
    return key


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise BadInputError("bad-name", f"--name {name!r}: 1 to 63 of a-z, 0-9 and '-', starting with a letter")
    return name


def _label(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise BadInputError("bad-label", f"--label {text}: write KEY=VALUE")
    return key, value
