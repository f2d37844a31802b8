"""Scoring jobs: exact, in any order and batch, with the base untouched by the adapters."""

import io
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from conftest import REPOSITORY, environment, path_of
from memory_store import MemoryArtifactStore
from runs import train_here
from whetstone_toybase.dialogue import DialogueGenerator
from whetstone_worker.artifact.digest import digest_of_path
from whetstone_worker.encoding import IGNORED, ChatEncoder
from whetstone_worker.errors import BadInputError, OutOfMemoryError, PreemptedError, StoppedError
from whetstone_worker.examples import SftExample
from whetstone_worker.preemption import Preemption
from whetstone_worker.reporter import Directive, SilentReporter
from whetstone_worker.scoring import job
from whetstone_worker.scoring.batches import batches_of
from whetstone_worker.scoring.items import EncodedItem, read_items
from whetstone_worker.scoring.scorer import Scorer
from whetstone_worker.scoring.spec import parse

CHECKPOINT = "c" * 64


@pytest.fixture(scope="module")
def adapter(tmp_path_factory, base, world) -> Path:
    from conftest import make_raw_spec

    return train_here(make_raw_spec(tmp_path_factory.mktemp("scored"), base, world)) / "adapter"


@pytest.fixture(scope="module")
def items(world) -> list[dict[str, Any]]:
    generator = DialogueGenerator(world, random.Random(9))
    dialogues = [generator.support(world.topics[i % 6], new_policy=i % 2 == 0) for i in range(14)]
    dialogues += [generator.skill(world.skills[i % 6]) for i in range(10)]
    return [
        {
            "id": f"fresh/x/{i}",
            "messages": [{"role": "user", "content": dialogue.prompt}],
            "reference": {"role": "assistant", "content": dialogue.answer},
        }
        for i, dialogue in enumerate(dialogues)
    ]


def raw_spec(folder: Path, base: Path, items: list[dict[str, Any]], adapter: Path | None = None, **changes: Any) -> Any:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "items.jsonl"
    file.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
    adapters = (
        [{"checkpointId": CHECKPOINT, "uri": adapter.as_uri(), "sha256": digest_of_path(adapter)}] if adapter else []
    )
    return {
        "jobId": "scoring-ev-1",
        "attempt": "scoring-ev-1-1",
        "fence": 1,
        "baseModel": {
            "uri": base.as_uri(),
            "sha256": digest_of_path(base),
            "chatTemplateSha256": digest_of_path(base / "chat_template.jinja"),
        },
        "items": {"uri": file.as_uri(), "sha256": digest_of_path(file)},
        "adapters": adapters,
        "maxBatchTokens": 512,
        "output": {"uri": (folder / "out").as_uri() + "/"},
        **changes,
    }


def scored(raw: dict[str, Any]) -> dict[tuple[str, str | None], dict[str, Any]]:
    job.run(parse(raw), "", Preemption())
    return rows_of(path_of(raw["output"]["uri"]))


def rows_of(folder: Path) -> dict[tuple[str, str | None], dict[str, Any]]:
    rows = [json.loads(line) for line in (folder / "scores.jsonl").read_text(encoding="utf-8").splitlines()]
    return {(row["id"], row.get("checkpointId")): row for row in rows}


def unbatched(base: Path, items: list[dict[str, Any]], adapter: Path | None) -> dict[str, tuple[float, int]]:
    """The definition, with plain transformers and PEFT: one item at a time, all logits, float64."""
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(base, local_files_only=True)
    model = AutoModelForCausalLM.from_pretrained(base, local_files_only=True, dtype=torch.float32)
    if adapter:
        model = PeftModel.from_pretrained(model, str(adapter))
    model.eval()
    result = {}
    for item in items:
        asked = tokenizer.apply_chat_template(item["messages"], add_generation_prompt=True, return_dict=True)
        prompt = asked["input_ids"]
        answer = tokenizer(item["reference"]["content"] + "<|im_end|>", add_special_tokens=False)["input_ids"]
        ids = torch.tensor([prompt + answer])
        with torch.no_grad():
            logprobs = torch.log_softmax(model(input_ids=ids).logits.double(), dim=-1)[0]
        total = sum(float(logprobs[len(prompt) - 1 + i, token]) for i, token in enumerate(answer))
        result[item["id"]] = (total, len(answer))
    return result


