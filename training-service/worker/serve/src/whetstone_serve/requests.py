"""Request bodies, in the names of OpenAI's API and of vLLM's extensions.

Unknown fields are ignored. Known fields that would change the answer but are not supported are refused.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from whetstone_serve.faults import bad_request

Top = Annotated[int, Field(ge=0, le=20)]
NonNegative = Annotated[int, Field(ge=0)]


class Body(BaseModel):
    """A JSON object; null is the same as absent."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, raw: Any) -> Any:
        return {k: v for k, v in raw.items() if v is not None} if isinstance(raw, dict) else raw


class StreamOptions(Body):
    """What a stream contains besides the text."""

    include_usage: bool = False


class Decoding(Body):
    """What chat and plain completions share."""

    # The values at which an unsupported field has no effect; any other value is refused.
    unsupported: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "best_of": (1,),
        "frequency_penalty": (0,),
        "presence_penalty": (0,),
        "repetition_penalty": (1,),
        "length_penalty": (1,),
        "top_k": (0, -1),
        "min_p": (0,),
        "min_tokens": (0,),
        "use_beam_search": (False,),
        "logit_bias": ({},),
        "bad_words": ([],),
        "stop_token_ids": ([],),
        "allowed_token_ids": (),
        "response_format": ({"type": "text"},),
        "structured_outputs": (),
        "guided_json": (),
        "guided_regex": (),
        "guided_choice": (),
        "guided_grammar": (),
        "suffix": ("",),
        "prompt_logprobs": (),
    }

    model: str | None = None
    temperature: Annotated[float, Field(ge=0, le=10)] = 1.0
    top_p: Annotated[float, Field(gt=0, le=1)] = 1.0
    seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    n: Annotated[int, Field(ge=1, le=1)] = 1
    stop: str | list[str] = []
    stream: bool = False
    ignore_eos: bool = False
    stream_options: StreamOptions = StreamOptions()

    @model_validator(mode="before")
    @classmethod
    def _refuse_unsupported(cls, raw: Any) -> Any:
        for field, neutral in cls.unsupported.items() if isinstance(raw, dict) else ():
            value = raw.get(field)
            if value is not None and value not in neutral:
                raise bad_request("unsupported", f"{field} is not supported; leave it out", field)
        return raw

    @property
    def stops(self) -> tuple[str, ...]:
        """The stop texts as a tuple."""
        return (self.stop,) if isinstance(self.stop, str) else tuple(self.stop)


class ChatRequest(Decoding):
    """Body of ``POST /v1/chat/completions``."""

    unsupported: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        **Decoding.unsupported,
        "tool_choice": ("auto", "none"),
        "functions": ([],),
        "function_call": ("auto", "none"),
        "continue_final_message": (False,),
        "add_generation_prompt": (True,),
        "chat_template": (),
        "chat_template_kwargs": ({},),
    }
    messages: Annotated[list[dict[str, Any]], Field(min_length=1)]
    tools: list[dict[str, Any]] = []
    tool_choice: str = "auto"
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
            raise ValueError("send exactly one of prompt and messages")
        return self


class LoadAdapterRequest(Body):
    """Body of ``POST /v1/load_lora_adapter``."""

    lora_name: Annotated[str, Field(min_length=1, pattern=r"^[A-Za-z0-9._:/-]+$")]
    lora_path: Annotated[str, Field(min_length=1)]


class UnloadAdapterRequest(Body):
    """Body of ``POST /v1/unload_lora_adapter``."""

    lora_name: Annotated[str, Field(min_length=1)]


def plain_message(message: dict[str, Any], index: int) -> dict[str, Any]:
    """A chat message as chat templates require it; raises a 400 ``RequestError``.

    As in vLLM, text parts are joined by line breaks, absent or null is empty text where the assistant called tools, and
    the arguments of tool calls are decoded.
    """
    calls = message.get("tool_calls")
    if isinstance(calls, list) and calls:
        message = {**message, "tool_calls": [_with_decoded_arguments(call) for call in calls]}
    wrong = bad_request("bad_message", f"messages[{index}] needs a role and content that is text", "messages")
    if not isinstance(message.get("role"), str):
        raise wrong
    content = message.get("content")
    if content is None and message["role"] == "assistant" and message.get("tool_calls"):
        return {**message, "content": ""}
    if isinstance(content, list):
        parts = [
            part.get("text") if isinstance(part, dict) and part.get("type") == "text" else None for part in content
        ]
        if not parts or not all(isinstance(part, str) for part in parts):
            raise bad_request(
                "unsupported",
                f"messages[{index}] has content parts that are not text; send text parts only",
                "messages",
            )
        return {**message, "content": "\n".join(parts)}
    if not isinstance(content, str):
        raise wrong
    return message


def _with_decoded_arguments(call: Any) -> Any:
    """As vLLM, with an empty object for what is not a JSON object."""
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict):
        return call
    arguments = function.get("arguments")
    try:
        decoded = json.loads(arguments) if isinstance(arguments, str) else arguments
    except ValueError:
        decoded = None
    return {**call, "function": {**function, "arguments": decoded if isinstance(decoded, dict) else {}}}
