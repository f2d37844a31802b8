"""Runs of two stages: the second trains on the first's adapter, and a resume in either ends in the same bytes."""

import json
import random
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from conftest import make_raw_spec, path_of, sft_row, write_rows
from memory_store import MemoryArtifactStore
from runs import WEIGHTS, resumed, start_worker, train_here, wait_for
from whetstone_toybase.dialogue import DialogueGenerator
from whetstone_worker.artifact.digest import digest_of_path
from whetstone_worker.artifact.port import child
from whetstone_worker.artifact.scheme import SchemeArtifactStore
from whetstone_worker.errors import BadInputError
from whetstone_worker.preemption import Preemption
from whetstone_worker.spec import parse

FIRST_STEPS, SECOND_STEPS = 12, 6


def two_stages(folder: Path, base: Path, world: Any) -> dict[str, Any]:
    """A run of 12 steps, then of 6 steps on other rows at a lower learning rate."""
    raw = make_raw_spec(folder, base, world)
    generator = DialogueGenerator(world, random.Random(5))
    rows = [sft_row(i, generator.support(world.topics[i % 6], new_policy=True)) for i in range(16)]
    first = raw["stages"][0]
    second = first | {
        "datasets": [{**write_rows(folder / "second.jsonl", rows), "form": "sft"}],
        "hyperparameters": first["hyperparameters"] | {"learningRate": 1e-3},
    }
    return raw | {"stages": [first, second]}


@pytest.fixture
def raw(tmp_path, base, world) -> dict[str, Any]:
    return two_stages(tmp_path, base, world)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory, base, world) -> Path:
    return train_here(two_stages(tmp_path_factory.mktemp("two"), base, world))


