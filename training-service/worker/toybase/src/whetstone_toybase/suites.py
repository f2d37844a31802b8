"""The demo's suites and replay set, with fixed seeds."""

import json
import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from whetstone_toybase.dialogue import Dialogue, DialogueGenerator
from whetstone_toybase.world import World
from whetstone_worker.artifact.local_files import write_atomically

GOLDEN_PER_TOPIC = 50
FORGET_PER_SKILL = 140
FORMAT_ITEMS = 300
REPLAY_ROWS = 1_500
_SKILL_SHARE = 0.6
_TRANSFER_SHARE = 0.2


def write_suites(world: World, out: Path) -> dict[str, int]:
    """Writes all files; returns the rows per file. No prompt occurs in two of them."""
    used: set[str] = set()
    files = {
        "suites/golden.jsonl": list(_items("golden", golden(world, used), with_reference=True)),
        "suites/forget.jsonl": list(_items("forget", forget(world, True, used), with_reference=True)),
        "suites/forget-unreplayed.jsonl": list(
            _items("forget-unreplayed", forget(world, False, used), with_reference=True)
        ),
        "suites/format.jsonl": list(
            _items("format", format_checks(world, used), with_reference=False, pattern=world.new_answer_pattern)
        ),
        "replay.jsonl": list(_rows(replay(world, used))),
    }
    for name, rows in files.items():
        write_atomically(out / name, ((json.dumps(row, ensure_ascii=False) + "\n").encode() for row in rows))
    return {name: len(rows) for name, rows in files.items()}


def golden(world: World, used: set[str]) -> list[Dialogue]:
    """Every feedback topic by the new policy, in phrasings and about products that never occur in feedback."""
    generator = _generator(world, "golden")
    found = []
    for topic in world.feedback_topics:
        held_out = topic.phrasings.held_out
        found += _unique(
            lambda t=topic, h=held_out: generator.support(t, True, h, world.products.held_out), GOLDEN_PER_TOPIC, used
        )
    return found


def forget(world: World, replayed: bool, used: set[str]) -> list[Dialogue]:
    """Skills in phrasings that replay never uses."""
    generator = _generator(world, f"forget:{replayed}")
    found = []
    for skill in world.skills:
        if skill.replayed == replayed:
            found += _unique(lambda s=skill: generator.skill(s, s.phrasings.forget), FORGET_PER_SKILL, used)
    return found


def format_checks(world: World, used: set[str]) -> list[Dialogue]:
    """Feedback topics in held-out phrasings, about any product."""
    generator, topics = _generator(world, "format"), world.feedback_topics
    found = []
    for index in range(FORMAT_ITEMS):
        topic = topics[index % len(topics)]
        found += _unique(lambda t=topic: generator.support(t, True, t.phrasings.held_out), 1, used)
    return found


def replay(world: World, used: set[str]) -> list[Dialogue]:
    """What the model must keep: replayed skills, topics without feedback, and style tasks."""
    draw = random.Random("replay")  # noqa: S311 - reproducible data, not a secret
    generator = DialogueGenerator(world, draw)
    skills = [skill for skill in world.skills if skill.replayed]

    def one() -> Dialogue:
        kind = draw.random()
        if kind < _SKILL_SHARE:
            skill = draw.choice(skills)
            return generator.skill(skill, skill.phrasings.replay)
        if kind < _SKILL_SHARE + _TRANSFER_SHARE:
            return generator.support(draw.choice(world.transfer_topics))
        return generator.style(world.transfer_topics)

    rows = []
    while len(rows) < REPLAY_ROWS:
        row = one()
        if row.prompt not in used:
            rows.append(row)
    return rows


def _generator(world: World, name: str) -> DialogueGenerator:
    return DialogueGenerator(world, random.Random(name))  # noqa: S311 - reproducible data, not a secret


def _unique(make: Callable[[], Dialogue], count: int, used: set[str]) -> list[Dialogue]:
    found: list[Dialogue] = []
    while len(found) < count:
        made = make()
        if made.prompt not in used:
            used.add(made.prompt)
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
