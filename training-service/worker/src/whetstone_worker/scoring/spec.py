"""The ScoringSpec: what one attempt of a scoring job does, as the control plane writes it."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator

from whetstone_worker.spec import Artifact, Callback, Output, Positive, Sha256, SpecPart, decoded, validated

_NAME = Annotated[str, StringConstraints(min_length=1)]


class ScoredBase(Artifact):
    """The base model; its chat template renders the items."""

    chat_template_sha256: Sha256 | None = None


class ScoredAdapter(Artifact):
    """An adapter in PEFT layout that is scored besides the base."""

    checkpoint_id: _NAME


class ScoringSpec(SpecPart):
    """Everything one attempt needs; see the JSON Schema ``scoring-spec.v1`` in the contracts module."""

    job_id: _NAME
    attempt: _NAME
    fence: Annotated[int, Field(ge=0)]
    base_model: ScoredBase
    items: Artifact
    adapters: tuple[ScoredAdapter, ...] = ()
    max_batch_tokens: Positive
    output: Output
    callback: Callback | None = None

    @model_validator(mode="after")
    def _adapters_differ(self) -> "ScoringSpec":
        names = [adapter.checkpoint_id for adapter in self.adapters]
        if len(set(names)) < len(names):
            raise ValueError("the checkpoint ids under /adapters must differ")
        return self


def parse(raw: Any) -> ScoringSpec:
    """Checks a decoded ScoringSpec; raises ``BadInputError`` with the place and the remedy of every fault."""
    return validated(ScoringSpec, raw, "scoring-spec")


def load(path: Path) -> ScoringSpec:
    """Reads and checks a ScoringSpec file."""
    return parse(decoded(path, "scoring-spec"))
