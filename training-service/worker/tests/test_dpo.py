"""Stages on pairs of a better and a worse answer."""

import json
import random
import signal
from pathlib import Path
from typing import Any

import pytest

from conftest import make_raw_spec, write_rows
from runs import WEIGHTS, resumed, start_worker, train_here, wait_for
from whetstone_toybase.dialogue import DialogueGenerator
from whetstone_toybase.world import World
from whetstone_worker.encoding import ChatEncoder
from whetstone_worker.errors import BadInputError, RowRefusedError
from whetstone_worker.objective.registry import open_objective
from whetstone_worker.pairs import parse_pair, read_pairs

SFT_STEPS = 12


def pair(number: int, world: World, seed: int) -> dict[str, Any]:
    """The same question, answered by the new policy and by the old one."""
    topic = world.topics[number % 6]
    better = DialogueGenerator(world, random.Random(seed)).support(topic, new_policy=True)
    worse = DialogueGenerator(world, random.Random(seed)).support(topic, new_policy=False)
    return {
        "id": f"pair-{number}",
        "prompt": [{"role": "user", "content": better.prompt}],
        "chosen": [{"role": "assistant", "content": better.answer}],
        "rejected": [{"role": "assistant", "content": worse.answer}],
        "sampleWeight": 1.0,
    }


def with_pairs(folder: Path, base: Path, world: World, *, sft_first: bool) -> dict[str, Any]:
    raw = make_raw_spec(folder, base, world)
    train = [pair(i, world, 100 + i) for i in range(48)]
    held_out = [pair(i, world, 900 + i) for i in range(24)]
    stage = {
        "objective": "dpo",
        "datasets": [{**write_rows(folder / "pairs.jsonl", train), "form": "preference"}],
        "validation": [{**write_rows(folder / "held-out-pairs.jsonl", held_out), "form": "preference"}],
        "hyperparameters": raw["stages"][0]["hyperparameters"] | {"epochs": 3, "learningRate": 1e-3},
    }
    return raw | {"stages": [*(raw["stages"] if sft_first else []), stage]}


def lines_of(output: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (output / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory, base, world) -> Path:
    return train_here(with_pairs(tmp_path_factory.mktemp("dpo"), base, world, sft_first=True))


def test_should_prefer_the_better_answers_of_pairs_that_were_held_out(tmp_path, base, world):
    output = train_here(with_pairs(tmp_path, base, world, sft_first=False))

    metrics = json.loads((output / "manifest.json").read_text(encoding="utf-8"))["metrics"]
    assert metrics["valid_reward_accuracy"] >= 0.9
    assert metrics["valid_reward_margin"] > 0
    # Without the cross-entropy term, the likelihood of both answers could fall.
    assert metrics["valid_reward_chosen"] > 0


def test_should_measure_rewards_from_the_start_of_the_stage(uninterrupted):
    """The reference is the adapter of the stage before, so that the first step has no margin."""
    first = lines_of(uninterrupted)[SFT_STEPS]

    assert first["step"] == SFT_STEPS + 1
    assert first["train_reward_margin"] == pytest.approx(0, abs=1e-4)


def test_should_end_in_the_same_bytes_after_a_kill_in_the_stage(tmp_path, base, world, uninterrupted):
    raw = with_pairs(tmp_path, base, world, sft_first=True)
    process = start_worker(raw, tmp_path)
    wait_for(tmp_path / f"runs/run-1/1/resume/step-{SFT_STEPS + 3:08d}/manifest.json", process)
    process.send_signal(signal.SIGKILL)
    process.communicate()

    output = train_here(resumed(raw, 2))

    assert (output / WEIGHTS).read_bytes() == (uninterrupted / WEIGHTS).read_bytes()


def test_should_encode_prompt_and_answers_with_their_ends(tokenizer, world):
    objective, row = open_objective("dpo"), parse_pair(pair(1, world, 7), "row")

    (encoded,) = objective.encode(row, ChatEncoder(tokenizer))

    assert tokenizer.decode(encoded.chosen_ids) == row.chosen.messages[-1]["content"] + "<|im_end|>"
    assert tokenizer.decode(encoded.rejected_ids) == row.rejected.messages[-1]["content"] + "<|im_end|>"
    assert tokenizer.decode(encoded.prompt_ids).endswith("<|im_start|>assistant\n")


def test_should_refuse_a_pair_of_equal_answers(tokenizer, world):
    raw = pair(1, world, 7)
    raw["rejected"] = raw["chosen"]

    with pytest.raises(RowRefusedError, match="same tokens") as refused:
        open_objective("dpo").encode(parse_pair(raw, "row"), ChatEncoder(tokenizer))

    assert refused.value.code == "equal-sides"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"prompt": []}, "has no prompt"),
        ({"chosen": []}, "has no chosen"),
        ({"rejected": [{"role": "user", "content": "a"}]}, "/rejected that is not an assistant turn"),
        ({"chosen": [{"role": "assistant"}]}, "neither content nor tool_calls"),
        ({"sampleWeight": -1}, "sampleWeight -1"),
    ],
)
def test_should_name_the_line_of_a_bad_pair(tmp_path, world, change, message):
    file = tmp_path / "pairs.jsonl"
    write_rows(file, [pair(0, world, 1), pair(1, world, 2) | change])

    with file.open("rb") as stream, pytest.raises(BadInputError) as refused:
        list(read_pairs(stream, "pairs.jsonl"))

    assert "pairs.jsonl line 2" in refused.value.detail
    assert message in refused.value.detail
