"""The client of the settings, and what its failures mean to people."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.credentials import CredentialProvider, RefreshableCredentials
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ReadTimeoutError,
    SSLError,
)

from whetstone_worker.artifact.s3_settings import PREFIX, S3Settings
from whetstone_worker.errors import BadInputError

# botocore reads the keys again when fewer than 15 minutes are left: here, after a minute.
_KEYS_LAST = timedelta(minutes=16)

_REMEDIES = {
    "NoSuchBucket": "create the bucket, or correct the URI",
    "InvalidAccessKeyId": "give the worker valid credentials",
    "SignatureDoesNotMatch": "give the worker valid credentials",
    "ExpiredToken": "give the worker valid credentials",
    "InvalidToken": "give the worker valid credentials",
    "RequestTimeTooSkewed": "the clock of this machine differs from the server's; synchronise it (NTP)",
    "PermanentRedirect": f"set {PREFIX}REGION to the bucket's region",
    "AuthorizationHeaderMalformed": f"set {PREFIX}REGION to the bucket's region",
    "NotImplemented": f"set {PREFIX}CHECKSUM to crc32 or none and {PREFIX}ENCRYPTION to bucket",
    "BadDigest": "the bytes changed on their way; check the network",
}
_BY_STATUS = {
    403: "allow the credentials s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload on the objects "
    "and s3:ListBucket on the bucket (docs/object-store.md has the policy)",
    301: f"set {PREFIX}REGION to the bucket's region",
}


class ObjectStoreError(OSError):
    """The store failed or refused; the message names the object, the cause and the remedy."""


def create_client(settings: S3Settings, environment: Mapping[str, str] = os.environ) -> Any:
    """A client with bounded time and repetitions.

    It does not compute checksums by itself: the store does, for every server, as the settings say.
    """
    session = botocore.session.Session()
    if settings.access_key_ref and settings.secret_key_ref:
        session.get_component("credential_provider").providers.insert(0, _References(settings, environment))
    try:
        return session.create_client(
            "s3",
            endpoint_url=settings.endpoint,
            region_name=settings.region,
            config=Config(
                signature_version="s3v4",
                connect_timeout=settings.connect_timeout,
                read_timeout=settings.read_timeout,
                retries={"total_max_attempts": settings.attempts, "mode": "standard"},
                s3={"addressing_style": "path" if settings.path_style else "auto", "payload_signing_enabled": True},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )
    except (BotoCoreError, ValueError) as error:
        raise BadInputError("invalid-setting", f"{error}; correct {PREFIX}ENDPOINT and {PREFIX}REGION") from error


class _References(CredentialProvider):
    """Keys that the settings refer to, read again and again, so that a mounted secret can be replaced."""

    METHOD = "whetstone-reference"
    CANONICAL_NAME = "WhetstoneReference"

    def __init__(self, settings: S3Settings, environment: Mapping[str, str]) -> None:
        super().__init__()
        self._settings = settings
        self._environment = environment

    def load(self) -> RefreshableCredentials:
        return RefreshableCredentials.create_from_metadata(self._read(), self._read, self.METHOD)

    def _read(self) -> dict[str, str | None]:
        token = self._settings.session_token_ref
        return {
            "access_key": self._value("ACCESS_KEY_REF", self._settings.access_key_ref or ""),
            "secret_key": self._value("SECRET_KEY_REF", self._settings.secret_key_ref or ""),
            "token": self._value("SESSION_TOKEN_REF", token) if token else None,
            "expiry_time": (datetime.now(UTC) + _KEYS_LAST).isoformat(),
        }

    def _value(self, name: str, reference: str) -> str:
        kind, _, place = reference.partition(":")
        value = ""
        if kind == "env":
            value = self._environment.get(place, "").strip()
        elif kind == "file" and place.startswith("/"):
            try:
                value = Path(place).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise ObjectStoreError(f"{PREFIX}{name} {reference!r} cannot be read: {error}; mount it") from error
        if not value:
            raise BadInputError(
                "invalid-setting",
                f"{PREFIX}{name} {reference!r} cannot be resolved; write env:NAME or file:/absolute/path of a key",
            )
        return value


def status_of(error: ClientError) -> int:
    """The HTTP status of an answer."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def code_of(error: ClientError) -> str:
    """The error code of an answer; the status where it has no body."""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_missing(error: ClientError) -> bool:
    """Whether an object is not there, which a missing bucket is not."""
    return status_of(error) == HTTPStatus.NOT_FOUND and code_of(error) != "NoSuchBucket"


@contextmanager
def explained(deed: str, uri: str, settings: S3Settings) -> Iterator[None]:
    """Turns a failure of the client into an ``ObjectStoreError``; ``deed`` follows "could not be"."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise ObjectStoreError(f"{uri} could not be {deed} at {settings.server}: {_cause(error)}") from error


def _cause(error: BotoCoreError | ClientError) -> str:
    if isinstance(error, ClientError):
        code, status = code_of(error), status_of(error)
        said = error.response.get("Error", {}).get("Message") or f"status {status}"
        return f"{code}: {_REMEDIES.get(code) or _BY_STATUS.get(status) or said}"
    for kind, remedy in _UNANSWERED:
        if isinstance(error, kind):
            return f"{error}; {remedy}"
    return str(error)


_UNANSWERED: tuple[tuple[type[BotoCoreError], str], ...] = (
    (NoCredentialsError, f"set {PREFIX}ACCESS_KEY_REF and {PREFIX}SECRET_KEY_REF, or credentials of the AWS SDK"),
    (NoRegionError, f"set {PREFIX}REGION"),
    (SSLError, "make the server's certificate known to the worker"),
    (ConnectTimeoutError, f"check the server, {PREFIX}ENDPOINT and network policies"),
    (EndpointConnectionError, f"check that the server runs, {PREFIX}ENDPOINT and network policies"),
    (ReadTimeoutError, "check the server and the network"),
)
