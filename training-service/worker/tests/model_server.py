"""The model server in this process, adapters for it, and questions by HTTP."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import torch

from whetstone_serve.api import Api
from whetstone_serve.batch import DecodeBatch
from whetstone_serve.engine import Engine
from whetstone_serve.models import Adapters, load_base
from whetstone_serve.server import http_server

BASE_NAME = "toy"


def make_adapter(base: Path, folder: Path, seed: int, rank: int = 4) -> Path:
    """An adapter that visibly changes answers."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32, local_files_only=True)
    config = LoraConfig(r=rank, lora_alpha=2 * rank, target_modules="all-linear", task_type="CAUSAL_LM")
    peft = get_peft_model(model, config)
    for name, parameter in peft.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.4)
    peft.save_pretrained(folder, save_embedding_layers=False)
    return folder


@contextlib.contextmanager
def running(base: Path) -> Iterator[str]:
    """Serves ``base`` and yields the address."""
    loaded = load_base(BASE_NAME, base)
    torch.set_num_threads(1)
    batch = DecodeBatch(loaded.model, loaded.rows, loaded.pad_token)

    def decode(tokens: list[int]) -> str:
        return loaded.tokenizer.decode(tokens, skip_special_tokens=True)

    engine = Engine(batch, decode, loaded.end_tokens, max_batch=12)
    engine.start()
    listening = socket.create_server(("127.0.0.1", 0))
    server = http_server(Api(loaded, Adapters(loaded, None), engine).application())
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        engine.close()


def chat(client: httpx.Client, question: str, model: str | None = BASE_NAME, **options: Any) -> httpx.Response:
    body = {"model": model, "messages": [{"role": "user", "content": question}], "temperature": 0, "max_tokens": 40}
    return client.post("/v1/chat/completions", json=body | options)


def text(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return answer.json()["choices"][0]["message"]["content"]
