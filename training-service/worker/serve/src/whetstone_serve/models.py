"""What is served: the base model, its tokenizer, and the loaded adapters."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from whetstone_serve.adapters import DEFAULT_MAX_RANK, LoraAdapter, load_adapter
from whetstone_serve.faults import StartError, bad_request, unknown_model
from whetstone_serve.lora import RowAdapters, wrap_linears


@dataclass(frozen=True)
class BaseModel:
    """A causal language model with its tokenizer, ready to answer."""

    name: str
    path: Path
    model: Any
    tokenizer: Any
    rows: RowAdapters
    linears: dict[str, torch.nn.Linear]
    longest: int
    end_tokens: frozenset[int]
    pad_token: int


def load_base(name: str, path: Path) -> BaseModel:
    """Loads a base model from its folder; raises ``StartError`` when it is not one."""
    if not (path / "config.json").is_file():
        raise StartError("no-base-model", f"{path} has no config.json; set --base to the folder of a base model")
    cuda = torch.cuda.is_available()
    tokenizer = AutoTokenizer.from_pretrained(path, local_files_only=True)
    model = AutoModelForCausalLM.from_pretrained(
        path,
        dtype=torch.bfloat16 if cuda else torch.float32,
        attn_implementation="sdpa",
        local_files_only=True,
        use_safetensors=True,
    )
    model.to("cuda" if cuda else "cpu").eval()
    rows = RowAdapters()
    linears = wrap_linears(model, rows)
    ends = model.generation_config.eos_token_id
    end_tokens = frozenset(ends if isinstance(ends, list) else [ends, tokenizer.eos_token_id]) - {None}
    pad_token = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else min(end_tokens, default=0)
    longest = int(model.config.max_position_embeddings)
    return BaseModel(name, path.resolve(), model, tokenizer, rows, linears, longest, end_tokens, pad_token)


class Adapters:
    """The adapters that requests may name. They are immutable: a request keeps the one it started with."""

    def __init__(self, base: BaseModel, root: Path | None, max_rank: int = DEFAULT_MAX_RANK) -> None:
        self._base = base
        self._root = root
        self._max_rank = max_rank
        self._lock = threading.Lock()
        self._loaded: dict[str, LoraAdapter] = {}

    def load(self, name: str, path: Path) -> None:
        """Checks and adds an adapter; an invalid one changes nothing."""
        self._require_free(name)
        adapter = load_adapter(name, path, self._base.linears, self._root, self._max_rank)
        with self._lock:
            self._require_free(name)
            self._loaded = {**self._loaded, name: adapter}

    def unload(self, name: str) -> None:
        """Removes an adapter for new requests; running ones finish with it."""
        with self._lock:
            if name not in self._loaded:
                raise unknown_model(name)
            self._loaded = {other: adapter for other, adapter in self._loaded.items() if other != name}

    def find(self, name: str | None) -> LoraAdapter | None:
        """The adapter of a model name, None for the base; raises a 404 ``RequestError``."""
        if name is None or name == self._base.name:
            return None
        adapter = self._loaded.get(name)
        if adapter is None:
            raise unknown_model(name)
        return adapter

    def all(self) -> list[LoraAdapter]:
        """The adapters that are loaded."""
        return list(self._loaded.values())

    def _require_free(self, name: str) -> None:
        if name == self._base.name:
            raise bad_request(
                "name_taken", f"`{name}` is the base model; choose another name for the adapter", "lora_name"
            )
        if name in self._loaded:
            raise bad_request(
                "already_loaded",
                f"The lora adapter '{name}' has already been loaded; unload it first",
                "lora_name",
            )
