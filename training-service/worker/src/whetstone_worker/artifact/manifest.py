"""Manifests: a JSON file, written last, that lists every file of a folder with its size and digest."""

import json
from pathlib import Path
from typing import Any

from whetstone_worker.artifact.digest import digest_of_file

MANIFEST = "manifest.json"


def json_bytes(value: Any) -> bytes:
    """Readable JSON with sorted keys: equal values give equal bytes."""
    return (json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n").encode()


def file_entries(folder: Path, names: list[str]) -> list[dict[str, Any]]:
    """Manifest entries (path, bytes, sha256) of files below a local folder."""
    return [
        {"path": name, "bytes": (folder / name).stat().st_size, "sha256": digest_of_file(folder / name)}
        for name in names
    ]
