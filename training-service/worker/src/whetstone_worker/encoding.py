"""Turns a conversation into token ids and labels, with the base model's chat template."""

import itertools
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from whetstone_worker.control_tokens import ControlTokens
from whetstone_worker.errors import BadInputError, RowRefusedError
from whetstone_worker.examples import SftExample

IGNORED = -100


@dataclass(frozen=True)
class EncodedExample:
    """Token ids with one label per token: the id itself where loss is computed, else ``IGNORED``."""

    input_ids: list[int]
    labels: list[int]

    @property
    def length(self) -> int:
        """Tokens."""
        return len(self.input_ids)


class ChatEncoder:
    """Renders conversations with the tokenizer's chat template and finds the tokens of each assistant turn.

    A template that marks assistant turns with ``{% generation %}`` returns a mask of their tokens. For any other
    template the span of a turn is what the rendered text gains when the turn is appended. That is correct for every
    template that renders a conversation as its turns in order. A row that the template does not render so, or not at
    all, is refused with ``RowRefusedError``: its labels would be wrong.
    """

    def __init__(self, tokenizer: Any) -> None:
        if not tokenizer.chat_template:
            raise BadInputError(
                "no-chat-template", "the base model has no chat template; add chat_template.jinja to it"
            )
        self._tokenizer = tokenizer
        self._control_tokens = ControlTokens(tokenizer)
        self._marked = "generation %}" in tokenizer.chat_template or "generation -%}" in tokenizer.chat_template

    def token_ids(self, messages: Iterable[dict[str, Any]], tools: Iterable[dict[str, Any]] = ()) -> list[int]:
        """Token ids of a whole conversation, as a server renders it without a generation prompt."""
        return self._apply(messages, tools, tokenize=True, return_dict=True)["input_ids"]

    def encode(self, example: SftExample) -> EncodedExample:
        """Token ids and labels of one example; raises ``RowRefusedError`` when the base cannot take it."""
        self._control_tokens.require_none(example)
        self._require_tool_calls(example)
        ids, turns = self._masked_turns(example) if self._marked else self._appended_turns(example)
        labels = [IGNORED] * len(ids)
        for turn in sorted(example.trained_turns):
            start, end = turns[turn]
            labels[start:end] = ids[start:end]
        if all(label == IGNORED for label in labels):
            raise RowRefusedError(
                "nothing-to-learn", "the chat template renders no token of its assistant turns with weight 1"
            )
        return EncodedExample(ids, labels)

    def _apply(self, messages: Iterable[dict[str, Any]], tools: Iterable[dict[str, Any]], **options: Any) -> Any:
        conversation = [_as_served(message) for message in messages]
        try:
            return self._tokenizer.apply_chat_template(conversation, tools=list(tools) or None, **options)
        except MemoryError:
            raise
        except Exception as error:  # a template may raise any exception about messages that it cannot render
            raise RowRefusedError(
                "template-refuses", f"the chat template cannot render it: {type(error).__name__}: {error}"
            ) from error

    def _require_tool_calls(self, example: SftExample) -> None:
        """Refuses tool calls of which the template prints nothing: the model would learn to answer with silence."""
        for turn in sorted(example.trained_turns):
            if not example.messages[turn].get("tool_calls"):
                continue
            upto = example.messages[: turn + 1]
            without = [*upto[:-1], {k: v for k, v in upto[-1].items() if k != "tool_calls"}]
            rendered = self._apply(upto, example.tools, tokenize=False)
            try:
                silent = rendered == self._apply(without, example.tools, tokenize=False)
            except RowRefusedError:
                continue
            if silent:
                raise RowRefusedError(
                    "template-drops-tool-calls", f"the chat template prints nothing of /messages/{turn}/tool_calls"
                )

    def _masked_turns(self, example: SftExample) -> tuple[list[int], dict[int, tuple[int, int]]]:
        rendered = self._apply(
            example.messages,
            example.tools,
            tokenize=True,
            return_dict=True,
            return_assistant_tokens_mask=True,
        )
        spans = _runs(rendered["assistant_masks"])
        turns = [i for i, message in enumerate(example.messages) if message["role"] == "assistant"]
        if len(spans) != len(turns):
            raise RowRefusedError(
                "unusable-chat-template",
                f"the chat template marks {len(spans)} assistant turns of {len(turns)}; "
                "put {% generation %} around every assistant turn, including its end-of-turn token",
            )
        return rendered["input_ids"], dict(zip(turns, spans, strict=True))

    def _appended_turns(self, example: SftExample) -> tuple[list[int], dict[int, tuple[int, int]]]:
        def render(count: int, prompt: bool) -> str:
            return self._apply(example.messages[:count], example.tools, tokenize=False, add_generation_prompt=prompt)

        whole = render(len(example.messages), False)
        encoded = self._tokenizer(whole, add_special_tokens=False, return_offsets_mapping=True)
        turns = {}
        for i in example.trained_turns:
            before, after = render(i, True), render(i + 1, False)
            if not (after.startswith(before) and whole.startswith(after)):
                raise RowRefusedError(
                    "unusable-chat-template",
                    "the chat template does not render it turn by turn; "
                    "put {% generation %} around its assistant turns",
                )
            turns[i] = _token_span(encoded["offset_mapping"], len(before), len(after.rstrip("\n")))
        return encoded["input_ids"], turns


def _as_served(message: dict[str, Any]) -> dict[str, Any]:
    """As vLLM and the demo's server give a message to the template.

    Without content its text is empty, and the arguments of tool calls are decoded, as templates expect them.
    """
    served = {**message, "content": ""} if message.get("content") is None else message
    calls = served.get("tool_calls")
    return {**served, "tool_calls": [_with_decoded_arguments(call) for call in calls]} if calls else served


def _with_decoded_arguments(call: dict[str, Any]) -> dict[str, Any]:
    function = call.get("function") or {}
    arguments = function.get("arguments") or "{}"
    try:
        decoded = json.loads(arguments) if isinstance(arguments, str) else arguments
    except ValueError as error:
        raise RowRefusedError("tool-arguments", f"the arguments of a tool call are not JSON: {error}") from error
    if not isinstance(decoded, dict):
        raise RowRefusedError("tool-arguments", "the arguments of a tool call are not a JSON object")
    return {**call, "function": {**function, "arguments": decoded}}


def _runs(mask: list[int]) -> list[tuple[int, int]]:
    """Start and end of each run of ones."""
    edges = [i for i in range(1, len(mask)) if mask[i] != mask[i - 1]]
    bounds = [0, *edges, len(mask)]
    return [(a, b) for a, b in itertools.pairwise(bounds) if a < b and mask[a]]


def _token_span(offsets: list[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    inside = [i for i, (a, b) in enumerate(offsets) if a >= start and b <= end and b > a]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)