def manifest_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def lines_of(output: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (output / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]


def test_should_count_steps_and_tokens_over_both_stages(uninterrupted):
    manifest = manifest_of(uninterrupted)

    assert [line["step"] for line in lines_of(uninterrupted)] == list(range(1, FIRST_STEPS + SECOND_STEPS + 1))
    assert manifest["metrics"]["steps"] == FIRST_STEPS + SECOND_STEPS
    assert manifest["hyperparameters"]["learningRate"] == 1e-3
    assert [stage["learningRate"] for stage in manifest["hyperparameters"]["stages"]] == [2e-3, 1e-3]
    assert not (uninterrupted / ".work").exists()


def test_should_name_the_stage_in_resume_points(uninterrupted):
    points = sorted((uninterrupted / "resume").iterdir())
    newest = manifest_of(points[-1])

    assert [point.name for point in points] == ["step-00000015", "step-00000018"]
    assert (newest["step"], newest["stage"], newest["stageIndex"]) == (18, "sft", 1)
    assert newest["earlierStages"]["steps"] == FIRST_STEPS
    assert manifest_of(uninterrupted)["tokens"] > newest["earlierStages"]["tokens"] > 0


@pytest.mark.parametrize("first", [{}, {"earlyStopping": True, "learningRate": 0.5, "epochs": 8}])
def test_should_train_the_second_stage_on_the_adapter_of_the_first(raw, tmp_path, first):
    """The same as two runs: the second starts from the first's adapter (its best step) with the next seed."""
    raw["stages"][0] = raw["stages"][0] | {"hyperparameters": raw["stages"][0]["hyperparameters"] | first}
    both = train_here(raw | {"output": {"uri": (tmp_path / "both").as_uri()}})
    one = train_here(raw | {"stages": raw["stages"][:1], "output": {"uri": (tmp_path / "one").as_uri()}})
    adapter = one / "adapter"
    two = train_here(
        raw
        | {
            "stages": raw["stages"][1:],
            "seed": raw["seed"] + 1,
            "initAdapter": {"uri": adapter.as_uri(), "sha256": digest_of_path(adapter)},
            "output": {"uri": (tmp_path / "two").as_uri()},
        }
    )

    assert (two / WEIGHTS).read_bytes() == (both / WEIGHTS).read_bytes()
    assert (one / WEIGHTS).read_bytes() != (both / WEIGHTS).read_bytes()
    assert manifest_of(both)["tokens"] == manifest_of(one)["tokens"] + manifest_of(two)["tokens"]
    assert "best_step" not in manifest_of(both)["metrics"]


def test_should_end_in_the_same_bytes_after_sigterm_in_the_second_stage(raw, tmp_path):
    raw["stages"][1] = raw["stages"][1] | {"hyperparameters": raw["stages"][1]["hyperparameters"] | {"epochs": 20}}
    reference = train_here(raw | {"output": {"uri": (tmp_path / "reference").as_uri()}})
    process = start_worker(raw, tmp_path)
    wait_for(tmp_path / "runs/run-1/1/resume/step-00000015/manifest.json", process)
    process.send_signal(signal.SIGTERM)
    errors = process.communicate(timeout=120)[1]

    assert process.returncode == 75, errors
    next_spec = resumed(raw, 2)
    assert manifest_of(path_of(next_spec["resumeFrom"]["uri"]))["stageIndex"] == 1
    again = train_here(next_spec)
    assert (again / WEIGHTS).read_bytes() == (reference / WEIGHTS).read_bytes()
    assert [line["step"] for line in lines_of(again)] == [line["step"] for line in lines_of(reference)]
    for figure in ("tokens", "hyperparameters"):
        assert manifest_of(again)[figure] == manifest_of(reference)[figure]
    for metric in ("steps", "rows_too_long", "valid_loss", "train_loss"):
        assert manifest_of(again)["metrics"][metric] == manifest_of(reference)["metrics"][metric]


@pytest.mark.parametrize("step", [9, FIRST_STEPS])
def test_should_end_in_the_same_bytes_from_a_resume_point_of_the_first_stage(uninterrupted, raw, tmp_path, step):
    first = raw | {"stages": raw["stages"][:1], "output": {"uri": (tmp_path / "first").as_uri()}}
    point = train_here(first) / f"resume/step-{step:08d}"
    resume_from = {"uri": point.as_uri(), "sha256": digest_of_path(point / "manifest.json")}

    again = train_here(raw | {"resumeFrom": resume_from, "fence": 2})

    assert (again / WEIGHTS).read_bytes() == (uninterrupted / WEIGHTS).read_bytes()


def test_should_report_growing_steps_and_progress_over_both_stages(raw, local_server):
    server = local_server(lambda *_: (200, {"directive": "continue"}))
    raw["callback"] = {"url": server.url}

    train_here(raw)

    steps = [entry["step"] for body in server.bodies for entry in body["history"]]
    shares = [body["trainerStatus"]["progressPercentage"] for body in server.bodies]
    assert steps == list(range(1, FIRST_STEPS + SECOND_STEPS + 1))
    assert shares == sorted(shares)
    assert shares[-1] == 100
    assert {body["stage"] for body in server.bodies} == {"sft"}
    assert server.bodies[-1]["resumePoint"]["step"] == FIRST_STEPS + SECOND_STEPS


def test_should_refuse_bad_rows_of_the_second_stage_before_the_first_trains(raw, tmp_path):
    (tmp_path / "bad.jsonl").write_text("{\n", encoding="utf-8")
    reference = {"uri": (tmp_path / "bad.jsonl").as_uri(), "sha256": digest_of_path(tmp_path / "bad.jsonl")}
    raw["stages"][1] = raw["stages"][1] | {"datasets": [reference | {"form": "sft"}]}

    with pytest.raises(BadInputError, match=r"bad\.jsonl line 1 is not JSON"):
        train_here(raw)

    assert not (tmp_path / "runs/run-1/1/resume").exists()


def test_should_refuse_a_resume_point_of_a_stage_that_the_spec_does_not_have(uninterrupted, raw):
    next_spec = resumed(raw | {"output": {"uri": uninterrupted.as_uri()}}, 9)

    with pytest.raises(BadInputError, match=r"saved in stage 1, /stages has 1") as refused:
        train_here(next_spec | {"stages": raw["stages"][:1]})

    assert refused.value.code == "resume-point-mismatch"


def test_should_read_resume_points_that_name_no_stage(raw, tmp_path):
    single = raw | {"stages": raw["stages"][:1]}
    reference = train_here(single | {"output": {"uri": (tmp_path / "reference").as_uri()}})
    point = tmp_path / "old-point"
    shutil.copytree(reference / "resume/step-00000009", point)
    manifest = manifest_of(point)
    del manifest["stageIndex"], manifest["earlierStages"]
    (point / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    resume_from = {"uri": point.as_uri(), "sha256": digest_of_path(point / "manifest.json")}

    again = train_here(single | {"resumeFrom": resume_from, "fence": 2})

    assert (again / WEIGHTS).read_bytes() == (reference / WEIGHTS).read_bytes()


def test_should_train_and_resume_through_a_store_without_a_file_system(uninterrupted, raw, base, tmp_path):
    """Only the store of the scheme differs: nothing in the worker depends on ``file``."""
    from whetstone_worker.train import run

    memory = MemoryArtifactStore(tmp_path)
    for file in base.iterdir():
        memory.put(f"memory://models/base/{file.name}", [file.read_bytes()])
    text = json.dumps(raw | {"baseModel": raw["baseModel"] | {"uri": "memory://models/base"}})
    spec = json.loads(text.replace(tmp_path.as_uri(), "memory://store"))
    for file in tmp_path.glob("*.jsonl"):
        memory.put(f"memory://store/{file.name}", [file.read_bytes()])
    artifacts = SchemeArtifactStore({"memory": memory})

    result = run(parse(spec), "secret", Preemption(), artifacts)

    output = spec["output"]["uri"]
    assert result["manifestUri"] == child(output, "manifest.json")
    assert result["manifestSha256"] == memory.digest(child(output, "manifest.json"))
    assert memory.files[child(output, WEIGHTS)] == (uninterrupted / WEIGHTS).read_bytes()
    points = sorted({name.partition("/")[0] for name in memory.list(child(output, "resume"))})
    assert points == ["step-00000015", "step-00000018"]
    point = child(output, f"resume/{points[0]}")
    resume_from = {"uri": point, "sha256": memory.digest(child(point, "manifest.json"))}
    again = spec | {"resumeFrom": resume_from, "fence": 2, "output": {"uri": "memory://store/runs/run-1/2"}}
    run(parse(again), "secret", Preemption(), artifacts)
    assert memory.files[f"memory://store/runs/run-1/2/{WEIGHTS}"] == (uninterrupted / WEIGHTS).read_bytes()
