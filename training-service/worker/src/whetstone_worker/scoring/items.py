"""The items of a scoring job: read from JSON lines and encoded as training encodes its rows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from whetstone_worker.encoding import IGNORED, ChatEncoder
from whetstone_worker.errors import BadInputError
from whetstone_worker.examples import json_lines, parse_example

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


@dataclass(frozen=True)
class Item:
    """A question with its reference answer as a training row, in which the reference alone has weight 1."""

    id: str
    place: str
    row: dict[str, Any]


def read_items(stream: BinaryIO, source: str) -> Iterator[Item]:
    """Reads items one at a time; an error names file and line."""
    for raw, place in json_lines(stream, source, _invalid):
        yield _item(raw, place)


def encode_items(items: Iterable[Item], encoder: ChatEncoder, longest: int | None) -> EncodedItems:
    """Encodes items; one that the template cannot render, or that is longer than the base takes, is left out."""
    encoded = EncodedItems()
    known: set[str] = set()
    for item in items:
        if item.id in known:
            raise _invalid(item.place, f"repeats the id {item.id!r}")
        known.add(item.id)
        try:
            encoded.items.append(_encoded(item, encoder, longest))
        except _CannotBeScoredError as error:
            encoded.left_out[item.id] = str(error)
    return encoded


class _CannotBeScoredError(Exception):
    """Why one item is left out."""


def _encoded(item: Item, encoder: ChatEncoder, longest: int | None) -> EncodedItem:
    try:
        # One answer has weight 1, so that there is one sequence.
        (example,) = encoder.encode(parse_example(item.row, item.place))
    except MemoryError:
        raise
    except Exception as error:  # a chat template is a program that can raise anything
        code = getattr(error, "code", "not-rendered")
        detail = getattr(error, "detail", f"the chat template raised {type(error).__name__}: {error}")
        raise _CannotBeScoredError(f"{code}: {' '.join(str(detail).split())}"[:_REASON_CHARACTERS]) from error
    scored = [i for i, label in enumerate(example.labels) if label != IGNORED]
    if not scored or scored[0] == 0:
        raise _CannotBeScoredError("no-tokens: the reference answer has no token after a prompt")
    if longest is not None and example.length > longest:
        raise _CannotBeScoredError(f"too-long: {example.length} tokens, the base model takes {longest}")
    return EncodedItem(item.id, example.input_ids, scored)


def _item(raw: dict[str, Any], place: str) -> Item:
    if not isinstance(raw.get("id"), str) or not raw["id"]:
        raise _invalid(place, "is not a JSON object with an id")
    messages, reference = raw.get("messages"), raw.get("reference")
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise _invalid(place, "has no list of messages")
    if not isinstance(reference, dict) or reference.get("role") != "assistant":
        raise _invalid(place, "has no reference that is an assistant turn")
    turns = [*({**message, "weight": 0} for message in messages), {**reference, "weight": 1}]
    return Item(raw["id"], place, {"id": raw["id"], "messages": turns, "tools": raw.get("tools")})


def _invalid(place: str, problem: str) -> BadInputError:
    return BadInputError("invalid-item", f"{place} {problem}; write the items as scoring-item.v1 defines them")
