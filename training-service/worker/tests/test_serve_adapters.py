"""The model server over real HTTP: loading and unloading adapters, and refusing bad ones."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file, save_file

from model_server import BASE_NAME, chat, text


def test_should_refuse_to_load_a_name_twice(client, adapters):
    answer = client.post("/v1/load_lora_adapter", json={"lora_name": "one", "lora_path": str(adapters["one"])})

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "already_loaded"


def truncated(folder: Path) -> None:
    file = folder / "adapter_model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])


def with_nan(folder: Path) -> None:
    tensors = load_file(folder / "adapter_model.safetensors")
    next(iter(tensors.values()))[0, 0] = float("nan")
    save_file(tensors, folder / "adapter_model.safetensors")


def too_large_once_scaled(folder: Path) -> None:
    tensors = load_file(folder / "adapter_model.safetensors")
    next(value for name, value in tensors.items() if "lora_B" in name)[0, 0] = 3e38
    save_file(tensors, folder / "adapter_model.safetensors")


def overflowing(folder: Path) -> None:
    """Every weight is finite, but the output is not."""
    tensors = load_file(folder / "adapter_model.safetensors")
    for name, value in tensors.items():
        value.fill_(3e38 if "lora_A" in name else 1.0)
    save_file(tensors, folder / "adapter_model.safetensors")


def renamed(folder: Path) -> None:
    tensors = load_file(folder / "adapter_model.safetensors")
    save_file({k.replace("layers.0", "layers.9"): v for k, v in tensors.items()}, folder / "adapter_model.safetensors")


def configured(**fields: Any):
    def change(folder: Path) -> None:
        config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
        (folder / "adapter_config.json").write_text(json.dumps(config | fields), encoding="utf-8")

    return change


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (truncated, "damaged or truncated"),
        (with_nan, "not finite"),
        (too_large_once_scaled, "not finite once scaled"),
        (renamed, "no linear module"),
        (configured(r=8), "has shapes"),
        (configured(r=32), "from 1 to 16"),
        (configured(peft_type="IA3"), "only LORA"),
        (configured(use_dora=True), "use_dora"),
        (lambda f: (f / "adapter_config.json").write_text("{", encoding="utf-8"), "not JSON"),
        (lambda f: (f / "adapter_config.json").unlink(), "cannot be read"),
        (lambda f: (f / "adapter_model.safetensors").unlink(), "is missing"),
        (lambda f: (f / "adapter_model.bin").write_bytes(b"x"), "only safetensors"),
    ],
)
def test_should_refuse_a_bad_adapter_and_change_nothing(client, adapters, tmp_path, damage, message):
    folder = tmp_path / "bad"
    shutil.copytree(adapters["one"], folder)
    damage(folder)
    before = client.get("/v1/models").json()

    answer = client.post("/v1/load_lora_adapter", json={"lora_name": "bad", "lora_path": str(folder)})

    assert answer.status_code == 400
    assert message in answer.json()["error"]["message"]
    assert answer.json()["error"]["code"] == "invalid_adapter"
    assert client.get("/v1/models").json() == before
    assert chat(client, "Hi", "bad").status_code == 404


def test_should_not_let_an_overflowing_adapter_change_other_answers(client, adapters, questions, tmp_path):
    shutil.copytree(adapters["one"], tmp_path / "hostile")
    overflowing(tmp_path / "hostile")
    body = {"lora_name": "hostile", "lora_path": str(tmp_path / "hostile")}
    assert client.post("/v1/load_lora_adapter", json=body).status_code == 200
    requested = [(question, (BASE_NAME, "one", "hostile", "two")[i % 4]) for i, question in enumerate(questions)]
    alone = [text(chat(client, *pair)) for pair in requested if pair[1] != "hostile"]
    plain = {"model": "hostile", "prompt": [5, 6, 7], "max_tokens": 0}

    with ThreadPoolExecutor(24) as pool:
        completing = pool.submit(client.post, "/v1/completions", json=plain)
        together = list(pool.map(lambda pair: chat(client, *pair), requested))

    others = [answer for answer, (_, model) in zip(together, requested, strict=True) if model != "hostile"]
    hostile = [answer for answer, (_, model) in zip(together, requested, strict=True) if model == "hostile"]
    assert [text(answer) for answer in others] == alone
    for answer in (*hostile, completing.result(), chat(client, "Hi", "hostile", temperature=1.0)):
        assert answer.status_code == 500
        assert answer.json()["error"]["code"] == "not_finite"
    assert client.get("/health").status_code == 200
    client.post("/v1/unload_lora_adapter", json={"lora_name": "hostile"})


def test_should_load_and_unload_during_other_requests(client, adapters, questions):
    alone = [text(chat(client, question, "one")) for question in questions[:12]]
    body = {"lora_name": "passing", "lora_path": str(adapters["two"])}

    def load_and_unload() -> None:
        for _ in range(5):
            assert client.post("/v1/load_lora_adapter", json=body).status_code == 200
            assert chat(client, questions[0], "passing").status_code == 200
            assert client.post("/v1/unload_lora_adapter", json={"lora_name": "passing"}).status_code == 200

    with ThreadPoolExecutor(13) as pool:
        passing = pool.submit(load_and_unload)
        together = list(pool.map(lambda question: text(chat(client, question, "one")), questions[:12]))
        passing.result()

    assert together == alone
    assert chat(client, "Hi", "passing").status_code == 404
