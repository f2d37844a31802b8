"""Buckets and keys as ``s3://`` URIs name them."""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes, urlsplit

from whetstone_worker.errors import BadInputError

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class S3Location:
    """A bucket and a key in it, or the prefix of a folder without a slash at its end; empty for the whole bucket."""

    bucket: str
    key: str

    @property
    def below(self) -> str:
        """With which the keys below this prefix start."""
        return f"{self.key}/" if self.key else ""

    @property
    def uri(self) -> str:
        """The one spelling that every service uses."""
        return f"s3://{self.bucket}/{quote(self.key)}".rstrip("/")

    @property
    def request(self) -> dict[str, str]:
        """The arguments of a request."""
        return {"Bucket": self.bucket, "Key": self.key}

    def contains(self, other: "S3Location") -> bool:
        """Whether another location is this one or below it."""
        return self.bucket == other.bucket and (other.key == self.key or other.key.startswith(self.below))

    @staticmethod
    def of(uri: str) -> "S3Location":
        """The location of a URI; one that names no bucket, or a key that leads elsewhere, is refused."""
        parts = urlsplit(uri)
        if parts.scheme != "s3" or not _BUCKET.fullmatch(parts.netloc) or parts.query or parts.fragment:
            raise _unsupported(uri, "write s3://<bucket>/<key>")
        try:
            key = unquote_to_bytes(parts.path).decode()
        except UnicodeDecodeError as error:
            raise _unsupported(uri, "percent-encode the key as UTF-8") from error
        key = key.removeprefix("/").removesuffix("/")
        if key and not is_inside(key):
            raise _unsupported(uri, "a key has no empty part, no '.', no '..' and no control character")
        return S3Location(parts.netloc, key)


def is_inside(key: str) -> bool:
    """Whether a key is one that no file system, URL or proxy takes for another."""
    return not _CONTROL.search(key) and not any(part in ("", ".", "..") for part in key.split("/"))


def _unsupported(uri: str, remedy: str) -> BadInputError:
    return BadInputError("unsupported-uri", f"{uri!r} does not name an object of a bucket; {remedy}")
