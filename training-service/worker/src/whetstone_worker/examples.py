"""SFT examples: reading JSON lines, and turning one conversation into token ids and labels."""

import itertools
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from whetstone_worker.errors import BadInputError

IGNORED = -100
ROLES = frozenset({"system", "developer", "user", "assistant", "tool"})


@dataclass(frozen=True)
class SftExample:
    """A conversation in chat format; only assistant turns listed in ``trained_turns`` bear loss."""

    id: str
    messages: tuple[dict[str, Any], ...]
    tools: tuple[dict[str, Any], ...]
    trained_turns: frozenset[int]
    sample_weight: float


@dataclass(frozen=True)
class EncodedExample:
    """Token ids with one label per token: the id itself where loss is taken, else ``IGNORED``."""

    input_ids: list[int]
    labels: list[int]


def parse_examples(data: bytes, source: str) -> list[SftExample]:
    """Reads JSON lines; an error names file and line."""
    examples = []
    for number, line in enumerate(data.splitlines(), start=1):
        if line.strip():
            examples.append(_parse_line(line, f"{source} line {number}"))
    return examples


def _parse_line(line: bytes, place: str) -> SftExample:
    try:
        raw = json.loads(line)
    except ValueError as error:
        raise _bad(place, f"is not JSON ({error})") from error
    if not isinstance(raw, dict):
        raise _bad(place, "is not a JSON object")
    return parse_example(raw, place)


def parse_example(raw: dict[str, Any], place: str) -> SftExample:
    """Checks one decoded row."""
    messages = raw.get("messages")
    if not isinstance(messages, list) or not messages:
        raise _bad(place, "has no messages")
    trained = frozenset(i for i, message in enumerate(messages) if _bears_loss(message, f"{place} /messages/{i}"))
    if not trained:
        raise _bad(place, "has no assistant turn with weight 1, so nothing to learn from")
    weight = raw.get("sampleWeight", 1.0)
    if not isinstance(weight, int | float) or isinstance(weight, bool) or not 0 <= weight < float("inf"):
        raise _bad(place, f"has sampleWeight {weight!r}, which is no number from 0 up")
    tools = raw.get("tools") or []
    if not isinstance(tools, list):
        raise _bad(place, "has tools that are no list")
    without_weight = tuple({k: v for k, v in m.items() if k != "weight" and v is not None} for m in messages)
    return SftExample(str(raw.get("id", place)), without_weight, tuple(tools), trained, float(weight))


def _bears_loss(message: Any, place: str) -> bool:
    if not isinstance(message, dict) or message.get("role") not in ROLES:
        raise _bad(place, f"has no role of {sorted(ROLES)}")
    content = message.get("content")
    if content is not None and not isinstance(content, str):
        raise _bad(place, "has content that is no string")
    if content is None and not message.get("tool_calls"):
        raise _bad(place, "has neither content nor tool_calls")
    weight = message.get("weight", 1)
    if weight not in (0, 1):
        raise _bad(place, f"has weight {weight!r}; only 0 and 1 are allowed")
    return message["role"] == "assistant" and weight == 1


def _bad(place: str, problem: str) -> BadInputError:
    return BadInputError("invalid-example", f"{place} {problem}; correct the row and cut the batch anew")


class ChatEncoder:
    """Renders conversations with the tokenizer's chat template and finds the tokens of each assistant turn.

    Templates that mark assistant turns with ``{% generation %}`` are asked for their mask. For others the span of a
    turn is what the template adds to the rendered text when the turn is appended, which holds for every template
    that renders a conversation as its turns in order; one that does not is refused rather than mislabelled.
    """

    def __init__(self, tokenizer: Any) -> None:
        if not tokenizer.chat_template:
            raise BadInputError(
                "no-chat-template", "the base model has no chat template; add chat_template.jinja to it"
            )
        self._tokenizer = tokenizer
        self._marked = "generation %}" in tokenizer.chat_template or "generation -%}" in tokenizer.chat_template

    def token_ids(self, messages: Iterable[dict[str, Any]], tools: Iterable[dict[str, Any]] = ()) -> list[int]:
        """Token ids of a whole conversation, as a server renders it without generation prompt."""
        return self._apply(messages, tools, tokenize=True, return_dict=True)["input_ids"]

    def encode(self, example: SftExample) -> EncodedExample:
        """Token ids and labels of one example."""
        spans = self._marked_turns(example) if self._marked else self._grown_turns(example)
        ids, turns = spans
        kept = [turns[i] for i in sorted(example.trained_turns)]
        labels = [IGNORED] * len(ids)
        for start, end in kept:
            labels[start:end] = ids[start:end]
        return EncodedExample(ids, labels)

    def _apply(self, messages: Iterable[dict[str, Any]], tools: Iterable[dict[str, Any]], **options: Any) -> Any:
        return self._tokenizer.apply_chat_template(list(messages), tools=list(tools) or None, **options)

    def _marked_turns(self, example: SftExample) -> tuple[list[int], dict[int, tuple[int, int]]]:
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
            raise BadInputError(
                "unusable-chat-template",
                f"the chat template marks {len(spans)} assistant turns of {len(turns)} in example {example.id}; "
                "put {% generation %} around every assistant turn, its end-of-turn token included",
            )
        return rendered["input_ids"], dict(zip(turns, spans, strict=True))

    def _grown_turns(self, example: SftExample) -> tuple[list[int], dict[int, tuple[int, int]]]:
        def render(count: int, prompt: bool) -> str:
            return self._apply(example.messages[:count], example.tools, tokenize=False, add_generation_prompt=prompt)

        whole = render(len(example.messages), False)
        encoded = self._tokenizer(whole, add_special_tokens=False, return_offsets_mapping=True)
        turns = {}
        for i in example.trained_turns:
            before, after = render(i, True), render(i + 1, False)
            if not (after.startswith(before) and whole.startswith(after)):
                raise BadInputError(
                    "unusable-chat-template",
                    f"the chat template does not render example {example.id} turn by turn; "
                    "put {% generation %} around assistant turns in it",
                )
            turns[i] = _token_span(encoded["offset_mapping"], len(before), len(after.rstrip("\n")))
        return encoded["input_ids"], turns


def _runs(mask: list[int]) -> list[tuple[int, int]]:
    """Start and end of each run of ones."""
    edges = [i for i in range(1, len(mask)) if mask[i] != mask[i - 1]]
    bounds = [0, *edges, len(mask)]
    return [(a, b) for a, b in itertools.pairwise(bounds) if a < b and mask[a]]


def _token_span(offsets: list[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    inside = [i for i, (a, b) in enumerate(offsets) if a >= start and b <= end and b > a]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)
