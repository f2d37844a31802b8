"""The folder that an attempt writes to."""

from dataclasses import dataclass
from pathlib import Path

from whetstone_worker.artifact.port import ArtifactStore, StoredArtifact, child
from whetstone_worker.spec import RunSpec


@dataclass(frozen=True)
class AttemptOutput:
    """Files are prepared in the local ``workspace`` and become readable below ``/output/uri`` when published."""

    artifacts: ArtifactStore
    workspace: Path
    spec: RunSpec

    @property
    def scratch(self) -> Path:
        """Trainer states and adapters that are not part of the output yet."""
        return self.workspace / ".work"

    def uri(self, name: str) -> str:
        """The URI of a relative path."""
        return child(self.spec.output.uri, name)

    def publish(self, name: str) -> None:
        """Publishes a file of the workspace."""
        self.artifacts.publish(self.workspace / name, self.uri(name))

    def put(self, name: str, data: bytes) -> StoredArtifact:
        """Writes a small file."""
        return self.artifacts.put(self.uri(name), [data])

    def delete(self, name: str) -> None:
        """Removes a published file or folder."""
        self.artifacts.delete(self.uri(name))


def open_output(artifacts: ArtifactStore, spec: RunSpec) -> AttemptOutput:
    """The output of an attempt, its workspace ready."""
    return AttemptOutput(artifacts, artifacts.workspace(spec.output.uri), spec)
