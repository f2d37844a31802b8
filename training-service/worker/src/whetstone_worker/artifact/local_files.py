"""Durable writes to local files that a reader, or a crash at any point, sees either whole or not at all."""

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from whetstone_worker.artifact.port import StoredArtifact

_PARTIAL = ".partial"


def is_partial(path: Path) -> bool:
    """Whether a file is one that a write has not finished."""
    return path.name.startswith(".") and path.name.endswith(_PARTIAL)


def write_atomically(path: Path, chunks: Iterable[bytes]) -> StoredArtifact:
    """Writes a file and replaces an existing one."""
    with _partial_of(path) as partial:
        stored = _write(partial, chunks)
        partial.replace(path)
    fsync_folder(path.parent)
    return stored


def write_if_absent(path: Path, chunks: Iterable[bytes]) -> StoredArtifact | None:
    """Writes a file unless one exists; then it returns None and changes nothing."""
    if path.exists():
        return None
    with _partial_of(path) as partial:
        stored = _write(partial, chunks)
        try:
            path.hardlink_to(partial)  # fails when the file exists: one of several writers wins
        except FileExistsError:
            return None
    fsync_folder(path.parent)
    return stored


@contextmanager
def _partial_of(path: Path) -> Iterator[Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(6)}{_PARTIAL}")
    try:
        yield partial
    finally:
        partial.unlink(missing_ok=True)


def _write(path: Path, chunks: Iterable[bytes]) -> StoredArtifact:
    digest, size = hashlib.sha256(), 0
    with path.open("xb") as file:
        for chunk in chunks:
            digest.update(chunk)
            size += file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return StoredArtifact(digest.hexdigest(), size)


def fsync_folder(folder: Path) -> None:
    """Makes renames in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fsync_file(path: Path) -> None:
    """Makes a file's content durable."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
