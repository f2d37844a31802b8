"""Sends a local file to a key, in parts where it is large; no reader sees a part of it."""

import base64
import hashlib
import logging
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from botocore.exceptions import BotoCoreError, ClientError

from whetstone_worker.artifact.s3_location import S3Location
from whetstone_worker.artifact.s3_settings import S3Settings

_LOG = logging.getLogger(__name__)
_TYPE = "application/octet-stream"
_BLOCK_BYTES = 1 << 20


class S3Upload:
    """Uploads with the checksum and the encryption of the settings."""

    def __init__(self, client: Any, settings: S3Settings) -> None:
        self._client = client
        self._settings = settings

    def send(self, place: S3Location, file: BinaryIO, size: int, only_if_absent: bool) -> None:
        """Sends ``size`` bytes from the file's beginning; raises the client's errors."""
        condition = {"IfNoneMatch": "*"} if only_if_absent else {}
        if size > self._settings.part_bytes:
            self._send_parts(place, file, size, condition)
            return
        part = FilePart(file, 0, size)
        self._client.put_object(
            **place.request, **condition, **self._encryption(), **self._checksum(part), Body=part, ContentType=_TYPE
        )

    def _send_parts(self, place: S3Location, file: BinaryIO, size: int, condition: dict[str, str]) -> None:
        algorithm = {} if self._settings.checksum == "none" else {"ChecksumAlgorithm": self._settings.checksum.upper()}
        upload = self._client.create_multipart_upload(
            **place.request, **self._encryption(), **algorithm, ContentType=_TYPE
        )["UploadId"]
        try:
            parts = []
            for number, start in enumerate(range(0, size, self._settings.part_bytes), 1):
                part = FilePart(file, start, min(self._settings.part_bytes, size - start))
                checksum = self._checksum(part)
                answer = self._client.upload_part(
                    **place.request, **checksum, UploadId=upload, PartNumber=number, Body=part
                )
                parts.append({"PartNumber": number, "ETag": answer["ETag"], **checksum})
            self._client.complete_multipart_upload(
                **place.request, **condition, UploadId=upload, MultipartUpload={"Parts": parts}
            )
        except BaseException:
            self._abort(place, upload)
            raise

    def _abort(self, place: S3Location, upload: str) -> None:
        """Parts that stay are not readable, and cost storage until the bucket's lifecycle rule."""
        try:
            self._client.abort_multipart_upload(**place.request, UploadId=upload)
        except (BotoCoreError, ClientError) as error:
            _LOG.warning("upload-not-aborted uri=%s upload=%s reason=%s", place.uri, upload, error)

    def _encryption(self) -> dict[str, str]:
        if self._settings.encryption is None:
            return {}
        key = {"SSEKMSKeyId": self._settings.kms_key_id} if self._settings.kms_key_id else {}
        return {"ServerSideEncryption": self._settings.encryption, **key}

    def _checksum(self, part: "FilePart") -> dict[str, str]:
        if self._settings.checksum == "none":
            return {}
        if self._settings.checksum == "crc32":
            crc = 0
            for block in part.blocks():
                crc = zlib.crc32(block, crc)
            return {"ChecksumCRC32": base64.b64encode(crc.to_bytes(4, "big")).decode()}
        digest = hashlib.sha256()
        for block in part.blocks():
            digest.update(block)
        return {"ChecksumSHA256": base64.b64encode(digest.digest()).decode()}


class FilePart:
    """A range of a file with the methods that the client needs: it reads it to sign it, to send it, to repeat it."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file = file
        self._start = start
        self._size = size
        self._position = 0

    def __len__(self) -> int:
        return self._size

    def read(self, size: int = -1) -> bytes:
        """The next bytes of the range."""
        left = self._size - self._position
        self._file.seek(self._start + self._position)
        data = self._file.read(left if size < 0 else min(size, left))
        self._position += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        """Moves within the range."""
        self._position = (0, self._position, self._size)[whence] + offset
        return self._position

    def tell(self) -> int:
        """The position in the range."""
        return self._position

    def blocks(self) -> Iterator[bytes]:
        """The range from its beginning; the position is there again afterwards."""
        self.seek(0)
        while block := self.read(_BLOCK_BYTES):
            yield block
        self.seek(0)
