"""A joined host against a training service that the test plays, with real child processes."""

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from polling import until
from whetstone_worker.errors import BadInputError
from whetstone_worker.join import arguments, child, command
from whetstone_worker.join.capacity import HostCapacity

WORKER = """
import json, os, signal, sys
signal.signal(signal.SIGTERM, lambda *_: os._exit(75))
folder = os.path.dirname(sys.argv[sys.argv.index("--spec") + 1])
os.mkfifo(os.path.join(folder, "end"))
with open(os.path.join(folder, "environment.partial"), "w") as file:
    json.dump(dict(os.environ), file)
os.rename(os.path.join(folder, "environment.partial"), os.path.join(folder, "environment.json"))
print("worker is up:", sys.argv[1], flush=True)
sys.exit(int(open(os.path.join(folder, "end")).read()))
"""


class TrainingService:
    """Answers questions with what the test has put there, and keeps what it was told."""

    def __init__(self) -> None:
        self.offers: list[dict[str, Any]] = []
        self.stops: list[dict[str, str]] = []
        self.questions: list[dict[str, Any]] = []
        self.taken: list[str] = []
        self.takeable = True
        self.refusal: tuple[int, dict[str, str]] | None = None
        self.keys: set[str] = set()
        self._news = threading.Condition()
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                service.keys.add(self.headers["Authorization"])
                code, answer = service.answer(self.path, body)
                text = json.dumps(answer).encode() if answer is not None else b""
                self.send_response(code)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None:
                """Keeps the test's output clean."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def offer(self, *offers: dict[str, Any]) -> None:
        with self._news:
            self.offers += offers
            self._news.notify_all()

    def stop(self, attempt: str, manner: str) -> None:
        with self._news:
            self.stops.append({"attempt": attempt, "manner": manner})
            self._news.notify_all()

    def answer(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        if self.refusal is not None:
            return self.refusal
        if path.endswith("/take"):
            self.taken.append(path)
            return (204, None) if self.takeable else (409, {"detail": "gone"})
        self.questions.append(body)
        with self._news:
            self._news.wait_for(lambda: self.offers or self.stops, timeout=0.02)
            offer = self.offers.pop() if self.offers and not body["draining"] else None
            stops, self.stops = self.stops, []
        return 200, {"offer": offer, "stops": stops} if offer else {"stops": stops}

    def last(self) -> dict[str, Any]:
        return self.questions[-1]


@pytest.fixture
def service() -> Iterator[TrainingService]:
    service = TrainingService()
    yield service
    service.server.shutdown()


@pytest.fixture
def host(service: TrainingService, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    (tmp_path / "worker.py").write_text(WORKER)
    (tmp_path / "key").write_text("wst_the-hosts-key\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "whetstone_worker", "join", *_arguments(service.url, tmp_path)],
        env={**os.environ, "HOST_SECRET": "of the host", "WHETSTONE_S3_ENDPOINT": "https://s3.example"},
    )
    yield process
    process.kill()
    process.wait()


def _arguments(url: str, folder: Path) -> list[str]:
    script = f"{sys.executable} {folder / 'worker.py'}"
    return [
        *("--server", url, "--token-file", str(folder / "key"), "--name", "gpu-1", "--gpus", "0,1"),
        *("--memory-gib", "8", "--label", "zone=a", "--work", str(folder / "work"), "--command", script),
    ]


def _offer(attempt: str, gpus: int = 1, memory: int = 2**30) -> dict[str, Any]:
    return {
        "attempt": attempt,
        "command": "train",
        "spec": '{"attempt": "' + attempt + '"}',
        "token": "wsw_token",
        "secrets": {"WHETSTONE_SERVING_KEY": "sk"},
        "needed": {"workers": 1, "gpus": gpus, "memoryBytes": memory, "milliCpus": 0},
    }


def _until(condition: Callable[[], Any]) -> Any:
    def tried() -> Any:
        try:
            return condition()
        except (OSError, IndexError):
            return None

    return until(tried, 20.0)


def _end(folder: Path, code: int) -> int:
    """Lets the worker of a folder exit; an ``OSError`` while it does not wait for that yet."""
    pipe = os.open(folder / "end", os.O_WRONLY | os.O_NONBLOCK)
    try:
        return os.write(pipe, str(code).encode())
    finally:
        os.close(pipe)


def test_a_host_takes_a_worker_and_tells_how_it_ended(
    service: TrainingService, host: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    service.offer(_offer("run-1-3"))
    folder = tmp_path / "work" / "run-1-3"
    environment = json.loads(_until((folder / "environment.json").read_text))
    _until(lambda: service.last()["running"] == ["run-1-3"])
    told = service.last()
    _until(lambda: _end(folder, 65))
    ended = _until(lambda: [one for question in service.questions for one in question["ended"]])

    assert host.poll() is None
    assert environment["WHETSTONE_WORKER_TOKEN"] == "wsw_token"
    assert environment["WHETSTONE_SERVING_KEY"] == "sk"
    assert environment["CUDA_VISIBLE_DEVICES"] == "0"
    assert environment["WHETSTONE_S3_ENDPOINT"] == "https://s3.example"
    assert "HOST_SECRET" not in environment
    assert "wst_the-hosts-key" not in json.dumps(environment)
    assert told["free"] == {**told["capacity"], "workers": 1, "gpus": 1, "memoryBytes": 7 * 2**30}
    assert told["labels"] == {"zone": "a"}
    assert ended == [{"attempt": "run-1-3", "exitCode": 65, "lastWords": "worker is up: train"}]
    assert service.keys == {"Bearer wst_the-hosts-key"}
    _until(lambda: service.last()["ended"] == [] and service.last()["free"]["workers"] == 2)


def test_each_worker_has_devices_of_its_own(
    service: TrainingService, host: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    service.offer(_offer("run-b-1"), _offer("run-a-1", gpus=0))
    seen = {
        attempt: json.loads(_until(lambda a=attempt: (tmp_path / "work" / a / "environment.json").read_text()))
        for attempt in ("run-a-1", "run-b-1")
    }

    assert [seen[attempt]["CUDA_VISIBLE_DEVICES"] for attempt in ("run-a-1", "run-b-1")] == ["0", "1"]
    _until(lambda: service.last()["free"]["gpus"] == 0)
    assert service.last()["scoringSlots"] == 1
    service.offer({**_offer("scoring.ev-1.1", gpus=0), "command": "score"})
    scoring = tmp_path / "work" / "scoring.ev-1.1" / "environment.json"
    shared = json.loads(_until(scoring.read_text))
    assert shared["CUDA_VISIBLE_DEVICES"] == "1"
    _until(lambda: service.last()["scoringSlots"] == 0)


def test_a_worker_that_cannot_be_taken_is_not_started(
    service: TrainingService, host: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    service.takeable = False
    service.offer(_offer("run-1-1"))
    _until(lambda: service.taken)
    asked = len(service.questions)
    _until(lambda: len(service.questions) > asked + 1)

    assert not (tmp_path / "work" / "run-1-1").exists()
    assert service.last()["running"] == []


@pytest.mark.parametrize(("manner", "code"), [("politely", 75), ("at-once", 137)])
def test_a_host_ends_a_worker_as_it_is_told(
    service: TrainingService, host: subprocess.Popen[bytes], tmp_path: Path, manner: str, code: int
) -> None:
    service.offer(_offer("run-1-1"))
    _until((tmp_path / "work" / "run-1-1" / "environment.json").exists)
    service.stop("run-1-1", manner)

    ended = _until(lambda: [one for question in service.questions for one in question["ended"]])

    assert [(one["attempt"], one["exitCode"]) for one in ended][:1] == [("run-1-1", code)]


def test_a_host_drains_on_sigterm(service: TrainingService, host: subprocess.Popen[bytes], tmp_path: Path) -> None:
    service.offer(_offer("run-1-1"))
    _until((tmp_path / "work" / "run-1-1" / "environment.json").exists)
    host.send_signal(signal.SIGTERM)

    assert host.wait(timeout=30) == 0
    last = service.last()
    assert last["leaving"]
    assert last["draining"]
    assert last["running"] == []
    assert [one["exitCode"] for question in service.questions for one in question["ended"]] == [75]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_workers_save_and_end_when_their_host_process_is_killed(
    service: TrainingService, host: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    service.offer(_offer("run-1-1"))
    environment = _until((tmp_path / "work" / "run-1-1" / "environment.json").exists)
    pids = [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and _reads(entry.name, str(tmp_path / "work" / "run-1-1" / "run-spec.json"))
    ]
    host.kill()

    assert environment
    assert len(pids) == 1
    _until(lambda: not _reads(str(pids[0]), "run-spec.json"))


def _reads(pid: str, argument: str) -> bool:
    try:
        return argument.encode() in Path("/proc", pid, "cmdline").read_bytes()
    except OSError:
        return False


def test_a_refused_key_ends_the_host_with_the_reason(service: TrainingService, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("wst_read-only")
    service.refusal = (403, {"detail": "key 'k' lacks the scope work", "remedy": "use a key with the scope work"})

    ended = subprocess.run(
        [sys.executable, "-m", "whetstone_worker", "join", *_arguments(service.url, tmp_path)],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )

    assert ended.returncode == 65
    assert ended.stderr.strip().splitlines()[-1].startswith("key-refused: key 'k' lacks the scope work")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"--server": "http://train.example"}, "bad-server"),
        ({"--name": "GPU 1"}, "bad-name"),
        ({"--label": "zone"}, "bad-label"),
        ({"--workers": "0"}, "bad-argument"),
        ({"--token-file": "/no/such/key"}, "no-key"),
    ],
)
def test_arguments_are_checked(tmp_path: Path, changed: dict[str, str], code: str) -> None:
    (tmp_path / "key").write_text("wst_key")
    parser = argparse.ArgumentParser()
    arguments.add_arguments(parser)
    given = {"--server": "https://train.example", "--token-file": str(tmp_path / "key"), "--name": "gpu-1"} | changed

    with pytest.raises(BadInputError) as error:
        command.settings(parser.parse_args([part for pair in given.items() for part in pair]))

    assert error.value.code == code


def test_a_host_counts_what_its_workers_leave() -> None:
    has = HostCapacity(2, 1, 100, 4000)

    assert has.minus([HostCapacity(1, 1, 60, 500), HostCapacity(1, 1, 60, 500)]) == HostCapacity(0, 0, 0, 3000)
    assert HostCapacity.of_json(has.to_json()) == has


def test_only_the_newest_folders_of_ended_workers_are_kept(tmp_path: Path) -> None:
    for number in range(25):
        (tmp_path / f"run-{number}").mkdir()
        os.utime(tmp_path / f"run-{number}", (number, number))

    child.delete_old_folders(tmp_path, {"run-0"})

    assert {folder.name for folder in tmp_path.iterdir()} == {"run-0", *(f"run-{n}" for n in range(5, 25))}
