"""Runs a server until standard input ends or a signal arrives, and then ends it with all its descendants.

A test keeps the other end of standard input open. When the test ends, is interrupted or killed, the pipe closes, and no
process of the server stays behind. Descendants whose parent has ended become children of this process (Linux).

Usage: supervise.py COMMAND ARGUMENT...
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable

import psutil

_BECOME_SUBREAPER = 36
_SIGNAL_AT_PARENT_DEATH = 1
_PATIENCE_SECONDS = 10
_ENDED_BY_SIGNAL = 128

_libc = ctypes.CDLL(None, use_errno=True)


def _control(option: int, value: int) -> None:
    if _libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def _in_child() -> None:
    # Should this process be killed, the server receives SIGTERM.
    _control(_SIGNAL_AT_PARENT_DEATH, signal.SIGTERM)


def end_all(processes: Iterable[psutil.Process]) -> None:
    """Ends processes: SIGTERM, and SIGKILL for those that are left after a while."""
    alive = list(processes)
    for process in alive:
        _send(process, signal.SIGTERM)
    _, alive = psutil.wait_procs(alive, timeout=_PATIENCE_SECONDS)
    for process in alive:
        _send(process, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=_PATIENCE_SECONDS)


def _send(process: psutil.Process, number: int) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def main(command: list[str]) -> int:
    """Runs the command; returns its exit code, or 0 when it was ended from here."""
    _control(_BECOME_SUBREAPER, 1)
    asked_to_end = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked_to_end.set())
    # A session of its own: an interrupt of the terminal reaches this process, which ends the server in order.
    server = subprocess.Popen(  # noqa: S603 - the command is the caller's
        command,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_in_child,  # noqa: PLW1509
    )

    def wait_for_end_of_input() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        asked_to_end.set()

    threading.Thread(target=wait_for_end_of_input, daemon=True).start()
    while server.poll() is None and not asked_to_end.wait(0.2):
        pass
    code = server.poll()
    if code is None:
        _send(psutil.Process(server.pid), signal.SIGTERM)
        try:
            server.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            sys.stderr.write(f"process {server.pid} does not end on SIGTERM\n")
    end_all(psutil.Process().children(recursive=True))
    if code is None:
        return 0
    return code if code >= 0 else _ENDED_BY_SIGNAL - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
