"""Resume points: the worker's whole saved state, complete when its manifest, written last, verifies."""

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from whetstone_worker.artifact.digest import digest_of_bytes, digest_of_file, regular_files
from whetstone_worker.artifact.local_files import fsync_folder
from whetstone_worker.artifact.manifest import MANIFEST, file_entries, json_bytes
from whetstone_worker.artifact.port import ArtifactStore, child
from whetstone_worker.errors import BadInputError, RetryableError
from whetstone_worker.output import AttemptOutput
from whetstone_worker.refusals import NO_REFUSALS, Refusals
from whetstone_worker.spec import Artifact

KEPT = 2
FOLDER = "resume"


@dataclass(frozen=True)
class EarlierStages:
    """What the stages before the current one add to the figures of the run."""

    steps: int = 0
    tokens: int = 0
    rows_too_long: int = 0
    refused: Refusals = NO_REFUSALS

    def as_json(self) -> dict[str, Any]:
        """Their form in the manifest of a resume point."""
        return {**asdict(self), "refused": self.refused.as_json()}

    @staticmethod
    def of_json(raw: dict[str, Any]) -> "EarlierStages":
        """Reads ``as_json`` back."""
        return EarlierStages(**{**raw, "refused": Refusals.of_json(raw.get("refused"))})


@dataclass(frozen=True)
class Position:
    """Where in a run a resume point was saved; the default is the beginning."""

    stage_index: int = 0
    earlier: EarlierStages = EarlierStages()
    gpu_seconds: float = 0.0


@dataclass(frozen=True)
class ResumePoint:
    """A verified resume point: its local folder and its position."""

    folder: Path
    position: Position


def seal(output: AttemptOutput, state: Path, step: int, position: Position) -> dict[str, Any]:
    """Turns a saved trainer state into a resume point; returns its entry for status reports.

    ``state`` is a folder in the workspace, ``step`` the run's optimizer step, counted over all stages.
    """
    name = f"{FOLDER}/step-{step:08d}"
    target, spec = output.workspace / name, output.spec
    discard(output, name)
    target.parent.mkdir(exist_ok=True)
    state.rename(target)
    fsync_folder(target.parent)
    files = [file for file, _ in regular_files(target)]
    for file in files:
        output.publish(f"{name}/{file}")
    manifest = {
        "kind": "resume-point",
        "runId": spec.run_id,
        "fence": spec.fence,
        "step": step,
        "stage": spec.stages[position.stage_index].objective,
        "stageIndex": position.stage_index,
        "earlierStages": position.earlier.as_json(),
        "gpuSeconds": position.gpu_seconds,
        "files": file_entries(target, files),
    }
    stored = output.put(f"{name}/{MANIFEST}", json_bytes(manifest))
    for old in sorted(point.name for point in target.parent.glob("step-*"))[:-KEPT]:
        discard(output, f"{FOLDER}/{old}")
    return {"uri": output.uri(name), "sha256": stored.sha256, "step": step}


def discard(output: AttemptOutput, name: str) -> None:
    """Removes a resume point, its manifest first, so that a half-removed one never looks complete."""
    output.delete(f"{name}/{MANIFEST}")
    output.delete(name)
    shutil.rmtree(output.workspace / name, ignore_errors=True)  # of a remote store the local copy is left


def open_point(artifacts: ArtifactStore, reference: Artifact, stages: int) -> ResumePoint:
    """A resume point after checking every file of it, for a run with so many stages.

    A damaged one is a ``RetryableError``: the control plane chooses an older one for the next attempt.
    """
    if artifacts.size(child(reference.uri, MANIFEST)) is None:
        raise RetryableError(
            "resume-point-incomplete",
            f"{reference.uri} has no {MANIFEST}; resume from an older resume point or start again",
        )
    folder = artifacts.local_path(reference.uri)
    data = (folder / MANIFEST).read_bytes()
    _require_digest(folder / MANIFEST, reference.sha256, digest_of_bytes(data))
    manifest = json.loads(data)
    for entry in manifest["files"]:
        path = folder / entry["path"]
        _require_digest(path, entry["sha256"], digest_of_file(path) if path.is_file() else "nothing")
    position = _position(manifest)
    if position.stage_index >= stages:
        raise BadInputError(
            "resume-point-mismatch",
            f"{reference.uri} was saved in stage {position.stage_index}, /stages has {stages}; "
            "resume the run whose stages saved it, or leave /resumeFrom out",
        )
    return ResumePoint(folder, position)


def _position(manifest: dict[str, Any]) -> Position:
    """Resume points of worker versions with one stage do not name it: they are of the first."""
    return Position(
        int(manifest.get("stageIndex", 0)),
        EarlierStages.of_json(manifest.get("earlierStages", {})),
        float(manifest.get("gpuSeconds", 0.0)),
    )


def _require_digest(path: Path, expected: str, actual: str) -> None:
    if actual != expected:
        raise RetryableError(
            "digest-mismatch",
            f"resume point file {path} has SHA-256 {actual}, expected {expected}; "
            "resume from an older resume point or start again",
        )
