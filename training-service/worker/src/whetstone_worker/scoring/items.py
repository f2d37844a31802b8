"""The items of a scoring job: read from JSON lines and encoded as training encodes its rows."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from whetstone_worker.encoding import IGNORED, ChatEncoder
from whetstone_worker.errors import BadInputError
from whetstone_worker.examples import MAX_LINE_BYTES, SftExample

_REASON_CHARACTERS = 300


@dataclass(frozen=True)
class EncodedItem:
    """Token ids of prompt and reference answer; ``scored`` are the positions of the answer's tokens."""

    id: str
    input_ids: list[int]
    scored: list[int]

    @property
    def length(self) -> int:
        """Tokens."""
        return len(self.input_ids)


@dataclass
class EncodedItems:
    """The items that can be scored, in the order of the file, and the reasons for the others by item id."""

    items: list[EncodedItem] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Items of the file."""
        return len(self.items) + len(self.left_out)


def read_items(stream: BinaryIO, source: str) -> Iterator[SftExample]:
    """Reads items one at a time; an error names file and line. Only the last turn, the reference, is scored."""
    number = 0
    while line := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        place = f"{source} line {number}"
        if len(line) > MAX_LINE_BYTES:
            raise _invalid(place, f"is longer than {MAX_LINE_BYTES} bytes")
        if line.strip():
            yield _item(line, place)


def encode_items(items: Iterable[SftExample], encoder: ChatEncoder, longest: int | None) -> EncodedItems:
    """Encodes items; one that the template cannot render, or that is longer than the base takes, is left out."""
    encoded = EncodedItems()
    known: set[str] = set()
    for item in items:
        if item.id in known:
            raise _invalid(f"item {item.id}", "occurs twice")
        known.add(item.id)
        try:
            encoded.items.append(_encoded(item, encoder, longest))
        except _CannotBeScoredError as error:
            encoded.left_out[item.id] = str(error)
    return encoded


class _CannotBeScoredError(Exception):
    """Why one item is left out."""


def _encoded(item: SftExample, encoder: ChatEncoder, longest: int | None) -> EncodedItem:
    try:
        example = encoder.encode(item)
    except BadInputError as error:
        raise _CannotBeScoredError(f"{error.code}: {error.detail}"[:_REASON_CHARACTERS]) from error
    except Exception as error:  # a chat template is a program that can raise anything
        reason = " ".join(str(error).split())
        raise _CannotBeScoredError(
            f"not-rendered: the chat template raised {type(error).__name__}: {reason}"[:_REASON_CHARACTERS]
        ) from error
    scored = [i for i, label in enumerate(example.labels) if label != IGNORED]
    if not scored or scored[0] == 0:
        raise _CannotBeScoredError("no-tokens: the reference answer has no token after a prompt")
    if longest is not None and example.length > longest:
        raise _CannotBeScoredError(f"too-long: {example.length} tokens, the base model takes {longest}")
    return EncodedItem(item.id, example.input_ids, scored)


def _item(line: bytes, place: str) -> SftExample:
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _invalid(place, f"is not JSON ({error})") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("id"), str) or not raw["id"]:
        raise _invalid(place, "is not a JSON object with an id")
    messages, reference, tools = raw.get("messages"), raw.get("reference"), raw.get("tools") or []
    if not isinstance(messages, list) or not all(_is_message(message) for message in messages):
        raise _invalid(place, "has no list of messages")
    if not _is_message(reference) or reference["role"] != "assistant":
        raise _invalid(place, "has no reference that is an assistant turn")
    if not isinstance(tools, list):
        raise _invalid(place, "has tools that are not a list")
    turns = tuple(_without_absent(message) for message in [*messages, reference])
    return SftExample(raw["id"], turns, tuple(tools), frozenset({len(messages)}), 1.0)


def _is_message(message: Any) -> bool:
    return isinstance(message, dict) and isinstance(message.get("role"), str)


def _without_absent(message: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in message.items() if name != "weight" and value is not None}


def _invalid(place: str, problem: str) -> BadInputError:
    return BadInputError("invalid-item", f"{place} {problem}; write the items as scoring-item.v1 defines them")
