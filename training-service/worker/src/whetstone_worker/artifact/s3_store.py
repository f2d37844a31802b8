"""Artifacts at ``s3://`` URIs, in buckets of Amazon S3 or of a server with its API."""

import hashlib
import io
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO

from botocore.exceptions import ClientError

from whetstone_worker.artifact.digest import CHUNK_BYTES, DigestReader, chunks_of, folder_digest
from whetstone_worker.artifact.local_copies import LocalCopies
from whetstone_worker.artifact.port import StoredArtifact
from whetstone_worker.artifact.s3_client import (
    ObjectStoreError,
    code_of,
    create_client,
    explained,
    is_missing,
    status_of,
)
from whetstone_worker.artifact.s3_location import S3Location, is_inside
from whetstone_worker.artifact.s3_settings import S3Settings
from whetstone_worker.artifact.s3_stream import S3Stream, open_stream
from whetstone_worker.artifact.s3_upload import S3Upload
from whetstone_worker.errors import RetryableError

_SPOOL_IN_MEMORY = 1 << 20
_CONTENTIONS = 5


@dataclass(frozen=True)
class _Object:
    """An object as its headers or a listing describe it; ``etag`` changes when it does."""

    key: str
    size: int
    etag: str


@dataclass(frozen=True)
class _Contents:
    """What a URI names: the objects with their local names; one of its own key when it is an object."""

    place: S3Location
    files: list[tuple[str, _Object]]
    is_object: bool

    @property
    def size(self) -> int:
        return sum(each.size for _, each in self.files)

    @property
    def version(self) -> str:
        """Changes when an object does."""
        return "\n".join([self.place.uri, *(f"{each.key} {each.etag}" for _, each in self.files)])


