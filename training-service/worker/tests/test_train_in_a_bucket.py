"""A run whose base, rows, resume points and adapter all lie in a bucket ends in the same bytes as one on files."""

import json
import secrets
from typing import Any

import pytest

from conftest import path_of
from runs import WEIGHTS, train_here
from whetstone_worker.artifact.port import ArtifactStore, child
from whetstone_worker.artifact.scheme import open_artifacts
from whetstone_worker.preemption import Preemption
from whetstone_worker.spec import parse


@pytest.fixture
def root(s3, tmp_path, monkeypatch) -> str:
    for name, value in s3.environment(tmp_path / "cache").items():
        monkeypatch.setenv(name, value)
    return f"s3://whetstone/{secrets.token_hex(8)}"


def moved(raw: dict[str, Any], store: ArtifactStore, root: str) -> dict[str, Any]:
    """The same spec whose inputs were copied to the bucket, and whose output goes there."""
    text = json.dumps(raw)
    stage = raw["stages"][0]
    for name, uri in (
        *(("replay", part["uri"]) for part in raw["replay"]),
        *(("train", part["uri"]) for part in stage["datasets"]),
        *(("validation", part["uri"]) for part in stage["validation"]),
    ):
        store.publish(path_of(uri), child(root, f"{name}.jsonl"))
        text = text.replace(uri, child(root, f"{name}.jsonl"))
    base = path_of(raw["baseModel"]["uri"])
    for file in base.rglob("*"):
        if file.is_file():
            store.publish(file, child(root, f"base/{file.relative_to(base).as_posix()}"))
    return json.loads(text) | {
        "baseModel": raw["baseModel"] | {"uri": child(root, "base")},
        "output": {"uri": child(root, "runs/run-1/1") + "/"},
    }


def test_should_train_and_resume_in_a_bucket_with_the_bytes_of_files(raw_spec, root):
    from whetstone_worker.train import run

    store = open_artifacts()
    spec = moved(raw_spec, store, root)
    output = spec["output"]["uri"]
    expected = (train_here(raw_spec) / WEIGHTS).read_bytes()

    done = run(parse(spec), "secret", Preemption())

    assert done == {"manifestUri": child(output, "manifest.json"), "manifestSha256": store.digest(done["manifestUri"])}
    with store.open(child(output, WEIGHTS)) as weights:
        assert weights.read() == expected
    with store.open(done["manifestUri"]) as file:
        manifest = json.load(file)
    for entry in manifest["files"]:
        assert entry["sha256"] == store.digest(child(output, entry["path"]))
    points = sorted({name.partition("/")[0] for name in store.list(child(output, "resume"))})
    assert len(points) == 2

    first = child(output, f"resume/{points[0]}")
    sha256 = store.digest(child(first, "manifest.json"))
    again = spec | {
        "fence": 2,
        "resumeFrom": {"uri": first, "sha256": sha256},
        "output": {"uri": child(root, "runs/run-1/2")},
    }
    run(parse(again), "secret", Preemption())

    with store.open(child(again["output"]["uri"], WEIGHTS)) as weights:
        assert weights.read() == expected
