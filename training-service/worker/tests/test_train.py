"""Whole runs on the demo's base model: what they write, and that an interrupted run ends in the same bytes."""

import itertools
import json
import os
import random
import shutil
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from conftest import make_raw_spec, path_of, sft_row, write_rows
from runs import WEIGHTS, resumed, start_worker, train_here, wait_for
from whetstone_toybase.dialogue import DialogueGenerator
from whetstone_worker import cli
from whetstone_worker.artifact.digest import digest_of_path
from whetstone_worker.errors import BadInputError, PreemptedError, RetryableError, StoppedError
from whetstone_worker.preemption import Preemption


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory, base, world) -> Path:
    folder = tmp_path_factory.mktemp("reference")
    return train_here(make_raw_spec(folder, base, world))


def test_should_write_an_adapter_with_its_manifest(uninterrupted, raw_spec):
    manifest = json.loads((uninterrupted / "manifest.json").read_text(encoding="utf-8"))
    config = json.loads((uninterrupted / "adapter/adapter_config.json").read_text(encoding="utf-8"))

    assert manifest["kind"] == "checkpoint"
    assert {entry["path"] for entry in manifest["files"]} == {"adapter/adapter_config.json", WEIGHTS}
    for entry in manifest["files"]:
        assert entry["sha256"] == digest_of_path(uninterrupted / entry["path"])
        assert entry["bytes"] == (uninterrupted / entry["path"]).stat().st_size
    assert manifest["baseModel"] == raw_spec["baseModel"]
    assert manifest["tokens"] > 0
    assert manifest["hyperparameters"]["microBatchSize"] == 4
    assert config["base_model_name_or_path"] == raw_spec["baseModel"]["sha256"]
    assert not (uninterrupted / ".work").exists()


