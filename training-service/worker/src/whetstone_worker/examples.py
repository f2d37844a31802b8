"""SFT examples: conversations in chat format, read from JSON lines."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from whetstone_worker.errors import BadInputError

ROLES = frozenset({"system", "developer", "user", "assistant", "tool"})
MAX_LINE_BYTES = 64 << 20


@dataclass(frozen=True)
class SftExample:
    """A conversation in chat format; only assistant turns listed in ``trained_turns`` contribute to the loss.

    Messages and tools are as they were sent: keys in their order, nulls in place, ``content`` null beside tool calls.
    """

    id: str
    messages: tuple[dict[str, Any], ...]
    tools: tuple[dict[str, Any], ...]
    trained_turns: frozenset[int]
    sample_weight: float


def read_examples(stream: BinaryIO, source: str) -> Iterator[SftExample]:
    """Reads JSON lines one at a time; an error names file and line."""
    for raw, place in json_lines(stream, source, invalid_example):
        yield parse_example(raw, place)


def json_lines(
    stream: BinaryIO, source: str, invalid: Callable[[str, str], BadInputError]
) -> Iterator[tuple[dict[str, Any], str]]:
    """The objects of a JSON-lines file, one at a time, each with file and line.

    ``invalid`` makes the error of a line from its place and what is wrong with it.
    """
    number = 0
    while line := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        place = f"{source} line {number}"
        if len(line) > MAX_LINE_BYTES:
            raise invalid(place, f"is longer than {MAX_LINE_BYTES} bytes")
        if line.strip():
            yield _decoded(line, place, invalid), place


def _decoded(line: bytes, place: str, invalid: Callable[[str, str], BadInputError]) -> dict[str, Any]:
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise invalid(place, f"is not JSON ({error})") from error
    if not isinstance(raw, dict):
        raise invalid(place, "is not a JSON object")
    return raw


def parse_example(raw: dict[str, Any], place: str) -> SftExample:
    """Checks one decoded row."""
    messages = raw.get("messages")
    if not isinstance(messages, list) or not messages:
        raise invalid_example(place, "has no messages")
    trained = frozenset(i for i, message in enumerate(messages) if _is_trained(message, f"{place} /messages/{i}"))
    if not trained:
        raise invalid_example(place, "has no assistant turn with weight 1, so there is nothing to learn from it")
    weight = raw.get("sampleWeight", 1.0)
    if not isinstance(weight, int | float) or isinstance(weight, bool) or not 0 <= weight < float("inf"):
        raise invalid_example(place, f"has sampleWeight {weight!r}, which is not a finite number of at least 0")
    tools = raw.get("tools") or []
    if not isinstance(tools, list):
        raise invalid_example(place, "has tools that are not a list")
    return SftExample(
        str(raw.get("id", place)), tuple(map(_without_weight, messages)), tuple(tools), trained, float(weight)
    )


def _without_weight(message: dict[str, Any]) -> dict[str, Any]:
    """The message as a server gets it: absent and null content are the same, other nulls are absent fields."""
    kept = {k: v for k, v in message.items() if k != "weight" and (v is not None or k == "content")}
    return kept if "content" in kept else {**kept, "content": None}


def _is_trained(message: Any, place: str) -> bool:
    if not isinstance(message, dict) or message.get("role") not in ROLES:
        raise invalid_example(place, f"has no role out of {sorted(ROLES)}")
    content = message.get("content")
    if content is not None and not isinstance(content, str):
        raise invalid_example(place, "has content that is not a string")
    if content is None and not message.get("tool_calls"):
        raise invalid_example(place, "has neither content nor tool_calls")
    weight = message.get("weight", 1)
    if weight not in (0, 1):
        raise invalid_example(place, f"has weight {weight!r}; only 0 and 1 are allowed")
    return message["role"] == "assistant" and weight == 1


def invalid_example(place: str, problem: str) -> BadInputError:
    """The error of a row that cannot be used."""
    return BadInputError("invalid-example", f"{place} {problem}; correct the row and cut the batch again")
