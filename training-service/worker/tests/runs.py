"""Runs attempts in this process or in one of their own, and resumes them."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from conftest import environment, path_of
from whetstone_worker.artifact.digest import digest_of_path
from whetstone_worker.preemption import Preemption
from whetstone_worker.spec import parse

WEIGHTS = "adapter/adapter_model.safetensors"


def train_here(raw: dict[str, Any]) -> Path:
    from whetstone_worker.train import run

    run(parse(raw), "secret", Preemption())
    return path_of(raw["output"]["uri"])


def start_worker(raw: dict[str, Any], folder: Path) -> subprocess.Popen:
    (folder / "spec.json").write_text(json.dumps(raw), encoding="utf-8")
    command = [sys.executable, "-m", "whetstone_worker", "train", "--spec", str(folder / "spec.json")]
    variables = environment(WHETSTONE_WORKER_TOKEN="secret")
    return subprocess.Popen(command, env=variables, stderr=subprocess.PIPE, text=True)


def wait_for(path: Path, process: subprocess.Popen, seconds: float = 240.0) -> None:
    deadline = time.monotonic() + seconds
    while not path.exists():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline, f"{path} did not appear"
        threading.Event().wait(0.01)


def resumed(raw: dict[str, Any], fence: int) -> dict[str, Any]:
    """The spec of the next attempt: from the newest complete resume point of the last one."""
    last = path_of(raw["output"]["uri"])
    point = max(manifest.parent for manifest in last.glob("resume/step-*/manifest.json"))
    resume_from = {"uri": point.as_uri(), "sha256": digest_of_path(point / "manifest.json")}
    return raw | {
        "fence": fence,
        "resumeFrom": resume_from,
        "output": {"uri": (last.parent / str(fence)).as_uri()},
    }
