"""Shared parts of the tests: the demo's base model, small runs, and a control plane whose answers a test scripts."""

import copy
import json
import os
import random
import signal
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

import s3_server

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["WHETSTONE_WORKER_THREADS"] = "1"

from whetstone_toybase.dialogue import Dialogue, DialogueGenerator
from whetstone_toybase.world import World, read_world
from whetstone_worker.artifact.digest import digest_of_path
from whetstone_worker.spec import RunSpec, parse

WORKER = Path(__file__).parents[1]
REPOSITORY = WORKER.parents[1]
SOURCES = [WORKER / "src", WORKER / "serve/src", WORKER / "toybase/src"]
DEMO = REPOSITORY / "deploy/local/demo"


class LocalServer:
    """A real HTTP server whose answers a function decides; every request body is kept."""

    def __init__(self, answer: Callable[[str, dict[str, Any]], tuple[int, Any]]) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.bodies.append(body)
                server.headers.append(dict(self.headers))
                server.paths.append(self.path)
                status, reply = answer(self.path, body)
                data = json.dumps(reply).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def local_server() -> Iterator[Callable[..., LocalServer]]:
    """Starts local servers, which stop at the end of the test."""
    started: list[LocalServer] = []

    def start(answer: Callable[[str, dict[str, Any]], tuple[int, Any]]) -> LocalServer:
        started.append(LocalServer(answer))
        return started[-1]

    yield start
    for server in started:
        server.close()


@pytest.fixture(autouse=True)
def _restored_sigterm_handler() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope="session")
def base() -> Path:
    return DEMO / "base"


@pytest.fixture(scope="session")
def world() -> World:
    return read_world(DEMO / "world.json")


@pytest.fixture(scope="session")
def tokenizer(base: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(base, local_files_only=True)


@pytest.fixture
def templated(tokenizer) -> Callable[..., Any]:
    """The demo's tokenizer with another template, whose control tokens are special tokens as in real bases."""

    from templates import control_tokens

    def with_template(template: str, special: bool = True) -> Any:
        changed = copy.deepcopy(tokenizer)
        if special:
            changed.bos_token = "<s>"
            changed.add_special_tokens({"additional_special_tokens": control_tokens(template)})
        changed.chat_template = template
        return changed

    return with_template


@pytest.fixture(scope="module")
def adapters(tmp_path_factory: pytest.TempPathFactory, base: Path) -> dict[str, Path]:
    """Two adapters of the model server, by name."""
    import model_server

    root = tmp_path_factory.mktemp("adapters")
    return {
        name: model_server.make_adapter(base, root / name, seed, 4 * seed)
        for seed, name in enumerate(("one", "two"), start=1)
    }


@pytest.fixture(scope="module")
def served(base: Path) -> Iterator[str]:
    """The address of a model server."""
    import model_server

    with model_server.running(base) as address:
        yield address


@pytest.fixture(scope="module")
def client(served: str, adapters: dict[str, Path]) -> Iterator[Any]:
    """A client of the model server, which has loaded the adapters."""
    import httpx

    with httpx.Client(base_url=served, timeout=60, trust_env=False) as http:
        for name, folder in adapters.items():
            body = {"lora_name": name, "lora_path": str(folder)}
            assert http.post("/v1/load_lora_adapter", json=body).status_code == 200
        yield http


@pytest.fixture(scope="module")
def questions(world: World) -> list[str]:
    generator = DialogueGenerator(world, random.Random(8))
    return [generator.support(world.topics[i % 8]).prompt for i in range(24)]


def path_of(uri: str) -> Path:
    """The path of a ``file`` URI, whether or not anything exists there."""
    return Path(unquote(urlsplit(uri).path))


def environment(**variables: str) -> dict[str, str]:
    """For a subprocess that runs these sources, whatever is installed."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, SOURCES)), **variables}


def sft_row(number: int, dialogue: Dialogue, weight: float = 1.0) -> dict[str, Any]:
    messages = [
        {"role": "user", "content": dialogue.prompt},
        {"role": "assistant", "content": dialogue.answer, "weight": 1},
    ]
    return {"id": f"example-{number}", "messages": messages, "sampleWeight": weight}


def write_rows(path: Path, rows: list[dict[str, Any]]) -> dict[str, Any]:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return {"uri": path.as_uri(), "sha256": digest_of_path(path)}


@pytest.fixture
def raw_spec(tmp_path: Path, base: Path, world: World) -> dict[str, Any]:
    """A run of 12 optimizer steps on 48 rows."""
    return make_raw_spec(tmp_path, base, world)


def make_raw_spec(folder: Path, base: Path, world: World) -> dict[str, Any]:
    generator = DialogueGenerator(world, random.Random(3))
    rows = [sft_row(i, generator.support(world.topics[i % 6], new_policy=True)) for i in range(32)]
    held_out = [sft_row(i, generator.support(world.topics[i % 6], new_policy=True)) for i in range(8)]
    replay = [sft_row(i, generator.skill(world.skills[i % 6])) for i in range(40)]
    return {
        "runId": "run-1",
        "attempt": "attempt-1",
        "fence": 1,
        "baseModel": {"uri": base.as_uri(), "sha256": digest_of_path(base)},
        "chatTemplateSha256": digest_of_path(base / "chat_template.jinja"),
        "initAdapter": None,
        "replay": [{**write_rows(folder / "replay.jsonl", replay), "share": 1 / 3}],
        "stages": [
            {
                "objective": "sft",
                "datasets": [{**write_rows(folder / "train.jsonl", rows), "form": "sft"}],
                "validation": [{**write_rows(folder / "validation.jsonl", held_out), "form": "sft"}],
                "hyperparameters": {
                    "epochs": 2,
                    "batchSize": 8,
                    "microBatchSize": 4,
                    "learningRate": 2e-3,
                    "weightDecay": 0.01,
                    "warmupRatio": 0.03,
                    "packing": False,
                },
            }
        ],
        "lora": {"r": 4, "alpha": 8, "dropout": 0.1, "targetModules": ["all-linear"]},
        "maxSequenceLength": 256,
        "seed": 11,
        "retention": {"method": "none", "strength": 0},
        "resumeFrom": None,
        "resumeEverySteps": 3,
        "output": {"uri": (folder / "runs/run-1/1").as_uri() + "/"},
        "limits": {"maxSeconds": 300, "maxGpuSeconds": 300},
        "callback": {"url": None},
    }


@pytest.fixture
def spec(raw_spec: dict[str, Any]) -> RunSpec:
    return parse(raw_spec)


@pytest.fixture(scope="session")
def s3(tmp_path_factory):
    """A server with the API of S3; tests that need it are skipped, with the reason, where it cannot be started."""
    pytest.importorskip("botocore", reason="the environment has no botocore; install requirements.lock")
    reason = s3_server.why_not()
    if reason:
        pytest.skip(reason)
    server = s3_server.start(tmp_path_factory.mktemp("s3"))
    yield server
    server.close()
