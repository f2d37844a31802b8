"""Artifacts at ``file://`` URIs (or plain absolute paths) on this machine's file systems."""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from whetstone_worker.artifact.digest import chunks_of, digest_of_path, regular_files
from whetstone_worker.artifact.local_files import (
    fsync_file,
    fsync_folder,
    is_partial,
    write_atomically,
    write_if_absent,
)
from whetstone_worker.artifact.port import StoredArtifact
from whetstone_worker.errors import BadInputError, RetryableError


class FileArtifactStore:
    """The store of the scheme ``file``. A workspace is the addressed folder itself, so publishing moves no bytes."""

    def local_path(self, uri: str) -> Path:
        """The path of an existing file or folder."""
        path = _path_of(uri)
        if not path.exists():
            raise _missing(path)
        return path

    def open(self, uri: str) -> BinaryIO:
        """A stream over the bytes of a file."""
        path = _path_of(uri)
        try:
            return path.open("rb")
        except (FileNotFoundError, NotADirectoryError) as error:
            raise _missing(path) from error

    def digest(self, uri: str) -> str:
        """SHA-256 of a file or folder."""
        return digest_of_path(self.local_path(uri))

    def size(self, uri: str) -> int | None:
        """Bytes of a file; None when no file exists there."""
        path = _path_of(uri)
        return path.stat().st_size if path.is_file() else None

    def list(self, uri: str) -> Iterator[str]:
        """Paths relative to a folder of all finished files below it, sorted."""
        folder = _path_of(uri)
        return (name for name, path in regular_files(folder) if not is_partial(path))

    def put(self, uri: str, chunks: Iterable[bytes]) -> StoredArtifact:
        """Writes a file by renaming a complete one into place."""
        return write_atomically(_path_of(uri), chunks)

    def put_if_absent(self, uri: str, chunks: Iterable[bytes]) -> StoredArtifact | None:
        """Writes a file by linking a complete one into place, which fails when the name is taken."""
        return write_if_absent(_path_of(uri), chunks)

    def delete(self, uri: str) -> None:
        """Removes a file, or a folder with everything in it."""
        path = _path_of(uri)
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    def workspace(self, uri: str) -> Path:
        """The addressed folder itself, created when it does not exist."""
        folder = _path_of(uri)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def publish(self, file: Path, uri: str) -> None:
        """Makes a file durable; copies it only when it is not in its place already."""
        target = _path_of(uri)
        if target.exists() and target.samefile(file):
            fsync_file(file)
            fsync_folder(file.parent)
            return
        with file.open("rb") as stream:
            self.put(uri, chunks_of(stream))


def _path_of(uri: str) -> Path:
    parts = urlsplit(uri)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        return Path(unquote(parts.path))
    if parts.scheme == "" and uri.startswith("/"):
        return Path(uri)
    raise BadInputError(
        "unsupported-uri", f"{uri!r} does not name a file of this machine; write file:///<absolute path>"
    )


def _missing(path: Path) -> RetryableError:
    return RetryableError("input-missing", f"{path} does not exist; restore it in the object store or produce it again")
