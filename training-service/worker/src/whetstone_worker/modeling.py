"""The base model with a trainable adapter."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

from whetstone_worker.errors import BadInputError
from whetstone_worker.spec import RunSpec

_SHA256 = re.compile(r"[0-9a-f]{64}")
_BASE_REMEDY = "set /baseModel to a folder with config.json, tokenizer and safetensors of a causal language model"


def load_tokenizer(base: Path) -> Any:
    """The base's tokenizer."""
    with _as_bad_input("unusable-base", f"the tokenizer of {base}", _BASE_REMEDY):
        return AutoTokenizer.from_pretrained(base, local_files_only=True)


def stop_ids(base: Path) -> frozenset[int]:
    """The token ids at which servers of the base stop: those of its generation settings."""
    if not (base / "generation_config.json").is_file():
        return frozenset()
    with _as_bad_input("unusable-base", f"the file generation_config.json of {base}", _BASE_REMEDY):
        ids = GenerationConfig.from_pretrained(base, local_files_only=True).eos_token_id
    return frozenset([ids] if isinstance(ids, int) else ids or [])


def load_model(base: Path, spec: RunSpec, adapter: Path | None) -> PeftModel:
    """Loads the base with a trainable copy of an adapter, or with a new adapter."""
    model = load_base(base)
    return _with_adapter(model, adapter, spec) if adapter else _with_new_adapter(model, spec)


def load_base(base: Path) -> Any:
    """Loads the base: bf16 on CUDA, fp32 on the CPU."""
    cuda = torch.cuda.is_available()
    with _as_bad_input("unusable-base", f"the base model {base}", _BASE_REMEDY):
        model = AutoModelForCausalLM.from_pretrained(
            base,
            dtype=torch.bfloat16 if cuda else torch.float32,
            attn_implementation="sdpa",
            local_files_only=True,
            use_safetensors=True,
        )
    model.config.use_cache = False
    return model


def with_scored_adapters(model: Any, adapters: Mapping[str, Path], base_sha256: str) -> PeftModel:
    """Adds adapters that are not trained, each under its own name."""
    remedy = "offer an adapter of this base"
    result: Any = model
    for name, folder in adapters.items():
        with _as_bad_input("unusable-adapter", f"the adapter {folder}", remedy):
            _require_same_base(folder, base_sha256)
            if isinstance(result, PeftModel):
                result.load_adapter(str(folder), adapter_name=name, is_trainable=False, local_files_only=True)
            else:
                result = PeftModel.from_pretrained(
                    result, str(folder), adapter_name=name, is_trainable=False, local_files_only=True
                )
    return result


def _with_adapter(model: Any, folder: Path, spec: RunSpec) -> PeftModel:
    remedy = "set /initAdapter to an adapter of this base, or leave it out to start from the base"
    with _as_bad_input("unusable-adapter", f"the adapter {folder}", remedy):
        _require_same_base(folder, spec.base_model.sha256)
        return PeftModel.from_pretrained(model, str(folder), is_trainable=True, local_files_only=True)


def _require_same_base(folder: Path, base_sha256: str) -> None:
    """Adapters of this worker name their base by digest; those made elsewhere are checked by their shapes only."""
    trained_on = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8")).get("base_model_name_or_path")
    if _SHA256.fullmatch(str(trained_on)) and trained_on != base_sha256:
        raise ValueError(f"it was trained on the base with SHA-256 {trained_on}, /baseModel has {base_sha256}")


def _with_new_adapter(model: Any, spec: RunSpec) -> PeftModel:
    targets = spec.lora.target_modules
    config = LoraConfig(
        r=spec.lora.r,
        lora_alpha=spec.lora.alpha,
        lora_dropout=spec.lora.dropout,
        target_modules="all-linear" if targets == ("all-linear",) else list(targets),
        bias="none",
        task_type="CAUSAL_LM",
    )
    remedy = "name linear modules of the base"
    with _as_bad_input("unusable-lora", f"/lora with targetModules {list(targets)}", remedy):
        return get_peft_model(model, config)


@contextmanager
def _as_bad_input(code: str, what: str, remedy: str) -> Iterator[None]:
    """Turns the libraries' errors about a wrong input into ``BadInputError``; failures of disk and device pass."""
    try:
        yield
    except (OSError, ValueError, RuntimeError) as error:
        disk_failed = isinstance(error, OSError) and error.errno is not None
        device_failed = isinstance(error, RuntimeError) and "state_dict" not in str(error)
        if disk_failed or device_failed:
            raise
        problem = " ".join(str(error).split())[:400]
        raise BadInputError(code, f"{what} cannot be used: {problem}; {remedy}") from error
