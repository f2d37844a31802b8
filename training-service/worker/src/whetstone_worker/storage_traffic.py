"""Bytes that this process moved from and to storage, which show that a long read or download advances."""

from pathlib import Path

UNIT_BYTES = 64 << 20
_ACCOUNT = Path("/proc/self/io")
_COUNTED = ("read_bytes", "write_bytes")


def storage_units(account: Path = _ACCOUNT) -> int:
    """Units of 64 MiB by the account of Linux, reads through memory maps included; 0 where there is no account."""
    try:
        lines = account.read_text(encoding="ascii").splitlines()
        moved = sum(int(value) for name, _, value in (line.partition(":") for line in lines) if name in _COUNTED)
    except (OSError, ValueError):
        return 0
    return moved // UNIT_BYTES
