"""An artifact store without a file system behind it, as a remote object store is: files by URI, no folders."""

import hashlib
import io
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

from whetstone_worker.artifact.digest import folder_digest
from whetstone_worker.artifact.port import StoredArtifact, child
from whetstone_worker.errors import RetryableError


class MemoryArtifactStore:
    def __init__(self, folder: Path) -> None:
        self.files: dict[str, bytes] = {}
        self._folder = folder

    def local_path(self, uri: str) -> Path:
        target = Path(tempfile.mkdtemp(dir=self._folder))
        if uri in self.files:
            (target / "file").write_bytes(self.files[uri])
            return target / "file"
        names = list(self.list(uri))
        if not names:
            raise RetryableError("input-missing", f"{uri} does not exist")
        for name in names:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes(self.files[child(uri, name)])
        return target

    def open(self, uri: str) -> BinaryIO:
        if uri not in self.files:
            raise RetryableError("input-missing", f"{uri} does not exist")
        return io.BytesIO(self.files[uri])

    def digest(self, uri: str) -> str:
        if uri in self.files:
            return hashlib.sha256(self.files[uri]).hexdigest()
        names = list(self.list(uri))
        if not names:
            raise RetryableError("input-missing", f"{uri} does not exist")
        return folder_digest((name, self.digest(child(uri, name))) for name in names)

    def size(self, uri: str) -> int | None:
        return len(self.files[uri]) if uri in self.files else None

    def list(self, uri: str) -> Iterator[str]:
        prefix = uri.rstrip("/") + "/"
        return iter(sorted(unquote(key.removeprefix(prefix)) for key in self.files if key.startswith(prefix)))

    def put(self, uri: str, chunks: Iterable[bytes]) -> StoredArtifact:
        data = b"".join(chunks)
        self.files[uri] = data
        return StoredArtifact(hashlib.sha256(data).hexdigest(), len(data))

    def put_if_absent(self, uri: str, chunks: Iterable[bytes]) -> StoredArtifact | None:
        return None if uri in self.files else self.put(uri, chunks)

    def delete(self, uri: str) -> None:
        self.files.pop(uri, None)
        for name in list(self.list(uri)):
            del self.files[child(uri, name)]

    def workspace(self, uri: str) -> Path:
        return Path(tempfile.mkdtemp(dir=self._folder))

    def publish(self, file: Path, uri: str) -> None:
        self.put(uri, [file.read_bytes()])
