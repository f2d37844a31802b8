"""Resume points: the worker's whole saved state, complete when its manifest, written last, verifies."""

import json
import shutil
from pathlib import Path
from typing import Any

from whetstone_worker.errors import RetryableError
from whetstone_worker.spec import Artifact
from whetstone_worker.storage import (
    MANIFEST,
    file_entries,
    fsync_directory,
    fsync_file,
    json_bytes,
    path_of,
    regular_files,
    sha256_of_bytes,
    sha256_of_file,
    uri_of,
    write_atomically,
)

KEPT = 2
FOLDER = "resume"


def seal(work: Path, resume_root: Path, step: int, facts: dict[str, Any]) -> dict[str, Any]:
    """Moves a finished trainer state into place as a resume point; answers what a status report says of it."""
    target = resume_root / f"step-{step:08d}"
    if target.exists():
        discard(target)
    names = [name for name, path in regular_files(work)]
    for _, path in regular_files(work):
        fsync_file(path)
    resume_root.mkdir(parents=True, exist_ok=True)
    work.rename(target)
    fsync_directory(target)
    fsync_directory(resume_root)
    data = json_bytes({"kind": "resume-point", "step": step, "files": file_entries(target, names), **facts})
    write_atomically(target / MANIFEST, data)
    for old in sorted(resume_root.glob("step-*"))[:-KEPT]:
        discard(old)
    return {"uri": uri_of(target), "sha256": sha256_of_bytes(data), "step": step}


def discard(point: Path) -> None:
    """Removes a resume point, its manifest first, so that no half-removed one looks complete."""
    (point / MANIFEST).unlink(missing_ok=True)
    shutil.rmtree(point)


def open_point(reference: Artifact) -> tuple[Path, dict[str, Any]]:
    """The folder and manifest of a resume point after checking every file of it.

    A damaged one is no reason to give the run up: the control plane looks for an older one before it tries again.
    """
    folder = path_of(reference.uri)
    manifest_path = folder / MANIFEST
    if not manifest_path.is_file():
        raise RetryableError(
            "resume-point-incomplete", f"{folder} has no {MANIFEST}; resume from an older point or anew"
        )
    data = manifest_path.read_bytes()
    if (actual := sha256_of_bytes(data)) != reference.sha256:
        raise RetryableError(
            "digest-mismatch",
            f"resume point {manifest_path} has SHA-256 {actual}, expected {reference.sha256}; resume from an older one",
        )
    manifest = json.loads(data)
    for entry in manifest["files"]:
        path = folder / entry["path"]
        found = sha256_of_file(path) if path.is_file() else "nothing"
        if found != entry["sha256"]:
            raise RetryableError(
                "digest-mismatch",
                f"resume point file {path} has SHA-256 {found}, expected {entry['sha256']}; resume from an older one",
            )
    return folder, manifest
