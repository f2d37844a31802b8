"""The base model with a trainable adapter."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

from whetstone_worker.errors import BadInputError
from whetstone_worker.spec import RunSpec
from whetstone_worker.storage import verified

_SHA256 = re.compile(r"[0-9a-f]{64}")
_USABLE_BASE = "give /baseModel a folder with config.json, tokenizer and safetensors of a causal language model"


def load_tokenizer(base: Path) -> Any:
    """The base's tokenizer."""
    with _refused_as("unusable-base", f"the tokenizer of {base}", _USABLE_BASE):
        return AutoTokenizer.from_pretrained(base, local_files_only=True)


def load_model(base: Path, spec: RunSpec) -> PeftModel:
    """Loads the base (bf16 on CUDA, fp32 on the CPU) and puts the initial or a fresh adapter on it."""
    cuda = torch.cuda.is_available()
    with _refused_as("unusable-base", f"the base model {base}", _USABLE_BASE):
        model = AutoModelForCausalLM.from_pretrained(
            base,
            dtype=torch.bfloat16 if cuda else torch.float32,
            attn_implementation="sdpa",
            local_files_only=True,
            use_safetensors=True,
        )
    model.config.use_cache = False
    return _with_initial_adapter(model, spec) if spec.init_adapter else _with_fresh_adapter(model, spec)


def _with_initial_adapter(model: Any, spec: RunSpec) -> PeftModel:
    folder = verified(spec.init_adapter.uri, spec.init_adapter.sha256, "initial adapter")
    with _refused_as("unusable-adapter", f"the initial adapter {folder}", "start from one of this base, or from it"):
        _require_same_base(folder, spec.base_model.sha256)
        return PeftModel.from_pretrained(model, str(folder), is_trainable=True, local_files_only=True)


def _require_same_base(folder: Path, base_sha256: str) -> None:
    """Adapters of ours name their base by digest; of one made elsewhere only its shapes tell."""
    made_for = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8")).get("base_model_name_or_path")
    if _SHA256.fullmatch(str(made_for)) and made_for != base_sha256:
        raise ValueError(f"it was trained on the base with SHA-256 {made_for}, /baseModel has {base_sha256}")


def _with_fresh_adapter(model: Any, spec: RunSpec) -> PeftModel:
    targets = spec.lora.target_modules
    config = LoraConfig(
        r=spec.lora.r,
        lora_alpha=spec.lora.alpha,
        lora_dropout=spec.lora.dropout,
        target_modules="all-linear" if targets == ("all-linear",) else list(targets),
        bias="none",
        task_type="CAUSAL_LM",
    )
    with _refused_as("unusable-lora", f"/lora with targetModules {list(targets)}", "name linear modules of the base"):
        return get_peft_model(model, config)


@contextmanager
def _refused_as(code: str, what: str, remedy: str) -> Iterator[None]:
    """Takes what the libraries say of a wrong input for one; a disk or a device that fails is none."""
    try:
        yield
    except (OSError, ValueError, RuntimeError) as error:
        of_the_disk = isinstance(error, OSError) and error.errno is not None
        of_the_device = isinstance(error, RuntimeError) and "state_dict" not in str(error)
        if of_the_disk or of_the_device:
            raise
        problem = " ".join(str(error).split())[:400]
        raise BadInputError(code, f"{what} cannot be used: {problem}; {remedy}") from error
