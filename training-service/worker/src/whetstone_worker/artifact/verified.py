"""Reads of inputs whose digest the RunSpec gives."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from whetstone_worker.artifact.digest import CHUNK_BYTES, DigestReader, digest_of_path, no_op
from whetstone_worker.artifact.port import ArtifactStore
from whetstone_worker.errors import BadInputError


class Reference(Protocol):
    """A URI with the SHA-256 that its content must have."""

    @property
    def uri(self) -> str:
        """Where it is."""

    @property
    def sha256(self) -> str:
        """What it must be."""


def verified_path(
    artifacts: ArtifactStore, reference: Reference, what: str, on_chunk: Callable[[], None] = no_op
) -> Path:
    """A local path to a file or folder after checking its digest; ``what`` names it in errors.

    ``on_chunk`` is called again and again while the content is read, and may raise to end the reading.
    """
    path = artifacts.local_path(reference.uri)
    _require_digest(str(path), reference.sha256, digest_of_path(path, on_chunk), what)
    return path


@contextmanager
def verified_stream(artifacts: ArtifactStore, reference: Reference, what: str) -> Iterator[BinaryIO]:
    """A stream whose digest is checked when the block ends; use nothing that was read before it has ended.

    When the block refuses the content, the digest is checked first: damage explains a bad row, not the other way round.
    """
    with artifacts.open(reference.uri) as stream:
        reader = DigestReader(stream)
        try:
            yield io.BufferedReader(reader, CHUNK_BYTES)
        except BadInputError:
            _require_digest(reference.uri, reference.sha256, reader.finish(), what)
            raise
        _require_digest(reference.uri, reference.sha256, reader.finish(), what)


def _require_digest(place: str, expected: str, actual: str, what: str) -> None:
    if actual != expected:
        raise BadInputError(
            "digest-mismatch",
            f"{what} {place} has SHA-256 {actual}, expected {expected}: the file changed or is damaged; "
            "restore the original or start a new run",
        )
