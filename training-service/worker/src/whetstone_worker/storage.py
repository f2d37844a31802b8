"""Files by URI: digests, verification, and writes that are either whole or not there."""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from whetstone_worker.errors import BadInputError, RetryableError

MANIFEST = "manifest.json"
_CHUNK = 1 << 20


def path_of(uri: str) -> Path:
    """The local path of a ``file://`` URI (or of a plain absolute path)."""
    parsed = urlparse(uri)
    if parsed.scheme == "file" and parsed.netloc in ("", "localhost"):
        return Path(unquote(parsed.path))
    if parsed.scheme == "" and uri.startswith("/"):
        return Path(uri)
    raise BadInputError("unsupported-uri", f"{uri!r} cannot be read: the worker reads file:// URIs; mount or copy it")


def uri_of(path: Path) -> str:
    """The ``file://`` URI of a path."""
    return path.resolve().as_uri()


def sha256_of_bytes(data: bytes) -> str:
    """SHA-256 in lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def sha256_of_file(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def regular_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Relative POSIX path and path of every regular file below a folder, sorted by relative path."""
    found = ((p.relative_to(folder).as_posix(), p) for p in folder.rglob("*") if p.is_file())
    yield from sorted(found)


def sha256_of_directory(folder: Path) -> str:
    """SHA-256 over the lines ``<sha256>  <relative path>\\n`` of all regular files, sorted by path."""
    lines = (f"{sha256_of_file(path)}  {name}\n" for name, path in regular_files(folder))
    return sha256_of_bytes("".join(lines).encode())


def sha256_of(path: Path) -> str:
    """The digest of a file or a folder; raises ``RetryableError`` when nothing is there, for it may come back."""
    if path.is_dir():
        return sha256_of_directory(path)
    if path.is_file():
        return sha256_of_file(path)
    raise RetryableError("input-missing", f"{path} does not exist; restore it from the object store or cut it again")


def verified(uri: str, sha256: str, what: str) -> Path:
    """The path behind ``uri`` after checking its digest."""
    path = path_of(uri)
    _require_digest(path, sha256, sha256_of(path), what)
    return path


def read_verified(uri: str, sha256: str, what: str) -> bytes:
    """The bytes behind ``uri``; the digest is taken from the very bytes that are returned."""
    path = path_of(uri)
    if not path.is_file():
        raise RetryableError("input-missing", f"{what} {path} does not exist; restore it from the object store")
    data = path.read_bytes()
    _require_digest(path, sha256, sha256_of_bytes(data), what)
    return data


def _require_digest(path: Path, expected: str, actual: str, what: str) -> None:
    if actual != expected:
        raise BadInputError(
            "digest-mismatch",
            f"{what} {path} has SHA-256 {actual}, expected {expected}: the file changed or is damaged; "
            "restore the original or make a new run",
        )


def fsync_directory(folder: Path) -> None:
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


def write_atomically(path: Path, data: bytes) -> None:
    """Writes a file so that a reader, or a crash at any point, sees all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.partial")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    fsync_directory(path.parent)


def json_bytes(value: Any) -> bytes:
    """Readable JSON with sorted keys: equal values are equal bytes."""
    return (json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n").encode()


def file_entries(folder: Path, names: list[str]) -> list[dict[str, Any]]:
    """Manifest entries (path, bytes, sha256) of files below a folder."""
    return [
        {"path": name, "bytes": (folder / name).stat().st_size, "sha256": sha256_of_file(folder / name)}
        for name in names
    ]
