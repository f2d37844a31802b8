"""Work that is reported while the step stands still: reading, hashing, validation, storage traffic."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from transformers import TrainerControl, TrainerState

from conftest import path_of, sft_row, write_rows
from runs import train_here
from whetstone_toybase.dialogue import DialogueGenerator
from whetstone_worker.artifact.digest import digest_of_path
from whetstone_worker.errors import PreemptedError
from whetstone_worker.reporter import SilentReporter
from whetstone_worker.spec import parse
from whetstone_worker.storage_traffic import UNIT_BYTES, storage_units
from whetstone_worker.train import run


class CountingReporter(SilentReporter):
    """Counts work by what the attempt is doing."""

    def __init__(self) -> None:
        self.phase = ""
        self.step_reached = 0
        self.counts: dict[tuple[str, int], int] = {}

    def update(self, *, urgent: bool = False, **changes: Any) -> None:
        self.phase = changes.get("phase", self.phase)
        self.step_reached = changes.get("step", self.step_reached)

    def work(self) -> None:
        place = (str(self.phase), self.step_reached)
        self.counts[place] = self.counts.get(place, 0) + 1


def test_should_show_work_while_it_reads_and_validates(raw_spec, tmp_path, world, monkeypatch):
    generator = DialogueGenerator(world, random.Random(5))
    rows = [sft_row(i, generator.support(world.topics[i % 6])) for i in range(80)]
    raw_spec["stages"][0]["validation"] = [{**write_rows(tmp_path / "long.jsonl", rows), "form": "sft"}]
    reporter = CountingReporter()
    monkeypatch.setattr("whetstone_worker.train.open_reporter", lambda *_: reporter)

    run(parse(raw_spec), "secret", lambda: False)

    files = [file for file in path_of(raw_spec["baseModel"]["uri"]).rglob("*") if file.is_file()]
    assert reporter.counts["", 0] == sum(-(-file.stat().st_size // (1 << 20)) for file in files)
    assert reporter.counts["loading", 0] == 32 + 40 + 80
    assert reporter.counts["training", 10] >= 80 // 8


def test_should_end_while_it_hashes_when_asked(raw_spec):
    calls = iter([False] * 3)

    with pytest.raises(PreemptedError, match="before the first step"):
        run(parse(raw_spec), "secret", lambda: next(calls, True))

    assert not list(path_of(raw_spec["output"]["uri"]).glob("**/metrics.jsonl"))


def test_should_have_the_digest_of_a_file_in_chunks(tmp_path):
    file = tmp_path / "weights"
    file.write_bytes(random.Random(1).randbytes(3 * (1 << 20) + 7))
    chunks: list[None] = []

    assert digest_of_path(file, lambda: chunks.append(None)) == digest_of_path(file)
    assert len(chunks) == 4


def test_should_count_storage_traffic(tmp_path: Path):
    account = tmp_path / "io"
    account.write_text(f"rchar: 9\nread_bytes: {UNIT_BYTES * 2}\nwrite_bytes: {UNIT_BYTES + 5}\n", encoding="ascii")

    assert storage_units(account) == 3
    assert storage_units(tmp_path / "missing") == 0


def test_should_report_work_and_the_accelerator(raw_spec, local_server, monkeypatch):
    found = {"name": "Test GPU", "totalBytes": 80 << 30, "freeBytes": 30 << 30}
    monkeypatch.setattr("whetstone_worker.train.found_accelerator", lambda: found)
    server = local_server(lambda *_: (200, {"directive": "continue"}))
    raw_spec["callback"] = {"url": server.url}
    raw_spec["stages"][0]["hyperparameters"]["epochs"] = 0.2

    train_here(raw_spec)

    assert server.bodies[-1]["accelerator"] == found
    work = [body["work"] for body in server.bodies]
    assert work == sorted(work)
    assert work[-1] > 70
    json.dumps(server.bodies[-1])


def test_should_take_part_in_a_long_step(spec, tmp_path):
    from whetstone_worker.metrics import MetricsLog
    from whetstone_worker.trainer import StageCallback

    reporter = CountingReporter()
    callback = StageCallback(
        MetricsLog(tmp_path, lambda *_: None),
        reporter,
        limits=spec.limits,
        clock=None,
        preempted=lambda: False,
        best=None,
        stops_early=False,
    )
    for _ in range(3):
        callback.on_substep_end(None, TrainerState(), TrainerControl())

    assert reporter.counts == {("", 0): 3}
