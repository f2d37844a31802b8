"""The RunSpec: what the control plane asks one attempt to do. Unknown fields are ignored."""

import json
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from whetstone_worker.errors import BadInputError

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Positive = Annotated[int, Field(gt=0)]


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, raw: Any) -> Any:
        return {k: v for k, v in raw.items() if v is not None} if isinstance(raw, dict) else raw


class Artifact(_Part):
    """A file or folder by URI, trusted only when its digest fits."""

    uri: str
    sha256: Sha256


class DatasetRef(Artifact):
    """A JSON-lines file of examples of one form."""

    form: str


class ReplayRef(Artifact):
    """Examples of general skills and the share of the mix that they make up."""

    share: Annotated[float, Field(ge=0, lt=1)]


class Hyperparameters(_Part):
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


class Stage(_Part):
    """One pass over one kind of data."""

    objective: str
    datasets: Annotated[tuple[DatasetRef, ...], Field(min_length=1)]
    validation: tuple[DatasetRef, ...] = ()
    hyperparameters: Hyperparameters


class Lora(_Part):
    """The adapter's shape. ``all-linear`` means every linear layer but the output head."""

    r: Positive
    alpha: Annotated[int | float, Field(gt=0)]
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    target_modules: Annotated[tuple[str, ...], Field(min_length=1)] = ("all-linear",)


class Serving(_Part):
    """Where the model will be served; its tokenizer and template must agree with ours."""

    endpoint: str
    model: str | None = None


class Retention(_Part):
    """Extra protection against forgetting, on top of replay."""

    method: str = "none"
    strength: float = 0.0


class Output(_Part):
    """Where this attempt may write: one folder that carries its fence."""

    uri: str


class Limits(_Part):
    """When an attempt is too dear to go on; no value means no limit."""

    max_seconds: Annotated[float, Field(gt=0)] | None = None
    max_gpu_seconds: Annotated[float, Field(gt=0)] | None = None


class Callback(_Part):
    """The control plane's base URL for status reports."""

    url: str | None = None


class RunSpec(_Part):
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

    @property
    def stage(self) -> Stage:
        """The one stage this worker trains; ``parse`` made sure that there is exactly one."""
        return self.stages[0]


def parse(raw: Any) -> RunSpec:
    """Checks a decoded RunSpec; raises ``BadInputError`` that names each wrong field and its remedy."""
    try:
        spec = RunSpec.model_validate(raw)
    except ValidationError as error:
        raise BadInputError("invalid-run-spec", _explain(error)) from error
    _require_supported(spec)
    return spec


def load(path: Path) -> RunSpec:
    """Reads and checks a RunSpec file."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInputError(
            "invalid-run-spec", f"{path} cannot be read: {error.strerror}; give --spec a file"
        ) from error
    except ValueError as error:
        raise BadInputError("invalid-run-spec", f"{path} is not JSON: {error}; write the RunSpec anew") from error
    return parse(raw)


def _explain(error: ValidationError) -> str:
    def line(problem: Any) -> str:
        pointer = "/" + "/".join(str(part) for part in problem["loc"])
        if problem["type"] == "missing":
            return f"{pointer} is missing; add it as run-spec.v1 says"
        return f"{pointer}: {problem['msg']} (found {_short(problem['input'])}); correct it as run-spec.v1 says"

    return "; ".join(line(problem) for problem in error.errors())


def _short(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004 - a message stays one line


def _require_supported(spec: RunSpec) -> None:
    for index, stage in enumerate(spec.stages):
        if stage.objective != "sft":
            raise BadInputError(
                "unsupported-objective",
                f"/stages/{index}/objective is {stage.objective!r}; this worker trains 'sft' only: remove the stage",
            )
        for name, refs in (("datasets", stage.datasets), ("validation", stage.validation)):
            for position, ref in enumerate(refs):
                if ref.form != "sft":
                    raise BadInputError(
                        "unsupported-form",
                        f"/stages/{index}/{name}/{position}/form is {ref.form!r}; an sft stage reads 'sft'",
                    )
    if len(spec.stages) > 1:
        raise BadInputError(
            "unsupported-stages", "/stages has more than one stage; merge the sft datasets into one stage"
        )
    if spec.retention.method != "none":
        raise BadInputError(
            "unsupported-retention",
            f"/retention/method is {spec.retention.method!r}; this worker knows 'none' (use replay to retain skills)",
        )
