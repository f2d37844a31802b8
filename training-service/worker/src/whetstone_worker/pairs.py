"""Preference rows: a prompt with a better and a worse answer, read from JSON lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from whetstone_worker.examples import SftExample, invalid_example, json_lines, parse_example


@dataclass(frozen=True)
class PreferencePair:
    """Two conversations with the same prompt that end with the better and the worse answer."""

    chosen: SftExample
    rejected: SftExample

    @property
    def id(self) -> str:
        """Names the row in errors."""
        return self.chosen.id

    @property
    def messages(self) -> tuple[dict[str, Any], ...]:
        """The conversation with the better answer."""
        return self.chosen.messages

    @property
    def tools(self) -> tuple[dict[str, Any], ...]:
        """The tools that the conversation may use."""
        return self.chosen.tools

    @property
    def sample_weight(self) -> float:
        """How often the row is taken per epoch, on average and before clipping."""
        return self.chosen.sample_weight


def read_pairs(stream: BinaryIO, source: str) -> Iterator[PreferencePair]:
    """Reads JSON lines one at a time; an error names file and line."""
    for raw, place in json_lines(stream, source, invalid_example):
        yield parse_pair(raw, place)


def parse_pair(raw: dict[str, Any], place: str) -> PreferencePair:
    """Checks one decoded row; each side must be one assistant turn."""
    prompt = raw.get("prompt")
    if not isinstance(prompt, list) or not prompt or not all(isinstance(message, dict) for message in prompt):
        raise invalid_example(place, "has no prompt that is a list of messages")
    sides = []
    for name in ("chosen", "rejected"):
        side = raw.get(name)
        if not isinstance(side, list) or len(side) != 1 or not isinstance(side[0], dict):
            raise invalid_example(place, f"has no {name} that is a list of one message")
        if side[0].get("role") != "assistant":
            raise invalid_example(place, f"has a message under /{name} that is not an assistant turn")
        turns = [*({**message, "weight": 0} for message in prompt), {**side[0], "weight": 1}]
        row = {"id": raw.get("id", place), "messages": turns, "tools": raw.get("tools")}
        sides.append(parse_example(row | _weight(raw), f"{place} /{name}"))
    return PreferencePair(*sides)


def _weight(raw: dict[str, Any]) -> dict[str, Any]:
    return {"sampleWeight": raw["sampleWeight"]} if "sampleWeight" in raw else {}
