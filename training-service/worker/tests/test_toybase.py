"""The demo's world, its suites and how its base model is made."""

import json

import pytest

from conftest import DEMO
from whetstone_toybase.__main__ import main
from whetstone_toybase.suites import write_suites
from whetstone_toybase.world import read_world
from whetstone_worker.errors import BadInputError

FILES = [
    "suites/golden.jsonl",
    "suites/forget.jsonl",
    "suites/forget-unreplayed.jsonl",
    "suites/format.jsonl",
    "replay.jsonl",
]


def rows(name: str) -> list[dict]:
    return [json.loads(line) for line in (DEMO / name).read_text(encoding="utf-8").splitlines()]


def prompts(name: str) -> list[str]:
    return [row["messages"][0]["content"] for row in rows(name)]


def test_should_reproduce_the_committed_files(world, tmp_path):
    counts = write_suites(world, tmp_path)

    assert counts == dict(zip(FILES, (300, 700, 140, 300, 1500), strict=True))
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (DEMO / name).read_bytes(), (
            f"{name}: run whetstone_toybase suites again"
        )


def test_should_share_no_prompt_between_sets():
    seen = {name: set(prompts(name)) for name in FILES}

    for one in FILES:
        for other in FILES:
            assert one == other or not seen[one] & seen[other], f"{one} and {other} share a prompt"
    for name in FILES[:-1]:
        assert len(seen[name]) == len(rows(name))


def test_should_use_held_out_phrasings_and_products_only(world):
    used = [world.products.feedback, [p for t in world.feedback_topics for p in t.phrasings.feedback]]
    for row in rows("suites/golden.jsonl"):
        question = row["messages"][0]["content"]
        topic = next(t for t in world.topics if t.name == row["slice"])
        pieces = [p.split("{p}") for p in topic.phrasings.held_out]
        assert any(all(part in question for part in piece) for piece in pieces)
        assert not any(f" {product}" in row["reference"] for product in used[0])
        assert not any(all(part in question for part in phrasing.split("{p}")) for phrasing in used[1]), question


def test_should_share_no_phrasing_between_replay_and_forget(world):
    replayed = prompts("replay.jsonl")
    for skill in world.skills:
        assert not set(skill.phrasings.replay) & set(skill.phrasings.forget)
        for phrasing in skill.phrasings.forget:
            pieces = [
                part for part in phrasing.replace("{y}", "{x}").replace("{p}", "{x}").split("{x}") if part.strip()
            ]
            assert not any(all(part in question for part in pieces) for question in replayed), phrasing


def test_should_not_replay_the_old_policy_of_feedback_topics(world):
    fixed = [topic.old_answer.split("{p}")[0] for topic in world.feedback_topics]
    for row in rows("replay.jsonl"):
        question, answer = (message["content"] for message in row["messages"])
        if answer.startswith("Order "):
            assert not any(text in answer for text in fixed), question


def test_should_name_the_fault_of_a_world(tmp_path):
    with pytest.raises(BadInputError, match="cannot be read"):
        read_world(tmp_path / "none.json")
    (tmp_path / "world.json").write_text("{}", encoding="utf-8")

    assert main(["suites", "--world", str(tmp_path / "world.json"), "--out", str(tmp_path)]) == 65


def test_should_make_a_base_that_loads(world, tmp_path):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from whetstone_toybase.make import Recipe, make_base

    make_base(world, tmp_path / "base", Recipe(steps=3, batch=4, corpus=300, tokenizer_rows=300))

    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "base", local_files_only=True)
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "base", local_files_only=True)
    assert "generation" in tokenizer.chat_template
    assert tokenizer.decode(tokenizer("Order 1234.")["input_ids"]) == "Order 1234."
    assert model.num_parameters() > 500_000
