"""The port to everything addressed by URI. ``scheme.py`` chooses the store; nothing else looks at a URI's scheme."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import quote


@dataclass(frozen=True)
class StoredArtifact:
    """What was written: SHA-256 in lower-case hexadecimal and size in bytes."""

    sha256: str
    size: int


class ArtifactStore(Protocol):
    """Reads and writes artifacts: single files, and folders (every file whose URI starts with ``<folder>/``).

    A reader never sees a partly written file. Reading something that does not exist raises ``RetryableError`` with the
    code ``input-missing``, because a restored or delayed file may appear before the next attempt. A URI that the
    store cannot address raises ``BadInputError`` with the code ``unsupported-uri``. Failures of the medium are
    ``OSError``.
    """

    def local_path(self, uri: str) -> Path:
        """A local path with the content of an existing file or folder; a remote store downloads it first."""

    def open(self, uri: str) -> AbstractContextManager[BinaryIO]:
        """A stream over the bytes of a file."""

    def digest(self, uri: str) -> str:
        """SHA-256 of a file's bytes, or of a folder as ``digest.folder_digest`` defines it."""

    def size(self, uri: str) -> int | None:
        """Bytes of a file; None when no file exists there."""

    def list(self, uri: str) -> Iterator[str]:
        """Paths relative to a folder of all files below it, sorted; none when the folder does not exist."""

    def put(self, uri: str, chunks: Iterable[bytes]) -> StoredArtifact:
        """Writes a file from a stream and replaces an existing one; a reader sees the old bytes or all new ones."""

    def put_if_absent(self, uri: str, chunks: Iterable[bytes]) -> StoredArtifact | None:
        """Writes a file unless one exists; None, and nothing changed, when one does. One of several writers wins."""

    def delete(self, uri: str) -> None:
        """Removes a file, or a folder with all files below it; does nothing when neither exists."""

    def workspace(self, uri: str) -> Path:
        """A local folder to prepare the files of a folder URI in; ``publish`` makes each readable at its URI."""

    def publish(self, file: Path, uri: str) -> None:
        """Makes a local file durable and readable at a URI. The local file keeps its content."""


def child(uri: str, name: str) -> str:
    """The URI of a relative POSIX path below a folder URI. A plain absolute path has no percent-encoding."""
    return f"{uri.rstrip('/')}/{name if uri.startswith('/') else quote(name)}"