def test_should_log_one_line_per_step_and_learn(uninterrupted):
    lines = [json.loads(line) for line in (uninterrupted / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]

    assert [line["step"] for line in lines] == list(range(1, 13))
    expected = {"train_loss", "train_mean_token_accuracy", "tokens_per_second", "gpu_memory_bytes", "learning_rate"}
    assert all(expected <= line.keys() for line in lines)
    assert {"valid_loss", "valid_mean_token_accuracy"} <= lines[-1].keys()
    assert lines[-1]["train_loss"] < lines[0]["train_loss"]


def test_should_keep_the_two_newest_resume_points(uninterrupted):
    points = sorted(point.name for point in (uninterrupted / "resume").iterdir())
    manifest = json.loads((uninterrupted / "resume" / points[-1] / "manifest.json").read_text(encoding="utf-8"))

    assert points == ["step-00000009", "step-00000012"]
    assert (manifest["step"], manifest["runId"], manifest["fence"], manifest["stage"]) == (12, "run-1", 1, "sft")


def test_should_end_in_the_same_bytes_after_sigterm(raw_spec, tmp_path):
    raw_spec["stages"][0]["hyperparameters"]["epochs"] = 10  # leaves time for the signal on a busy machine
    reference = train_here(raw_spec | {"output": {"uri": (tmp_path / "reference").as_uri()}})
    process = start_worker(raw_spec, tmp_path)
    wait_for(path_of(raw_spec["output"]["uri"]) / "resume/step-00000003/manifest.json", process)
    process.send_signal(signal.SIGTERM)
    errors = process.communicate(timeout=120)[1]

    assert process.returncode == 75, errors
    assert not (path_of(raw_spec["output"]["uri"]) / "manifest.json").exists()
    again = train_here(resumed(raw_spec, 2))
    assert (again / WEIGHTS).read_bytes() == (reference / WEIGHTS).read_bytes()
    assert len((again / "metrics.jsonl").read_text(encoding="utf-8").splitlines()) == 60


def test_should_end_at_once_on_sigterm_while_the_model_server_does_not_answer(raw_spec, tmp_path, local_server):
    requested = threading.Event()

    def answer(_: str, body: dict[str, Any]) -> tuple[int, dict[str, str]]:
        requested.set()
        return 503, {}

    raw_spec["serving"] = {"endpoint": local_server(answer).url}
    process = start_worker(raw_spec, tmp_path)
    assert requested.wait(240), process.communicate()[1]
    process.send_signal(signal.SIGTERM)
    errors = process.communicate(timeout=60)[1]

    assert process.returncode == 75, errors
    assert "asked to end before the first step" in errors


def test_should_succeed_on_sigterm_while_done_is_not_answered(raw_spec, tmp_path, local_server):
    def answer(_: str, body: dict[str, Any]) -> tuple[int, dict[str, str]]:
        return (503, {}) if body["phase"] == "done" else (200, {"directive": "continue"})

    server = local_server(answer)
    raw_spec["callback"] = {"url": server.url}
    process = start_worker(raw_spec, tmp_path)
    wait_for(path_of(raw_spec["output"]["uri"]) / "manifest.json", process)
    process.send_signal(signal.SIGTERM)
    errors = process.communicate(timeout=60)[1]

    assert process.returncode == 0, errors
    assert "the checkpoint is complete" in errors
    assert server.bodies[-1]["phase"] == "done"


def test_should_end_in_the_same_bytes_after_kill_9(uninterrupted, raw_spec, tmp_path):
    process = start_worker(raw_spec, tmp_path)
    wait_for(path_of(raw_spec["output"]["uri"]) / "resume/step-00000006/manifest.json", process)
    process.kill()
    process.communicate(timeout=60)

    again = train_here(resumed(raw_spec, 2))

    assert (again / WEIGHTS).read_bytes() == (uninterrupted / WEIGHTS).read_bytes()


def test_should_refuse_a_damaged_resume_point(uninterrupted, raw_spec):
    next_spec = resumed(raw_spec | {"output": {"uri": uninterrupted.as_uri()}}, 9)
    next_spec["resumeFrom"]["sha256"] = "0" * 64

    with pytest.raises(RetryableError, match="resume from an older resume point"):
        train_here(next_spec)


def test_should_report_from_loading_to_done(raw_spec, local_server):
    server = local_server(lambda *_: (200, {"directive": "continue"}))
    raw_spec["callback"] = {"url": server.url}

    output = train_here(raw_spec)

    phases = list(dict.fromkeys(body["phase"] for body in server.bodies))
    last = server.bodies[-1]
    steps = [entry["step"] for body in server.bodies for entry in body["history"]]
    assert phases[0] == "loading"
    assert phases[-1] == "done"
    assert "training" in phases
    assert steps == list(range(1, 13))
    assert last["trainerStatus"]["progressPercentage"] == 100
    assert last["result"]["manifestUri"] == (output / "manifest.json").as_uri()
    assert last["result"]["manifestSha256"] == digest_of_path(output / "manifest.json")
    assert last["resumePoint"]["step"] == 12


@pytest.mark.parametrize(
    ("directive", "error", "saved"), [("save_and_stop", PreemptedError, True), ("stop", StoppedError, False)]
)
def test_should_follow_a_directive(raw_spec, local_server, directive, error, saved):
    raw_spec["resumeEverySteps"] = 1_000

    def answer(_: str, body: dict[str, Any]) -> tuple[int, dict[str, str]]:
        return 200, {"directive": directive if body["phase"] == "training" else "continue"}

    server = local_server(answer)
    raw_spec["callback"] = {"url": server.url}
    raw_spec["stages"][0]["hyperparameters"]["epochs"] = 100

    with pytest.raises(error):
        train_here(raw_spec)

    output = path_of(raw_spec["output"]["uri"])
    assert bool(list(output.glob("resume/*/manifest.json"))) is saved
    assert not (output / "manifest.json").exists()
    assert server.bodies[-1]["error"]["code"] in ("preempted", "stopped")


@pytest.mark.parametrize("status", [401, 409])
def test_should_exit_with_76_when_another_attempt_replaced_it(raw_spec, local_server, tmp_path, status):
    raw_spec["callback"] = {"url": local_server(lambda *_: (status, {"code": "replaced"})).url}

    process = start_worker(raw_spec, tmp_path)
    errors = process.communicate(timeout=120)[1]

    assert process.returncode == 76, errors
    assert not list(path_of(raw_spec["output"]["uri"]).glob("**/manifest.json"))


def limited_to_steps(raw: dict[str, Any], steps: int, monkeypatch) -> None:
    """The clock of the attempt passes one second with every optimizer step."""
    from whetstone_worker.attempt_clock import AttemptClock

    asked = itertools.count(1)
    monkeypatch.setattr(AttemptClock, "seconds", lambda _: next(asked))
    monkeypatch.setattr(AttemptClock, "gpu_seconds", lambda _: 0.0)
    raw["limits"] = {"maxSeconds": steps}


def test_should_keep_the_best_validated_state_at_its_time_limit(raw_spec, monkeypatch):
    raw_spec["stages"][0]["hyperparameters"]["epochs"] = 8
    raw_spec["resumeEverySteps"] = 1_000
    limited_to_steps(raw_spec, 12, monkeypatch)

    output = train_here(raw_spec)

    manifest = json.loads((output / "manifest.json").read_text(encoding="utf-8"))
    lines = [json.loads(line) for line in (output / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    evaluated = {line["step"]: line["valid_loss"] for line in lines if "valid_loss" in line}
    assert manifest["stopped"] == "max-seconds"
    assert manifest["metrics"]["steps"] == 13
    assert list(evaluated) == [10]
    assert manifest["metrics"]["best_step"] == 10
    assert manifest["metrics"]["valid_loss"] == pytest.approx(evaluated[10], rel=1e-3)
    assert [point.parent.name for point in output.glob("resume/*/manifest.json")] == ["step-00000013"]


def test_should_have_reached_the_state_of_its_best_step_at_its_time_limit(raw_spec, monkeypatch):
    raw_spec["stages"][0]["hyperparameters"]["epochs"] = 8
    raw_spec["resumeEverySteps"] = 10
    limited_to_steps(raw_spec, 12, monkeypatch)

    output = train_here(raw_spec)

    at_step_10 = load_file(output / "resume/step-00000010/adapter_model.safetensors")
    kept = load_file(output / WEIGHTS)
    assert kept.keys() == at_step_10.keys()
    assert all(torch.equal(kept[name], at_step_10[name]) for name in kept)


@pytest.mark.parametrize("validated", [True, False])
def test_should_end_with_78_when_no_state_was_validated_at_its_time_limit(
    raw_spec, tmp_path, monkeypatch, capsys, validated
):
    limited_to_steps(raw_spec, 2, monkeypatch)
    if not validated:
        raw_spec["stages"][0]["validation"] = []
    (tmp_path / "spec.json").write_text(json.dumps(raw_spec), encoding="utf-8")

    assert cli.main(["train", "--spec", str(tmp_path / "spec.json")]) == 78

    why = "before the first validation" if validated else "no validation examples"
    said = capsys.readouterr().err
    assert "max-seconds: /limits/maxSeconds 2 is used up after step 3" in said
    assert why in said
    assert list(path_of(raw_spec["output"]["uri"]).glob("resume/*/manifest.json"))
    assert not (path_of(raw_spec["output"]["uri"]) / "manifest.json").exists()


def test_should_not_count_a_limit_that_is_used_up_at_the_last_step(raw_spec, monkeypatch):
    limited_to_steps(raw_spec, 11, monkeypatch)

    manifest = json.loads((train_here(raw_spec) / "manifest.json").read_text(encoding="utf-8"))

    assert "stopped" not in manifest
    assert manifest["metrics"]["steps"] == 12


def test_should_report_divergence(raw_spec):
    raw_spec["stages"][0]["hyperparameters"] |= {"learningRate": 1e30, "warmupRatio": 0.0}

    with pytest.raises(BadInputError, match="loss is not finite") as refused:
        train_here(raw_spec)

    assert refused.value.code == "diverged"


def test_should_treat_a_validation_loss_that_is_not_finite_as_divergence(tmp_path):
    from whetstone_worker.metrics import MetricsLog

    log = MetricsLog(tmp_path, lambda *_: None)

    with pytest.raises(BadInputError, match="valid_loss is not finite at step 3"):
        log.add(3, 0.1, {"valid_loss": float("nan")})


def test_should_count_only_seconds_of_the_attempt_on_one_accelerator_against_the_limit(spec, tmp_path, monkeypatch):
    from transformers import TrainerControl, TrainerState

    from whetstone_worker import attempt_clock, trainer
    from whetstone_worker.metrics import MetricsLog
    from whetstone_worker.objective.port import StageTraining
    from whetstone_worker.objective.sft import sft_config
    from whetstone_worker.reporter import SilentReporter

    monkeypatch.setattr(torch.cuda, "device_count", lambda: 8)
    now = [1_000.0]
    monkeypatch.setattr(attempt_clock.time, "monotonic", lambda: now[0])
    clock = attempt_clock.AttemptClock(trainer.accelerators(), gpu_seconds_before=900.0)
    callback = trainer.StageCallback(
        MetricsLog(tmp_path, lambda *_: None),
        SilentReporter(),
        limits=spec.limits,
        clock=clock,
        preempted=Preemption(),
        best=None,
        stops_early=False,
    )
    stage = spec.stages[0]
    config = sft_config(StageTraining(spec, stage, spec.seed, None, None, [], [], tmp_path, [], lambda *_: None))
    assert config.train_batch_size == stage.hyperparameters.micro_batch_size

    callback.on_train_begin(config, TrainerState(max_steps=9), TrainerControl())
    now[0] += 299
    callback.on_step_end(config, TrainerState(max_steps=9), TrainerControl())
    assert callback.limit is None
    assert clock.gpu_seconds() == pytest.approx(1_199)

    now[0] += 2
    callback.on_step_end(config, TrainerState(max_steps=9), TrainerControl())
    assert callback.limit == "max-seconds"


def test_should_count_rows_that_are_too_long(raw_spec, tmp_path):
    del raw_spec["stages"][0]["hyperparameters"]["microBatchSize"]
    raw_spec["maxSequenceLength"] = 58
    raw_spec["stages"][0]["hyperparameters"]["epochs"] = 0.2

    output = train_here(raw_spec)

    manifest = json.loads((output / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["metrics"]["rows_too_long"] > 0
    assert manifest["hyperparameters"]["microBatchSize"] == 8


def test_should_train_without_a_digest_of_the_chat_template(raw_spec):
    del raw_spec["chatTemplateSha256"]
    raw_spec["stages"][0]["hyperparameters"]["epochs"] = 0.2

    output = train_here(raw_spec)

    assert json.loads((output / "manifest.json").read_text(encoding="utf-8"))["chatTemplateSha256"] is None


def test_should_refuse_when_all_rows_are_too_long(raw_spec):
    raw_spec["maxSequenceLength"] = 10

    with pytest.raises(BadInputError, match="all 32 rows are longer"):
        train_here(raw_spec)


@pytest.mark.parametrize("rows", [[], [{"id": "a", "messages": [{"role": "assistant", "content": "so " * 400}]}]])
def test_should_refuse_when_no_replay_is_left(raw_spec, tmp_path, rows):
    raw_spec["replay"] = [{**write_rows(tmp_path / "replay.jsonl", rows), "share": 0.5}]

    with pytest.raises(BadInputError, match="/replay/0 holds no row") as refused:
        train_here(raw_spec)

    assert refused.value.code == "no-replay"


def test_should_take_the_best_step_with_early_stopping(raw_spec):
    raw_spec["stages"][0]["hyperparameters"] |= {"earlyStopping": True, "learningRate": 0.5, "epochs": 8}

    output = train_here(raw_spec)

    lines = [json.loads(line) for line in (output / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    metrics = json.loads((output / "manifest.json").read_text(encoding="utf-8"))["metrics"]
    evaluated = {line["step"]: line["valid_loss"] for line in lines if "valid_loss" in line}
    assert metrics["valid_loss"] == pytest.approx(min(evaluated.values()), rel=1e-3)
    assert metrics["best_step"] in evaluated


def test_should_log_that_validation_loss_rose_after_the_best_step(raw_spec, tmp_path, world):
    generator = DialogueGenerator(world, random.Random(4))
    old_policy = [sft_row(i, generator.support(topic)) for i, topic in enumerate(world.feedback_topics)]
    raw_spec["stages"][0]["validation"] = [{**write_rows(tmp_path / "old.jsonl", old_policy), "form": "sft"}]
    raw_spec["stages"][0]["hyperparameters"] |= {"earlyStopping": True, "learningRate": 0.01, "epochs": 4}

    output = train_here(raw_spec)

    lines = [json.loads(line) for line in (output / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    metrics = json.loads((output / "manifest.json").read_text(encoding="utf-8"))["metrics"]
    evaluated = {line["step"]: line["valid_loss"] for line in lines if "valid_loss" in line}
    assert metrics["best_step"] < max(evaluated)
    assert metrics["valid_loss"] == pytest.approx(evaluated[metrics["best_step"]], rel=1e-3)
    assert evaluated[max(evaluated)] > 1.02 * metrics["valid_loss"]


def test_should_start_from_an_adapter_with_packing(uninterrupted, raw_spec):
    adapter = uninterrupted / "adapter"
    raw_spec["initAdapter"] = {"uri": adapter.as_uri(), "sha256": digest_of_path(adapter)}
    raw_spec["stages"][0]["hyperparameters"] |= {"packing": True, "microBatchSize": 4, "epochs": 1}

    output = train_here(raw_spec)

    assert (output / WEIGHTS).is_file()


class TestExitCodes:
    def code_of(self, raw: dict[str, Any], tmp_path: Path) -> int:
        (tmp_path / "spec.json").write_text(json.dumps(raw), encoding="utf-8")
        return cli.main(["train", "--spec", str(tmp_path / "spec.json")])

    def test_should_be_65_for_a_bad_spec(self, raw_spec, tmp_path, capsys):
        raw_spec["stages"][0]["objective"] = "kto"

        assert self.code_of(raw_spec, tmp_path) == 65
        assert "/stages/0/objective" in capsys.readouterr().err

    def test_should_be_65_for_a_damaged_batch(self, raw_spec, tmp_path, capsys):
        train = path_of(raw_spec["stages"][0]["datasets"][0]["uri"])
        train.write_bytes(train.read_bytes()[:-9])

        assert self.code_of(raw_spec, tmp_path) == 65
        assert str(train) in capsys.readouterr().err

    def test_should_be_65_for_a_base_with_another_digest(self, raw_spec, tmp_path, capsys):
        raw_spec["baseModel"]["sha256"] = "0" * 64

        assert self.code_of(raw_spec, tmp_path) == 65
        assert "base model" in capsys.readouterr().err

    def test_should_be_65_for_a_batch_without_rows(self, raw_spec, tmp_path, capsys):
        raw_spec["stages"][0]["datasets"][0] |= write_rows(tmp_path / "empty.jsonl", [])

        assert self.code_of(raw_spec, tmp_path) == 65
        assert "hold no row" in capsys.readouterr().err

    @pytest.mark.parametrize("file", ["config.json", "model.safetensors", "tokenizer.json"])
    def test_should_be_65_for_a_base_that_lacks_a_file(self, raw_spec, base, tmp_path, capsys, file):
        folder = tmp_path / "base"
        shutil.copytree(base, folder)
        (folder / file).unlink()
        raw_spec["baseModel"] = {"uri": folder.as_uri(), "sha256": digest_of_path(folder)}

        assert self.code_of(raw_spec, tmp_path) == 65
        assert f"{folder} cannot be used" in capsys.readouterr().err

    def test_should_be_65_for_modules_that_the_base_does_not_have(self, raw_spec, tmp_path, capsys):
        raw_spec["lora"]["targetModules"] = ["foo"]

        assert self.code_of(raw_spec, tmp_path) == 65
        assert "unusable-lora: /lora with targetModules ['foo']" in capsys.readouterr().err

    def test_should_be_65_for_an_adapter_that_does_not_fit(self, uninterrupted, raw_spec, tmp_path, capsys):
        folder = tmp_path / "adapter"
        shutil.copytree(uninterrupted / "adapter", folder)
        tensors = {name: tensor[:, :-1].contiguous() for name, tensor in load_file(folder / Path(WEIGHTS).name).items()}
        save_file(tensors, folder / Path(WEIGHTS).name, metadata={"format": "pt"})
        raw_spec["initAdapter"] = {"uri": folder.as_uri(), "sha256": digest_of_path(folder)}

        assert self.code_of(raw_spec, tmp_path) == 65
        assert "unusable-adapter" in capsys.readouterr().err

    def test_should_be_65_for_an_adapter_of_another_base(self, uninterrupted, raw_spec, tmp_path, capsys):
        folder = tmp_path / "adapter"
        shutil.copytree(uninterrupted / "adapter", folder)
        config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
        (folder / "adapter_config.json").write_text(json.dumps(config | {"base_model_name_or_path": "0" * 64}))
        raw_spec["initAdapter"] = {"uri": folder.as_uri(), "sha256": digest_of_path(folder)}

        assert self.code_of(raw_spec, tmp_path) == 65
        assert f"trained on the base with SHA-256 {'0' * 64}" in capsys.readouterr().err

    def test_should_be_1_for_a_damaged_resume_point(self, uninterrupted, raw_spec, tmp_path, capsys):
        next_spec = resumed(raw_spec | {"output": {"uri": uninterrupted.as_uri()}}, 9)
        next_spec["output"] = {"uri": (tmp_path / "next").as_uri()}
        next_spec["resumeFrom"]["sha256"] = "0" * 64

        assert self.code_of(next_spec, tmp_path) == 1
        assert "resume from an older resume point" in capsys.readouterr().err

    def test_should_be_1_for_a_batch_that_is_not_there(self, raw_spec, tmp_path, capsys):
        path_of(raw_spec["stages"][0]["datasets"][0]["uri"]).unlink()

        assert self.code_of(raw_spec, tmp_path) == 1
        assert "input-missing" in capsys.readouterr().err

    def test_should_be_65_and_name_a_missing_package(self, raw_spec, tmp_path, capsys, monkeypatch):
        monkeypatch.setitem(sys.modules, "trl", None)
        monkeypatch.delitem(sys.modules, "whetstone_worker.objective.sft", raising=False)

        assert self.code_of(raw_spec, tmp_path) == 65
        errors = capsys.readouterr().err
        assert "'trl'" in errors
        assert "./whetstone" in errors

    def test_should_be_75_on_sigterm_before_its_packages_are_imported(self, raw_spec, tmp_path, monkeypatch):
        from whetstone_worker import spec as specs

        missed: list[int] = []
        signal.signal(signal.SIGTERM, lambda number, _: missed.append(number))
        load = specs.load

        def load_during_sigterm(path: Path) -> Any:
            os.kill(os.getpid(), signal.SIGTERM)
            return load(path)

        monkeypatch.setattr(specs, "load", load_during_sigterm)

        assert self.code_of(raw_spec, tmp_path) == 75
        assert not missed

    def test_should_be_71_when_memory_runs_out(self, raw_spec, tmp_path, monkeypatch, capsys):
        import torch

        from whetstone_worker import attempt

        def too_big(*_: Any) -> None:
            raise torch.OutOfMemoryError("CUDA out of memory")

        monkeypatch.setattr(attempt, "load_model", too_big)

        assert self.code_of(raw_spec, tmp_path) == 71
        assert "micro-batch 4" in capsys.readouterr().err

    def test_should_be_1_when_the_disk_is_full(self, raw_spec, tmp_path, monkeypatch, capsys):
        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.fsync", full)

        assert self.code_of(raw_spec, tmp_path) == 1
        assert "No space left on device" in capsys.readouterr().err
        assert not list(path_of(raw_spec["output"]["uri"]).glob("**/manifest.json"))

    def test_should_be_65_without_a_token(self, raw_spec, tmp_path, monkeypatch, capsys):
        monkeypatch.delenv("WHETSTONE_WORKER_TOKEN", raising=False)
        raw_spec["callback"] = {"url": "http://127.0.0.1:9"}

        assert self.code_of(raw_spec, tmp_path) == 65
        assert "WHETSTONE_WORKER_TOKEN" in capsys.readouterr().err
