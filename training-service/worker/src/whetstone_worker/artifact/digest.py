"""SHA-256 of streams, files and folders, in lower-case hexadecimal."""

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

CHUNK_BYTES = 1 << 20


def digest_of_bytes(data: bytes) -> str:
    """SHA-256 of bytes."""
    return hashlib.sha256(data).hexdigest()


def chunks_of(stream: BinaryIO) -> Iterator[bytes]:
    """The rest of a stream in chunks of one MiB."""
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk


def no_op() -> None:
    """The default of ``on_chunk``."""


def digest_of_file(path: Path, on_chunk: Callable[[], None] = no_op) -> str:
    """SHA-256 of a file's bytes; ``on_chunk`` is called after each of its chunks, and may raise to end the reading."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for chunk in chunks_of(file):
            digest.update(chunk)
            on_chunk()
    return digest.hexdigest()


def folder_digest(entries: Iterable[tuple[str, str]]) -> str:
    """SHA-256 over one line ``<sha256>  <relative path>\\n`` per file; entries are (path, sha256), sorted by path."""
    digest = hashlib.sha256()
    for name, sha256 in entries:
        digest.update(f"{sha256}  {name}\n".encode())
    return digest.hexdigest()


def regular_files(folder: Path) -> list[tuple[str, Path]]:
    """Relative POSIX path and path of every regular file below a folder, sorted by relative path."""
    return sorted((path.relative_to(folder).as_posix(), path) for path in folder.rglob("*") if path.is_file())


def digest_of_path(path: Path, on_chunk: Callable[[], None] = no_op) -> str:
    """The digest of a local file or folder; ``on_chunk`` as in ``digest_of_file``."""
    if path.is_dir():
        return folder_digest((name, digest_of_file(file, on_chunk)) for name, file in regular_files(path))
    return digest_of_file(path, on_chunk)


class DigestReader(io.RawIOBase):
    """Passes a stream through and computes the digest of the bytes that were read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()

    def readable(self) -> bool:
        """Always true."""
        return True

    def readinto(self, buffer: memoryview) -> int:
        """Reads into a buffer; returns the number of bytes, 0 at the end."""
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self._digest.update(data)
        return len(data)

    def finish(self) -> str:
        """Reads what is left and returns the digest of the whole stream."""
        for chunk in chunks_of(self._stream):
            self._digest.update(chunk)
        return self._digest.hexdigest()
