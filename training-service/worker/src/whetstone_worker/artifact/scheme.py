"""The one place where the scheme of a URI decides which store serves it."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from whetstone_worker.artifact.file_store import FileArtifactStore
from whetstone_worker.artifact.port import ArtifactStore, StoredArtifact
from whetstone_worker.errors import BadInputError


class SchemeArtifactStore:
    """Passes every call to the store of the URI's scheme; a plain absolute path belongs to the scheme ``file``."""

    def __init__(
        self, stores: Mapping[str, ArtifactStore], on_demand: Mapping[str, Callable[[], ArtifactStore]] | None = None
    ) -> None:
        self._stores = dict(stores)
        self._on_demand = dict(on_demand or {})

    def local_path(self, uri: str) -> Path:
        """See ``ArtifactStore``."""
        return self._store(uri).local_path(uri)

    def open(self, uri: str) -> AbstractContextManager[BinaryIO]:
        """See ``ArtifactStore``."""
        return self._store(uri).open(uri)

    def digest(self, uri: str) -> str:
        """See ``ArtifactStore``."""
        return self._store(uri).digest(uri)

    def size(self, uri: str) -> int | None:
        """See ``ArtifactStore``."""
        return self._store(uri).size(uri)

    def list(self, uri: str) -> Iterator[str]:
        """See ``ArtifactStore``."""
        return self._store(uri).list(uri)

    def put(self, uri: str, chunks: Iterable[bytes]) -> StoredArtifact:
        """See ``ArtifactStore``."""
        return self._store(uri).put(uri, chunks)

    def put_if_absent(self, uri: str, chunks: Iterable[bytes]) -> StoredArtifact | None:
        """See ``ArtifactStore``."""
        return self._store(uri).put_if_absent(uri, chunks)

    def delete(self, uri: str) -> None:
        """See ``ArtifactStore``."""
        self._store(uri).delete(uri)

    def workspace(self, uri: str) -> Path:
        """See ``ArtifactStore``."""
        return self._store(uri).workspace(uri)

    def publish(self, file: Path, uri: str) -> None:
        """See ``ArtifactStore``."""
        self._store(uri).publish(file, uri)

    def _store(self, uri: str) -> ArtifactStore:
        scheme = _scheme_of(uri)
        store = self._stores.get(scheme)
        if store is None and scheme in self._on_demand:
            store = self._stores[scheme] = self._on_demand[scheme]()
        if store is None:
            known = ", ".join(f"{each}://" for each in sorted({*self._stores, *self._on_demand}))
            raise BadInputError(
                "unsupported-uri", f"{uri!r} cannot be used: this worker serves {known}; copy or mount it there"
            )
        return store


def _scheme_of(uri: str) -> str:
    try:
        return urlsplit(uri).scheme or "file"
    except ValueError as error:
        raise BadInputError("unsupported-uri", f"{uri!r} is not a URI: {error}; correct it") from error


def open_artifacts() -> SchemeArtifactStore:
    """The stores of this version; the one of buckets is opened, and its packages imported, with the first such URI."""
    return SchemeArtifactStore({"file": FileArtifactStore()}, {"s3": _open_s3})


def _open_s3() -> ArtifactStore:
    from whetstone_worker.artifact.s3_settings import S3Settings  # noqa: PLC0415
    from whetstone_worker.artifact.s3_store import S3ArtifactStore  # noqa: PLC0415 - botocore takes a second to import

    return S3ArtifactStore(S3Settings.of(os.environ))
