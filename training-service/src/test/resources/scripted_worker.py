"""Behaves like the worker, without a model: reports, saves resume points, resumes, leaves an adapter."""

import hashlib
import json
import os
import signal
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import unquote, urlparse

STEPS = 30
SAVE_EVERY = 10
SEED_THAT_ONLY_LOADS = 75


def folder_of(uri: str) -> Path:
    return Path(unquote(urlparse(uri).path))


def write(path: Path, data: bytes) -> dict:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def report(spec: dict, phase: str, step: int, **more: object) -> None:
    body = {
        "fence": spec["fence"],
        "phase": phase,
        "stage": "sft",
        "step": step,
        "epoch": step / STEPS,
        "history": [{"step": step, "metrics": {"train_loss": 1 / (step + 1)}}],
        **more,
    }
    request = urllib.request.Request(
        f"{spec['callback']['url']}/v1/attempts/{spec['attempt']}/status",
        json.dumps(body).encode(),
        {
            "Content-Type": "application/json",
            "Authorization": "Bearer " + os.environ["WHETSTONE_WORKER_TOKEN"],
        },
    )
    with urllib.request.urlopen(request) as answer:
        if json.load(answer)["directive"] != "continue":
            sys.exit(77)


def save(spec: dict, output: Path, step: int) -> None:
    folder = output / f"resume/step-{step:08d}"
    entry = {"path": "state", **write(folder / "state", str(step).encode())}
    manifest = {"runId": spec["runId"], "fence": spec["fence"], "step": step, "files": [entry]}
    write(folder / "manifest.json", json.dumps(manifest).encode())


def finish(spec: dict, output: Path) -> None:
    files = [
        {"path": path, **write(output / path, path.encode())}
        for path in ("adapter/adapter_config.json", "adapter/adapter_model.safetensors")
    ]
    manifest = {
        "kind": "checkpoint",
        "runId": spec["runId"],
        "fence": spec["fence"],
        "files": files,
        "baseModel": spec["baseModel"],
        "hyperparameters": {"epochs": 1, "microBatchSize": None},
        "metrics": {"train_loss": 0.1},
        "tokens": 100,
        "gpuSeconds": 1.5,
        "workerVersion": "scripted",
    }
    data = json.dumps(manifest).encode()
    entry = write(output / "manifest.json", data)
    result = {"manifestUri": (output / "manifest.json").as_uri(), "manifestSha256": entry["sha256"]}
    report(spec, "done", STEPS, result=result)


def main() -> None:
    spec = json.loads(Path(sys.argv[sys.argv.index("--spec") + 1]).read_text())
    output = folder_of(spec["output"]["uri"])
    start = 0
    if spec.get("resumeFrom"):
        start = int((folder_of(spec["resumeFrom"]["uri"]) / "state").read_text())
    evicted = []
    signal.signal(signal.SIGTERM, lambda *_: evicted.append(True))
    report(spec, "loading", start)
    # Loads without an end, until it is evicted.
    while spec["seed"] == SEED_THAT_ONLY_LOADS:
        if evicted:
            sys.exit(75)
        time.sleep(0.01)
    for step in range(start + 1, STEPS + 1):
        report(spec, "training", step)
        if step % SAVE_EVERY == 0:
            save(spec, output, step)
        # The first attempt waits to be killed.
        while step == 20 and start == 0:
            if evicted:
                sys.exit(75)
            time.sleep(0.01)
    finish(spec, output)


main()
