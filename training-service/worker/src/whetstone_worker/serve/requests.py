"""Request bodies, in the names of OpenAI's API and of vLLM's extensions. Fields that are not known are ignored."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

Top = Annotated[int, Field(ge=0, le=20)]
NonNegative = Annotated[int, Field(ge=0)]


class Body(BaseModel):
    """A JSON object; null means not given."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, raw: Any) -> Any:
        return {k: v for k, v in raw.items() if v is not None} if isinstance(raw, dict) else raw


class Decoding(Body):
    """What chat and plain completions share."""

    model: str | None = None
    temperature: Annotated[float, Field(ge=0, le=10)] = 1.0
    top_p: Annotated[float, Field(gt=0, le=1)] = 1.0
    seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    n: Annotated[int, Field(ge=1, le=1)] = 1
    stop: str | list[str] = []
    stream: bool = False
    ignore_eos: bool = False
    prompt_logprobs: Top | None = None

    @property
    def stops(self) -> tuple[str, ...]:
        """The stop texts, as one kind of thing."""
        return (self.stop,) if isinstance(self.stop, str) else tuple(self.stop)


class ChatRequest(Decoding):
    """Body of ``POST /v1/chat/completions``."""

    messages: Annotated[list[dict[str, Any]], Field(min_length=1)]
    tools: list[dict[str, Any]] = []
    max_tokens: NonNegative | None = None
    max_completion_tokens: NonNegative | None = None
    logprobs: bool = False
    top_logprobs: Top = 0


class CompletionRequest(Decoding):
    """Body of ``POST /v1/completions``."""

    prompt: str | list[int] | list[str] | list[list[int]]
    max_tokens: NonNegative = 16
    echo: bool = False
    logprobs: Top | None = None


class TokenizeRequest(Body):
    """Body of ``POST /tokenize``: a prompt or messages."""

    model: str | None = None
    prompt: str | None = None
    messages: list[dict[str, Any]] | None = None
    tools: list[dict[str, Any]] = []
    add_generation_prompt: bool = True
    add_special_tokens: bool = True

    @model_validator(mode="after")
    def _one_of_two(self) -> "TokenizeRequest":
        if (self.prompt is None) == (self.messages is None):
            raise ValueError("give exactly one of prompt and messages")
        return self


class LoadAdapterRequest(Body):
    """Body of ``POST /v1/load_lora_adapter``."""

    lora_name: Annotated[str, Field(min_length=1, pattern=r"^[A-Za-z0-9._:/-]+$")]
    lora_path: Annotated[str, Field(min_length=1)]


class UnloadAdapterRequest(Body):
    """Body of ``POST /v1/unload_lora_adapter``."""

    lora_name: Annotated[str, Field(min_length=1)]
