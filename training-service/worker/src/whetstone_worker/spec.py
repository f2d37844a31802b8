"""The RunSpec: what one attempt does, as the control plane writes it. Unknown fields are ignored."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from whetstone_worker.errors import BadInputError
from whetstone_worker.objective.registry import OBJECTIVES
from whetstone_worker.retention.methods import METHODS

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Positive = Annotated[int, Field(gt=0)]


class SpecPart(BaseModel):
    """A part of a spec: names in camel case, unknown fields ignored, null treated as absent."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, raw: Any) -> Any:
        return {k: v for k, v in raw.items() if v is not None} if isinstance(raw, dict) else raw


Spec = TypeVar("Spec", bound=SpecPart)


class Artifact(SpecPart):
    """A file or folder by URI, used only when its digest matches."""

    uri: str
    sha256: Sha256


class DatasetRef(Artifact):
    """A JSON-lines file of examples of one form."""

    form: str


class ReplayRef(Artifact):
    """Examples of general skills and their share of the final mix."""

    share: Annotated[float, Field(ge=0, lt=1)]


class Hyperparameters(SpecPart):
    """How a stage trains. ``batch_size`` is the effective batch in examples."""

    epochs: Annotated[int | float, Field(gt=0)]
    batch_size: Positive
    micro_batch_size: Positive | None = None
    learning_rate: Annotated[float, Field(gt=0)]
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    warmup_ratio: Annotated[float, Field(ge=0, lt=1)] = 0.0
    packing: bool = False
    early_stopping: bool = False

    @model_validator(mode="after")
    def _micro_batch_divides_batch(self) -> "Hyperparameters":
        if self.batch_size % self.effective_micro_batch:
            raise ValueError(f"microBatchSize {self.micro_batch_size} must divide batchSize {self.batch_size}")
        return self

    @property
    def effective_micro_batch(self) -> int:
        """Examples per forward pass."""
        return self.micro_batch_size or self.batch_size


class Stage(SpecPart):
    """One objective over some rows. Stages run in order, each on the adapter of the one before."""

    objective: str
    datasets: Annotated[tuple[DatasetRef, ...], Field(min_length=1)]
    validation: tuple[DatasetRef, ...] = ()
    hyperparameters: Hyperparameters


class Lora(SpecPart):
    """The adapter's shape. ``all-linear`` means every linear layer except the output head."""

    r: Positive
    alpha: Annotated[int | float, Field(gt=0)]
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    target_modules: Annotated[tuple[str, ...], Field(min_length=1)] = ("all-linear",)


class Serving(SpecPart):
    """The model server that will serve the adapter; it must render and tokenize as training does.

    ``credentials`` refers to its API key; the key itself is in the environment.
    """

    endpoint: str
    model: str | None = None
    credentials: str | None = None


class Retention(SpecPart):
    """The method against forgetting besides replay."""

    method: str = "none"
    strength: float = 0.0


class Output(SpecPart):
    """The folder that this attempt writes to; no other attempt does."""

    uri: str


class Limits(SpecPart):
    """Wall-clock and accelerator seconds after which an attempt ends; None means no limit."""

    max_seconds: Annotated[float, Field(gt=0)] | None = None
    max_gpu_seconds: Annotated[float, Field(gt=0)] | None = None


class Callback(SpecPart):
    """The control plane's base URL for status reports."""

    url: str | None = None


class RunSpec(SpecPart):
    """Everything one attempt needs; see the JSON Schema ``run-spec.v1`` in the contracts module."""

    run_id: Annotated[str, StringConstraints(min_length=1)]
    attempt: Annotated[str, StringConstraints(min_length=1)]
    fence: Annotated[int, Field(ge=0)]
    base_model: Artifact
    chat_template_sha256: Sha256 | None = None
    init_adapter: Artifact | None = None
    replay: tuple[ReplayRef, ...] = ()
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]
    lora: Lora
    max_sequence_length: Annotated[int, Field(ge=8)]
    seed: Annotated[int, Field(ge=0, lt=2**32)]
    serving: Serving | None = None
    retention: Retention = Retention()
    resume_from: Artifact | None = None
    output: Output
    limits: Limits = Limits()
    callback: Callback | None = None
    resume_every_steps: Positive = 20

    @model_validator(mode="after")
    def _shares_leave_room(self) -> "RunSpec":
        if sum(part.share for part in self.replay) >= 1:
            raise ValueError("the shares under /replay must add up to less than 1")
        return self


def parse(raw: Any) -> RunSpec:
    """Checks a decoded RunSpec; raises ``BadInputError`` with the place and the remedy of every fault."""
    spec = validated(RunSpec, raw, "run-spec")
    _require_supported(spec)
    return spec


def load(path: Path) -> RunSpec:
    """Reads and checks a RunSpec file."""
    return parse(decoded(path, "run-spec"))


def validated(kind: type[Spec], raw: Any, schema: str) -> Spec:
    """A decoded spec as a record; ``schema`` names its JSON Schema in messages."""
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        raise BadInputError(f"invalid-{schema}", _explain(error, f"{schema}.v1")) from error


def decoded(path: Path, schema: str) -> Any:
    """The JSON of a spec file."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInputError(
            f"invalid-{schema}", f"{path} cannot be read: {error.strerror}; set --spec to a file of {schema}.v1"
        ) from error
    except ValueError as error:
        raise BadInputError(f"invalid-{schema}", f"{path} is not JSON: {error}; write the file again") from error


def _explain(error: ValidationError, schema: str) -> str:
    def line(problem: Any) -> str:
        pointer = "/" + "/".join(str(part) for part in problem["loc"])
        if problem["type"] == "missing":
            return f"{pointer} is missing; add it as {schema} defines it"
        return f"{pointer}: {problem['msg']} (found {_short(problem['input'])}); correct it as {schema} defines it"

    return "; ".join(line(problem) for problem in error.errors())


def _short(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004 - a message stays one line


def _require_supported(spec: RunSpec) -> None:
    for index, stage in enumerate(spec.stages):
        _require_supported_stage(stage, f"/stages/{index}")
    if spec.retention.method not in METHODS:
        raise BadInputError(
            "unsupported-retention",
            f"/retention/method is {spec.retention.method!r}; this version has {_listed(METHODS)}: "
            "use one of them, and replay sets to keep skills",
        )


def _require_supported_stage(stage: Stage, place: str) -> None:
    entry = OBJECTIVES.get(stage.objective)
    if entry is None:
        raise BadInputError(
            "unsupported-objective",
            f"{place}/objective is {stage.objective!r}; this version has {_listed(OBJECTIVES)}: "
            "use one of them or remove the stage",
        )
    for name, references in (("datasets", stage.datasets), ("validation", stage.validation)):
        for position, reference in enumerate(references):
            if reference.form != entry.form:
                raise BadInputError(
                    "unsupported-form",
                    f"{place}/{name}/{position}/form is {reference.form!r}; the objective {stage.objective!r} reads "
                    f"{entry.form!r}: use rows of that form or remove the file",
                )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in sorted(names))