def test_should_equal_the_unbatched_computation(tmp_path, base, items, adapter):
    rows = scored(raw_spec(tmp_path, base, items, adapter))

    assert len(rows) == 2 * len(items)
    for checkpoint, folder in ((None, None), (CHECKPOINT, adapter)):
        for name, (total, tokens) in unbatched(base, items, folder).items():
            row = rows[name, checkpoint]
            assert row["tokens"] == tokens
            assert row["logProbability"] == pytest.approx(total, abs=1e-4)
            assert 0 <= row["correct"] <= tokens
    assert rows["fresh/x/0", None]["logProbability"] != rows["fresh/x/0", CHECKPOINT]["logProbability"]


def test_should_score_the_base_as_if_there_were_no_adapter(tmp_path, base, items, adapter):
    beside = scored(raw_spec(tmp_path / "beside", base, items, adapter))
    alone = scored(raw_spec(tmp_path / "alone", base, items))

    assert {key: row for key, row in beside.items() if key[1] is None} == alone


def test_should_not_depend_on_the_order_of_the_items(tmp_path, base, items, adapter):
    shuffled = random.Random(4).sample(items, len(items))

    first = scored(raw_spec(tmp_path / "first", base, items, adapter))
    second = scored(raw_spec(tmp_path / "second", base, shuffled, adapter))

    assert second == first


def test_should_write_the_same_bytes_again(tmp_path, base, items, adapter):
    scored(raw_spec(tmp_path / "first", base, items, adapter))
    scored(raw_spec(tmp_path / "second", base, items, adapter))

    first, second = (tmp_path / name / "out/scores.jsonl" for name in ("first", "second"))
    assert second.read_bytes() == first.read_bytes()


def test_should_not_be_influenced_by_padding(tmp_path, base, items):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(base, local_files_only=True)
    model = AutoModelForCausalLM.from_pretrained(base, local_files_only=True, dtype=torch.float32).eval()
    encoded = [_encoded(ChatEncoder(tokenizer), item) for item in items]
    longest = max(encoded, key=lambda one: one.length)
    shortest = min(encoded, key=lambda one: one.length)
    assert longest.length > 1.5 * shortest.length

    for keeps in (True, False):
        scorer = Scorer(model, keeps)
        alone = scorer.score([shortest])[0]
        padded = scorer.score([longest, shortest])[1]
        assert padded.log_probability == pytest.approx(alone.log_probability, abs=1e-4)
        assert (padded.tokens, padded.correct) == (alone.tokens, alone.correct)


def _encoded(encoder: ChatEncoder, item: dict[str, Any]) -> EncodedItem:
    turns = (*item["messages"], item["reference"])
    (example,) = encoder.encode(SftExample(item["id"], turns, (), frozenset({len(turns) - 1}), 1.0))
    return EncodedItem(item["id"], example.input_ids, [i for i, label in enumerate(example.labels) if label != IGNORED])


def test_should_fill_batches_up_to_the_budget_of_tokens():
    items = [EncodedItem(f"i{n}", [0] * n, [1]) for n in (3, 5, 40, 4, 5)]

    batches = batches_of(items, 12)

    assert [[item.length for item in batch] for batch in batches] == [[40], [5, 5], [4, 3]]


def test_should_name_items_that_cannot_be_scored_and_score_the_others(tmp_path, base, items, local_server, monkeypatch):
    too_long = items[0] | {"id": "long", "messages": [{"role": "user", "content": "word " * 900}]}
    broken = items[1] | {"id": "broken", "messages": [{"role": "user", "content": {"no": "text"}}]}
    refused, encode = items[3] | {"id": "refused"}, ChatEncoder.encode

    def refuse(self, example):
        if example.id == "refused":
            raise KeyError("a template\nerror")
        return encode(self, example)

    monkeypatch.setattr(ChatEncoder, "encode", refuse)
    server = local_server(lambda *_: (200, {"directive": "continue"}))
    raw = raw_spec(tmp_path, base, [too_long, items[2], broken, refused], callback={"url": server.url})

    result = job.run(parse(raw), "secret", Preemption())

    manifest = json.loads(path_of(result["manifestUri"]).read_text(encoding="utf-8"))
    assert digest_of_path(path_of(result["manifestUri"])) == result["manifestSha256"]
    assert manifest["counts"] == {"items": 4, "scored": 1, "leftOut": 3}
    reasons = {one["itemId"]: one["reason"] for one in manifest["leftOut"]}
    assert "the base model takes 512" in reasons["long"]
    assert reasons["broken"].startswith("invalid-example:")
    assert reasons["refused"] == "not-rendered: the chat template raised KeyError: 'a template\\nerror'"
    assert list(rows_of(tmp_path / "out")) == [(items[2]["id"], None)]
    assert manifest["files"][0]["sha256"] == digest_of_path(tmp_path / "out/scores.jsonl")
    assert server.paths[-1] == "/v1/attempts/scoring-ev-1-1/status"
    assert server.headers[-1]["Authorization"] == "Bearer secret"
    assert (server.bodies[-1]["phase"], server.bodies[-1]["result"]) == ("done", result)
    assert server.bodies[-1]["step"] == 1


