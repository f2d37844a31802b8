"""The registries of objectives and retention methods."""

import io
import json
import subprocess
import sys

import pytest

from conftest import environment, sft_row
from whetstone_toybase.dialogue import Dialogue
from whetstone_worker.encoding import ChatEncoder
from whetstone_worker.objective.registry import OBJECTIVES, open_objective
from whetstone_worker.retention.methods import METHODS
from whetstone_worker.retention.port import ReplaySet


def test_should_read_and_encode_the_rows_of_an_objective(tokenizer):
    objective = open_objective("sft")
    line = json.dumps(sft_row(1, Dialogue("When?", "Now.", "topic"), weight=1.5)).encode()

    (row,) = objective.read(io.BytesIO(line), "file")

    assert (row.id, row.sample_weight, len(row.messages)) == ("example-1", 1.5, 2)
    assert [sequence.length > 0 for sequence in objective.encode(row, ChatEncoder(tokenizer))] == [True]


@pytest.mark.parametrize("name", sorted(OBJECTIVES))
def test_should_open_every_registered_objective(name):
    objective = open_objective(name)

    assert all(callable(getattr(objective, part)) for part in ("read", "encode", "trainer"))


@pytest.mark.parametrize("name", sorted(METHODS))
def test_should_reach_the_share_of_every_replay_set_with_every_retention_method(name):
    replay = [ReplaySet("a", ["a"] * 9, 0.25), ReplaySet("b", ["b"] * 90, 0.5)]

    rows = METHODS[name].training_rows(["own"] * 20, [1.0] * 20, replay, seed=3)

    assert sorted(rows) == ["a"] * 20 + ["b"] * 40 + ["own"] * 20


def test_should_check_a_run_spec_without_importing_a_training_library():
    code = "import sys, whetstone_worker.spec; print(*sorted({'torch', 'trl', 'transformers'} & sys.modules.keys()))"

    loaded = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, timeout=60, check=True
    )

    assert loaded.stdout.split() == []
