"""The adapter loader, over HTTP and as a program."""

import json
import os
import secrets
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from whetstone_worker.artifact.port import child

pytest.importorskip("botocore", reason="the environment has no botocore; install requirements.lock")

from whetstone_worker.artifact.s3_settings import S3Settings
from whetstone_worker.artifact.s3_store import S3ArtifactStore
from whetstone_worker.pull import AdapterPuller, serve


@pytest.fixture
def root() -> str:
    return f"s3://whetstone/{secrets.token_hex(8)}"


@pytest.fixture
def store(s3, tmp_path) -> S3ArtifactStore:
    environment = s3.environment(tmp_path / "cache")
    return S3ArtifactStore(S3Settings.of(environment), environment)


@pytest.fixture
def loader(s3, tmp_path, root):
    puller = AdapterPuller(root, tmp_path / "adapters", 10_000, s3.environment(tmp_path / "cache"))
    with serve(puller, "127.0.0.1", 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def ask(loader: str, body: object, path: str = "/v1/adapters") -> tuple[int, dict]:
    request = urllib.request.Request(loader + path, json.dumps(body).encode())  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def adapter(store: S3ArtifactStore, root: str) -> str:
    uri = child(root, "runs/r/1/adapter")
    store.put(child(uri, "adapter_config.json"), [b"{}"])
    store.put(child(uri, "adapter_model.safetensors"), [b"weights"])
    return uri


def test_should_copy_an_adapter_and_answer_with_its_path(loader, store, root):
    uri = adapter(store, root)
    request = {"uri": uri + "/", "sha256": store.digest(uri)}

    status, answer = ask(loader, request)

    assert status == 200
    assert (Path(answer["path"]) / "adapter_model.safetensors").read_bytes() == b"weights"
    assert ask(loader, request) == (200, answer)


def test_should_keep_nothing_of_an_adapter_with_another_digest(loader, store, root, tmp_path):
    uri = adapter(store, root)

    status, answer = ask(loader, {"uri": uri, "sha256": "0" * 64})

    assert status == 409
    assert store.digest(uri) in answer["error"]["message"]
    assert list((tmp_path / "adapters/copies").iterdir()) == []
    assert list((tmp_path / "adapters/writing").iterdir()) == []


def test_should_refuse_what_is_not_an_adapter_of_its_store(loader, root):
    for uri, expected in (
        ("s3://whetstone/elsewhere/adapter", 403),
        (root, 403),
        (f"{root}/../other/adapter", 400),
        ("file:///etc", 400),
        (f"{root}/none", 404),
    ):
        status, answer = ask(loader, {"uri": uri, "sha256": "0" * 64})
        assert status == expected, uri
        assert answer["error"]["message"]
    assert ask(loader, ["no object"])[0] == 400
    assert ask(loader, {}, "/other")[0] == 404


def test_should_answer_while_the_store_does_not(tmp_path):
    environment = {
        "WHETSTONE_S3_ENDPOINT": "http://127.0.0.1:1",
        "WHETSTONE_S3_ATTEMPTS": "1",
        "WHETSTONE_S3_CACHE_FOLDER": str(tmp_path / "cache"),
        "WHETSTONE_S3_ACCESS_KEY_REF": "env:KEY",
        "WHETSTONE_S3_SECRET_KEY_REF": "env:KEY",
        "KEY": "key",
    }
    puller = AdapterPuller("s3://bucket", tmp_path / "adapters", 10, environment)
    with serve(puller, "127.0.0.1", 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        status, answer = ask(url, {"uri": "s3://bucket/a", "sha256": "0" * 64})
        with urllib.request.urlopen(url + "/healthz", timeout=10) as health:  # noqa: S310
            assert health.status == 200
        server.shutdown()
    assert status == 503
    assert "WHETSTONE_S3_ENDPOINT" in answer["error"]["message"]


def test_should_copy_one_adapter_as_a_program(s3, store, root, tmp_path):
    uri = adapter(store, root)
    command = [sys.executable, "-m", "whetstone_worker.pull", "--folder", str(tmp_path / "node"), "--once", uri]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        **s3.environment(tmp_path / "cache"),
        "WHETSTONE_STORE_URI": root,
        "PYTHONPATH": os.pathsep.join(sys.path),
    }

    done = subprocess.run(
        [*command, store.digest(uri)], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    wrong = subprocess.run(
        [*command, "0" * 64], env=environment, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stderr
    assert (Path(done.stdout.strip()) / "adapter_config.json").read_bytes() == b"{}"
    assert wrong.returncode == 65
    assert wrong.stderr.startswith("digest-mismatch: ")
