"""The settings of ``s3://`` locations: the environment variables that the services read, too."""

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from whetstone_worker.errors import BadInputError

PREFIX = "WHETSTONE_S3_"
CHECKSUMS = ("sha256", "crc32", "none")
ENCRYPTIONS = ("bucket", "AES256", "aws:kms")
LEAST_PART_BYTES = 5 << 20
_DURATION = re.compile(r"(?:PT)?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S?)?", re.IGNORECASE)


@dataclass(frozen=True)
class S3Settings:
    """How buckets are reached; ``docs/object-store.md`` describes each. Times are in seconds, sizes in bytes."""

    endpoint: str | None
    region: str | None
    path_style: bool
    checksum: str
    encryption: str | None
    kms_key_id: str | None
    access_key_ref: str | None
    secret_key_ref: str | None
    session_token_ref: str | None
    attempts: int
    connect_timeout: float
    read_timeout: float
    call_timeout: float
    part_bytes: int
    cache_folder: Path
    cache_bytes: int

    @property
    def server(self) -> str:
        """Where requests go, for messages."""
        return self.endpoint or "Amazon S3"

    @staticmethod
    def of(environment: Mapping[str, str]) -> "S3Settings":
        """Reads and checks the variables; a value that cannot be used is named with the accepted ones."""
        values = _Values(environment)
        endpoint = values.text("ENDPOINT")
        if endpoint and not re.match(r"https?://[^/]+", endpoint):
            raise values.refused("ENDPOINT", "http://host:port or https://host:port")
        encryption = values.one_of("ENCRYPTION", ENCRYPTIONS)
        key = values.text("KMS_KEY_ID")
        if key and encryption != "aws:kms":
            raise values.refused("KMS_KEY_ID", f"a key only where {PREFIX}ENCRYPTION is aws:kms")
        access, secret = values.text("ACCESS_KEY_REF"), values.text("SECRET_KEY_REF")
        if bool(access) != bool(secret):
            name = "ACCESS_KEY_REF" if access else "SECRET_KEY_REF"
            raise values.refused(name, "both keys, or neither for the default chain of the AWS SDK")
        return S3Settings(
            endpoint=endpoint,
            region=values.text("REGION") or ("us-east-1" if endpoint else None),
            path_style=values.flag("PATH_STYLE"),
            checksum=values.one_of("CHECKSUM", CHECKSUMS),
            encryption=None if encryption == "bucket" else encryption,
            kms_key_id=key,
            access_key_ref=access,
            secret_key_ref=secret,
            session_token_ref=values.text("SESSION_TOKEN_REF"),
            attempts=values.number("ATTEMPTS", 4, 1),
            connect_timeout=values.seconds("CONNECT_TIMEOUT", 5),
            read_timeout=values.seconds("READ_TIMEOUT", 30),
            call_timeout=values.seconds("CALL_TIMEOUT", 120),
            part_bytes=values.number("PART_BYTES", 16 << 20, LEAST_PART_BYTES),
            cache_folder=Path(values.text("CACHE_FOLDER") or f"{tempfile.gettempdir()}/whetstone-s3") / "worker",
            cache_bytes=values.number("CACHE_BYTES", 20 << 30, 1),
        )


class _Values:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def text(self, name: str) -> str | None:
        return self._environment.get(PREFIX + name, "").strip() or None

    def flag(self, name: str) -> bool:
        value = (self.text(name) or "false").lower()
        if value not in ("true", "false"):
            raise self.refused(name, "true or false")
        return value == "true"

    def one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name) or allowed[0]
        if value not in allowed:
            raise self.refused(name, " or ".join(allowed))
        return value

    def number(self, name: str, default: int, least: int) -> int:
        value = self.text(name) or str(default)
        if not value.isdecimal() or int(value) < least:
            raise self.refused(name, f"a whole number of at least {least}")
        return int(value)

    def seconds(self, name: str, default: int) -> float:
        value = self.text(name)
        if value is None:
            return float(default)
        found = _DURATION.fullmatch(value)
        if not found or not any(found.groups()):
            raise self.refused(name, "a duration such as PT30S or PT2M")
        hours, minutes, seconds = (float(part or 0) for part in found.groups())
        return hours * 3600 + minutes * 60 + seconds

    def refused(self, name: str, accepted: str) -> BadInputError:
        return BadInputError(
            "invalid-setting", f"{PREFIX}{name} is {self._environment.get(PREFIX + name)!r}; set it to {accepted}"
        )