def test_should_halve_a_batch_that_does_not_fit_into_memory(tmp_path, base, items, monkeypatch):
    whole = scored(raw_spec(tmp_path / "whole", base, items))
    sizes, score = [], Scorer.score

    def cramped(self, batch):
        sizes.append(len(batch))
        if len(batch) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return score(self, batch)

    monkeypatch.setattr(Scorer, "score", cramped)
    halved = scored(raw_spec(tmp_path / "halved", base, items))

    assert max(sizes) > 2
    assert halved.keys() == whole.keys()
    for key, row in halved.items():
        assert row["logProbability"] == pytest.approx(whole[key]["logProbability"], abs=1e-4)


def test_should_report_that_one_item_does_not_fit_into_memory(tmp_path, base, items, monkeypatch):
    def full(*_):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(Scorer, "score", full)
    with pytest.raises(OutOfMemoryError, match="tried again"):
        scored(raw_spec(tmp_path, base, items))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"items": {"uri": "file:///dev/null", "sha256": "0" * 64}}, "digest-mismatch"),
        ({"maxBatchTokens": 0}, "invalid-scoring-spec"),
    ],
)
def test_should_refuse_wrong_input(tmp_path, base, items, change, code):
    with pytest.raises(BadInputError) as refused:
        scored(raw_spec(tmp_path, base, items) | change)

    assert refused.value.code == code
    assert not (tmp_path / "out").exists()


def test_should_refuse_an_adapter_of_another_base(tmp_path, base, items, adapter):
    import shutil

    foreign = shutil.copytree(adapter, tmp_path / "foreign")
    config = json.loads((foreign / "adapter_config.json").read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = "0" * 64
    (foreign / "adapter_config.json").write_text(json.dumps(config), encoding="utf-8")

    with pytest.raises(BadInputError, match="unusable-adapter"):
        scored(raw_spec(tmp_path, base, items, foreign))


@pytest.mark.parametrize(
    "asked",
    [(Directive.STOP, False, StoppedError), (Directive.CONTINUE, True, PreemptedError)],
)
def test_should_end_when_it_is_asked_to(tmp_path, base, items, asked):
    directive, preempted, error = asked
    reporter = SilentReporter()
    reporter.directive = directive
    store = MemoryArtifactStore(tmp_path)

    class Files:
        def __getattr__(self, name):
            from whetstone_worker.artifact.scheme import open_artifacts

            return getattr(store if name == "put" else open_artifacts(), name)

    with pytest.raises(error):
        job.ScoringJob(parse(raw_spec(tmp_path, base, items)), Files(), reporter, lambda: preempted).score()

    assert not store.files


def test_should_score_from_the_command_line(tmp_path, base, items):
    spec = tmp_path / "spec.json"
    spec.write_text(json.dumps(raw_spec(tmp_path, base, items)), encoding="utf-8")
    command = [sys.executable, "-m", "whetstone_worker", "score", "--spec", str(spec)]

    ended = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=240, check=False)

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("scores file://")
    assert len(rows_of(tmp_path / "out")) == len(items)


def test_should_use_at_most_half_of_the_cores(monkeypatch):
    monkeypatch.setenv("WHETSTONE_WORKER_THREADS", "64")
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(8)))

    assert job.scoring_threads(10**9) == 4
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0})
    assert job.scoring_threads(10**9) == 1


def test_should_read_and_write_what_the_contracts_define(tmp_path, base, items):
    golden = REPOSITORY / "contracts/src/test/resources/golden"
    spec = parse(json.loads((golden / "scoring-spec.v1.json").read_text(encoding="utf-8")))
    with (golden / "scoring-item.v1.json").open("rb") as file:
        line = json.dumps(json.load(file)).encode()
    item = next(read_items(io.BytesIO(line), "golden"))

    assert spec.adapters[0].checkpoint_id == "2" * 64
    assert [(turn["role"], turn["weight"]) for turn in item.row["messages"]] == [("user", 0), ("assistant", 1)]
    job.run(parse(raw_spec(tmp_path, base, items[:1])), "", Preemption())
    manifest = json.loads((tmp_path / "out/manifest.json").read_text(encoding="utf-8"))
    assert manifest.keys() == json.loads((golden / "scores-manifest.v1.json").read_text(encoding="utf-8")).keys()
    row = rows_of(tmp_path / "out")[items[0]["id"], None]
    assert row.keys() == json.loads((golden / "score-row.base.v1.json").read_text(encoding="utf-8")).keys()
