"""A worker as a child process."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from whetstone_worker.join.capacity import HostCapacity

# As the process engine of the training service does: an allow-list, so that a new secret stays out by itself.
_INHERITED = frozenset({"PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV"})
_INHERITED_PREFIXES = (
    "LC_",
    "PYTHON",
    "PYENV_",
    "CUDA_",
    "NVIDIA_",
    "NCCL_",
    "OMP_",
    "MKL_",
    "TORCH",
    "PYTORCH_",
    "HF_",
    "TRANSFORMERS_",
    "TOKENIZERS_",
    "XDG_",
    "SSL_CERT_",
    # How the object store is reached.
    "WHETSTONE_S3_",
    "AWS_",
)
_LAST_WORDS = 2_000
_KEPT_FOLDERS = 20
_PR_SET_PDEATHSIG = 1


@dataclass
class WorkerProcess:
    """A worker that was started.

    ``devices`` are those that it alone uses; ``needed`` is what it takes of the host.
    """

    attempt: str
    process: subprocess.Popen[bytes]
    folder: Path
    needed: HostCapacity
    devices: list[str] = field(default_factory=list)
    scores: bool = False
    asked_to_end: bool = False

    def end_politely(self) -> None:
        """Asks it once to save and exit."""
        if not self.asked_to_end and self.process.poll() is None:
            self.asked_to_end = True
            self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it at once."""
        if self.process.poll() is None:
            self.process.kill()

    def exit_code(self) -> int | None:
        """128 + n when signal n ended it; none while it runs."""
        code = self.process.poll()
        return 128 - code if code is not None and code < 0 else code

    def last_words(self) -> str:
        """The end of its log."""
        try:
            with (self.folder / "worker.log").open("rb") as log:
                log.seek(0, os.SEEK_END)
                log.seek(max(0, log.tell() - _LAST_WORDS))
                return log.read().decode("utf-8", errors="replace").strip()
        except OSError as error:
            return f"its log cannot be read: {error}"


def start(
    command: Sequence[str],
    work: Path,
    attempt: str,
    *,
    task: str,
    spec: str,
    needed: HostCapacity,
    devices: list[str] | None,
    secrets: Mapping[str, str],
) -> WorkerProcess:
    """Starts a worker in a folder of its own. ``devices`` is none where the host has none. Raises ``OSError``."""
    folder = work / attempt
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    spec_file = folder / "run-spec.json"
    spec_file.write_text(spec, encoding="utf-8")
    environment = inherited(os.environ) | {"PYTHONUNBUFFERED": "1", "TOKENIZERS_PARALLELISM": "false"} | dict(secrets)
    if devices is not None:
        environment["CUDA_VISIBLE_DEVICES"] = ",".join(devices)
    with (folder / "worker.log").open("ab") as log:
        process = _spawn([*command, task, "--spec", str(spec_file)], folder, environment, log)
    return WorkerProcess(attempt, process, folder, needed, list(devices or []), scores=task == "score")


def _spawn(command: list[str], folder: Path, environment: dict[str, str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    # A worker whose host process was killed saves and ends: no process is left to report how it ended.
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def end_with_parent() -> None:
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

    return subprocess.Popen(  # noqa: S603 - the command is the operator's
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C ends the host process, which lets its workers save
        preexec_fn=end_with_parent,  # noqa: PLW1509 - the host process has one thread
    )


def inherited(environment: Mapping[str, str]) -> dict[str, str]:
    """What a worker gets of the host's environment: never the key of the host."""
    return {
        name: value for name, value in environment.items() if name in _INHERITED or name.startswith(_INHERITED_PREFIXES)
    }


def delete_old_folders(work: Path, running: set[str]) -> None:
    """Keeps the folders of the newest ended workers."""
    ended = sorted(
        (folder for folder in work.iterdir() if folder.is_dir() and folder.name not in running),
        key=lambda folder: folder.stat().st_mtime,
    )
    for folder in ended[:-_KEPT_FOLDERS]:
        shutil.rmtree(folder, ignore_errors=True)