class S3ArtifactStore:
    """The store of the scheme ``s3``. Reads come from the bucket; ``local_path`` copies to a bounded local folder."""

    def __init__(self, settings: S3Settings, environment: Mapping[str, str] = os.environ) -> None:
        self._settings = settings
        self._client: Any = create_client(settings, environment)
        self._upload = S3Upload(self._client, settings)
        self._copies = LocalCopies(settings.cache_folder, settings.cache_bytes)
        self._workspaces: dict[str, Path] = {}

    def local_path(self, uri: str) -> Path:
        """A local copy of an object, or of all objects below a prefix."""
        contents = self._contents(uri)
        content = self._copies.copy(contents.version, contents.size, lambda folder: self._download(contents, folder))
        return content / contents.files[0][0] if contents.is_object else content

    def download(self, uri: str, folder: Path) -> None:
        """Copies an object, or all objects below a prefix, into an empty local folder."""
        self._download(self._contents(uri), folder)

    def bytes_of(self, uri: str) -> int:
        """Bytes of an object, or of all objects below a prefix."""
        return self._contents(uri).size

    def _contents(self, uri: str) -> "_Contents":
        place = S3Location.of(uri)
        single = self._head(place)
        objects = [single] if single else list(self._below(place))
        if not objects:
            raise _missing(uri)
        names = [place.key.rpartition("/")[2] if single else each.key.removeprefix(place.below) for each in objects]
        if not all(is_inside(name) for name in names):
            raise ObjectStoreError(
                f"{uri} has keys that are no paths of files; delete them or copy the others elsewhere"
            )
        return _Contents(place, list(zip(names, objects, strict=True)), single is not None)

    def open(self, uri: str) -> BinaryIO:
        """A stream over the bytes of an object."""
        return io.BufferedReader(self._open(S3Location.of(uri)), CHUNK_BYTES)

    def digest(self, uri: str) -> str:
        """SHA-256 of an object, or of all objects below a prefix."""
        place = S3Location.of(uri)
        if self._head(place):
            return self._digest(place)
        entries = [
            (each.key.removeprefix(place.below), self._digest(S3Location(place.bucket, each.key)))
            for each in self._below(place)
        ]
        if not entries:
            raise _missing(uri)
        return folder_digest(sorted(entries))

    def size(self, uri: str) -> int | None:
        """Bytes of an object; None when there is none."""
        found = self._head(S3Location.of(uri))
        return found.size if found else None

    def list(self, uri: str) -> Iterator[str]:
        """Keys relative to a prefix, sorted; pages are fetched as they are consumed."""
        place = S3Location.of(uri)
        return (each.key.removeprefix(place.below) for each in self._below(place))

    def put(self, uri: str, chunks: Iterable[bytes]) -> StoredArtifact:
        """Writes an object when its content is complete."""
        with self._spooled(chunks) as (file, stored):
            self._send(S3Location.of(uri), file, stored.size, only_if_absent=False)
            return stored

    def put_if_absent(self, uri: str, chunks: Iterable[bytes]) -> StoredArtifact | None:
        """Writes an object on the condition that its key is free, which the server checks."""
        with self._spooled(chunks) as (file, stored):
            return stored if self._send(S3Location.of(uri), file, stored.size, only_if_absent=True) else None

    def delete(self, uri: str) -> None:
        """Removes an object and all objects below it."""
        place = S3Location.of(uri)
        for key in [place.key, *(each.key for each in self._below(place))]:
            with explained("deleted", f"s3://{place.bucket}/{key}", self._settings):
                try:
                    self._client.delete_object(Bucket=place.bucket, Key=key)
                except ClientError as error:
                    if not is_missing(error):
                        raise

    def workspace(self, uri: str) -> Path:
        """A local folder, the same one for the same URI; it is removed after this process has ended."""
        place = S3Location.of(uri).uri
        if place not in self._workspaces:
            self._workspaces[place] = self._copies.workspace()
        return self._workspaces[place]

    def publish(self, file: Path, uri: str) -> None:
        """Sends a local file."""
        with file.open("rb") as stream:
            self._send(S3Location.of(uri), stream, file.stat().st_size, only_if_absent=False)

    def _send(self, place: S3Location, file: BinaryIO, size: int, only_if_absent: bool) -> bool:
        """Answers false when something is there already."""
        with explained("written", place.uri, self._settings):
            for attempt in range(_CONTENTIONS):
                try:
                    self._upload.send(place, file, size, only_if_absent)
                    return True
                except ClientError as error:
                    if only_if_absent and status_of(error) == HTTPStatus.PRECONDITION_FAILED:
                        return False
                    contended = code_of(error) == "ConditionalRequestConflict"
                    if not contended or attempt == _CONTENTIONS - 1:
                        raise
        return False

    def _spooled(self, chunks: Iterable[bytes]) -> "_Spool":
        return _Spool(chunks, self._settings.cache_folder)

    def _open(self, place: S3Location) -> S3Stream:
        stream = open_stream(self._client, self._settings, place.uri, place.request)
        if stream is None:
            raise _missing(place.uri)
        return stream

    def _digest(self, place: S3Location) -> str:
        with self._open(place) as stream:
            return DigestReader(io.BufferedReader(stream, CHUNK_BYTES)).finish()

    def _download(self, contents: "_Contents", folder: Path) -> None:
        for name, each in contents.files:
            self._download_file(S3Location(contents.place.bucket, each.key), each.etag, folder / name)

    def _download_file(self, place: S3Location, etag: str, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        with self._open(place) as stream, target.open("xb") as file:
            if stream.etag != etag:
                raise RetryableError("input-missing", f"{place.uri} changed while it was copied; try again")
            for chunk in chunks_of(io.BufferedReader(stream, CHUNK_BYTES)):
                file.write(chunk)

    def _head(self, place: S3Location) -> _Object | None:
        if not place.key:
            return None
        with explained("read", place.uri, self._settings):
            try:
                head = self._client.head_object(**place.request)
                return _Object(place.key, head["ContentLength"], head["ETag"])
            except ClientError as error:
                if is_missing(error):
                    return None
                raise

    def _below(self, place: S3Location) -> Iterator[_Object]:
        """Keys that end in a slash stand for folders of other programs and are left out."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=place.bucket, Prefix=place.below)
        with explained("listed", place.uri, self._settings):
            for page in pages:
                for each in page.get("Contents", []):
                    if not each["Key"].endswith("/"):
                        yield _Object(each["Key"], each["Size"], each["ETag"])


class _Spool:
    """Content in a temporary file, so that nothing is sent before it is complete."""

    def __init__(self, chunks: Iterable[bytes], folder: Path) -> None:
        self._chunks = chunks
        self._file = tempfile.SpooledTemporaryFile(max_size=_SPOOL_IN_MEMORY, dir=folder)  # noqa: SIM115 - closed below

    def __enter__(self) -> tuple[BinaryIO, StoredArtifact]:
        digest, size = hashlib.sha256(), 0
        try:
            for chunk in self._chunks:
                digest.update(chunk)
                size += self._file.write(chunk)
        except BaseException:
            self._file.close()
            raise
        return self._file, StoredArtifact(digest.hexdigest(), size)  # type: ignore[return-value]

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _missing(uri: str) -> RetryableError:
    return RetryableError("input-missing", f"{uri} does not exist; restore it in the object store or produce it again")
