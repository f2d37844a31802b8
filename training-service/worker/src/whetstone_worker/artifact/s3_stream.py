"""The bytes of an object: opened again where a connection broke off, and never mixed from two versions."""

import io
import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from whetstone_worker.artifact.s3_client import ObjectStoreError, explained, is_missing
from whetstone_worker.artifact.s3_settings import PREFIX, S3Settings

# Less than this, in bytes per second, after the time limit of a call is no progress.
_LEAST_RATE = 16 << 10


class S3Stream(io.RawIOBase):
    """Reads an object that ``get_object`` answered; a broken connection is opened again a bounded number of times."""

    def __init__(self, client: Any, settings: S3Settings, uri: str, request: dict[str, str]) -> None:
        super().__init__()
        self._client = client
        self._settings = settings
        self._uri = uri
        self._request = request
        answer = client.get_object(**request)
        self._body = answer["Body"]
        self.etag: str = answer["ETag"]
        self.size: int = answer["ContentLength"]
        self._position = 0
        self._attempts_left = settings.attempts - 1
        self._waited = 0.0

    def readable(self) -> bool:
        """Always true."""
        return True

    def readinto(self, buffer: memoryview) -> int:
        """Reads into a buffer; returns the number of bytes, 0 at the end."""
        while self._position < self.size:
            started = time.monotonic()
            try:
                data = self._body.read(len(buffer))
                if not data:
                    raise ObjectStoreError(f"the answer ended after {self._position} of {self.size} bytes")
            except (OSError, HTTPError, BotoCoreError) as error:
                self._reopen(error)
                continue
            buffer[: len(data)] = data
            self._position += len(data)
            self._require_progress(time.monotonic() - started)
            return len(data)
        return 0

    def close(self) -> None:
        """Ends the connection."""
        if not self.closed:
            self._body.close()
        super().close()

    def _require_progress(self, waited: float) -> None:
        self._waited += waited
        if self._waited > self._settings.call_timeout + self._position / _LEAST_RATE:
            raise ObjectStoreError(
                f"{self._settings.server} sent {self._position} of {self.size} bytes of {self._uri} in "
                f"{self._waited:.0f} s; check the server and the network, or raise {PREFIX}CALL_TIMEOUT"
            )

    def _reopen(self, cause: Exception) -> None:
        self._body.close()
        if self._attempts_left <= 0:
            raise ObjectStoreError(
                f"{self._settings.server} broke off {self._settings.attempts} times while it sent {self._uri}, after "
                f"{self._position} of {self.size} bytes ({cause}); check the server and the network"
            ) from cause
        self._attempts_left -= 1
        with explained("read", self._uri, self._settings):
            answer = self._client.get_object(**self._request, IfMatch=self.etag, Range=f"bytes={self._position}-")
        self._body = answer["Body"]


def open_stream(client: Any, settings: S3Settings, uri: str, request: dict[str, str]) -> S3Stream | None:
    """A stream over an object; None when it is not there."""
    with explained("read", uri, settings):
        try:
            return S3Stream(client, settings, uri, request)
        except ClientError as error:
            if is_missing(error):
                return None
            raise
