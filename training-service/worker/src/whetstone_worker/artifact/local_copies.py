"""Local copies of remote files, within a limit: each appears whole, and the least recently used ones give way."""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from whetstone_worker.artifact.digest import regular_files
from whetstone_worker.artifact.s3_settings import PREFIX

# A copy that was handed out this recently may not have been opened yet.
_IN_USE_SECONDS = 600
_CONTENT = "content"
_SEAL = "seal.json"
_LOCK = ".lock"


class LocalCopies:
    """A folder of copies, shared by the processes of a machine, and of workspaces, each of one process."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._copies = folder / "copies"
        self._writing = folder / "writing"
        self._limit = limit
        for each in (self._copies, self._writing):
            each.mkdir(parents=True, exist_ok=True)
        self._sweep()

    def copy(self, name: str, size: int, make: Callable[[Path], None]) -> Path:
        """The folder of a copy; ``name`` changes with its content, and ``make`` writes it into an empty folder."""
        copy = self._copies / hashlib.sha256(name.encode()).hexdigest()
        if not _is_sealed(copy):
            shutil.rmtree(copy, ignore_errors=True)
            self._make_room(size, name)
            written, lock = self._locked_folder()
            try:
                (written / _CONTENT).mkdir()
                make(written / _CONTENT)
                (written / _SEAL).write_text(json.dumps(_state(written / _CONTENT)), encoding="utf-8")
                written.rename(copy)
            except OSError:
                if not _is_sealed(copy):  # otherwise another process was first
                    raise
            finally:
                shutil.rmtree(written, ignore_errors=True)
                os.close(lock)
        os.utime(copy)
        return copy / _CONTENT

    def workspace(self) -> Path:
        """An empty folder of this process; a later process removes it when this one has ended."""
        folder, _ = self._locked_folder()  # until this process ends
        (folder / _CONTENT).mkdir()
        return folder / _CONTENT

    def _locked_folder(self) -> tuple[Path, int]:
        folder = Path(tempfile.mkdtemp(dir=self._writing, prefix="work-"))
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return folder, descriptor

    def _sweep(self) -> None:
        for folder in self._writing.glob("work-*"):
            try:
                with (folder / _LOCK).open("r+b") as lock:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except FileNotFoundError:
                if _is_new(folder):
                    continue  # its process is about to lock it
            except OSError:
                continue  # in use
            shutil.rmtree(folder, ignore_errors=True)

    def _make_room(self, size: int, name: str) -> None:
        copies = sorted(held for held in map(_held, self._copies.iterdir()) if held)
        taken = sum(held for _, held, _ in copies)
        for used, held, folder in copies:
            if taken + size <= self._limit:
                return
            if time.time() - used > _IN_USE_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
                taken -= held
        if taken + size > self._limit:
            raise OSError(
                f"{name.partition(chr(10))[0]} has {size} bytes and does not fit beside the local copies in use: "
                f"{taken} of {self._limit} bytes in {self._copies}; raise {PREFIX}CACHE_BYTES"
            )


def _is_new(folder: Path) -> bool:
    try:
        return time.time() - folder.stat().st_mtime < _IN_USE_SECONDS
    except FileNotFoundError:
        return False  # its process has just removed it


def _held(copy: Path) -> tuple[float, int, Path] | None:
    """When a copy was last used, its bytes and its folder; none when another process has just removed it."""
    try:
        return copy.stat().st_mtime, sum(path.stat().st_size for _, path in regular_files(copy)), copy
    except FileNotFoundError:
        return None


def _state(content: Path) -> list[list[str | int]]:
    """What changes when a file of a copy does: name, size and time of the last write."""
    return [[name, path.stat().st_size, path.stat().st_mtime_ns] for name, path in regular_files(content)]


def _is_sealed(copy: Path) -> bool:
    try:
        return bool(json.loads((copy / _SEAL).read_text(encoding="utf-8")) == _state(copy / _CONTENT))
    except (OSError, ValueError):
        return False
