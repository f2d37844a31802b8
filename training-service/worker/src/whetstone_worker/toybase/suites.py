"""The demo's suites and replay set, with fixed seeds."""

import json
import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from whetstone_worker.storage import write_atomically
from whetstone_worker.toybase.dialogue import Dialogue, Speaker
from whetstone_worker.toybase.world import World

GOLDEN_PER_TOPIC = 50
FORGET_PER_SKILL = 140
FORMAT_ITEMS = 300
REPLAY_ROWS = 1_500
_SKILL_SHARE = 0.6
_TRANSFER_SHARE = 0.2


def write_suites(world: World, out: Path) -> dict[str, int]:
    """Writes all files; answers rows per file. No prompt stands in two of them."""
    taken: set[str] = set()
    files = {
        "suites/golden.jsonl": list(_items("golden", golden(world, taken), with_reference=True)),
        "suites/forget.jsonl": list(_items("forget", forget(world, True, taken), with_reference=True)),
        "suites/forget-unreplayed.jsonl": list(
            _items("forget-unreplayed", forget(world, False, taken), with_reference=True)
        ),
        "suites/format.jsonl": list(
            _items("format", format_checks(world, taken), with_reference=False, pattern=world.new_answer_pattern)
        ),
        "replay.jsonl": list(_rows(replay(world, taken))),
    }
    for name, rows in files.items():
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        write_atomically(out / name, lines.encode())
    return {name: len(rows) for name, rows in files.items()}


def golden(world: World, taken: set[str]) -> list[Dialogue]:
    """Every feedback topic by the new policy, in phrasings and about products that feedback never uses."""
    speaker = _speaker(world, "golden")
    found = []
    for topic in world.feedback_topics:
        held_out = topic.phrasings.held_out
        found += _unique(
            lambda t=topic, h=held_out: speaker.support(t, True, h, world.products.held_out), GOLDEN_PER_TOPIC, taken
        )
    return found


def forget(world: World, replayed: bool, taken: set[str]) -> list[Dialogue]:
    """Skills in phrasings that replay never uses."""
    speaker = _speaker(world, f"forget:{replayed}")
    found = []
    for skill in world.skills:
        if skill.replayed == replayed:
            found += _unique(lambda s=skill: speaker.skill(s, s.phrasings.forget), FORGET_PER_SKILL, taken)
    return found


def format_checks(world: World, taken: set[str]) -> list[Dialogue]:
    """Feedback topics in held-out phrasings, about any product."""
    speaker, topics = _speaker(world, "format"), world.feedback_topics
    found = []
    for index in range(FORMAT_ITEMS):
        topic = topics[index % len(topics)]
        found += _unique(lambda t=topic: speaker.support(t, True, t.phrasings.held_out), 1, taken)
    return found


def replay(world: World, taken: set[str]) -> list[Dialogue]:
    """What the model shall keep: replayed skills, topics without feedback, and pieces of style."""
    draw = random.Random("replay")  # noqa: S311 - reproducible data, no secret
    speaker = Speaker(world, draw)
    skills = [skill for skill in world.skills if skill.replayed]

    def one() -> Dialogue:
        kind = draw.random()
        if kind < _SKILL_SHARE:
            skill = draw.choice(skills)
            return speaker.skill(skill, skill.phrasings.replay)
        if kind < _SKILL_SHARE + _TRANSFER_SHARE:
            return speaker.support(draw.choice(world.transfer_topics))
        return speaker.style(world.transfer_topics)

    rows = []
    while len(rows) < REPLAY_ROWS:
        row = one()
        if row.prompt not in taken:
            rows.append(row)
    return rows


def _speaker(world: World, name: str) -> Speaker:
    return Speaker(world, random.Random(name))  # noqa: S311 - reproducible data, no secret


def _unique(make: Callable[[], Dialogue], count: int, taken: set[str]) -> list[Dialogue]:
    found: list[Dialogue] = []
    while len(found) < count:
        made = make()
        if made.prompt not in taken:
            taken.add(made.prompt)
            found.append(made)
    return found


def _items(
    name: str, dialogues: Iterable[Dialogue], with_reference: bool, pattern: str | None = None
) -> Iterable[dict[str, Any]]:
    for number, dialogue in enumerate(dialogues):
        item: dict[str, Any] = {
            "id": f"{name}-{number:04d}",
            "messages": [{"role": "user", "content": dialogue.prompt}],
            "slice": dialogue.slice,
        }
        if with_reference:
            item["reference"] = dialogue.answer
        if pattern is not None:
            item["pattern"] = pattern
        yield item


def _rows(dialogues: Iterable[Dialogue]) -> Iterable[dict[str, Any]]:
    for number, dialogue in enumerate(dialogues):
        yield {
            "id": f"replay-{number:04d}",
            "messages": [
                {"role": "user", "content": dialogue.prompt},
                {"role": "assistant", "content": dialogue.answer, "weight": 1},
            ],
            "sampleWeight": 1.0,
        }
