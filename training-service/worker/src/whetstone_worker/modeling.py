"""The base model with a trainable adapter."""

from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM

from whetstone_worker.spec import RunSpec
from whetstone_worker.storage import verified


def load_model(base: Path, spec: RunSpec) -> PeftModel:
    """Loads the base (bf16 on CUDA, fp32 on the CPU) and puts the initial or a fresh adapter on it."""
    cuda = torch.cuda.is_available()
    model = AutoModelForCausalLM.from_pretrained(
        base,
        dtype=torch.bfloat16 if cuda else torch.float32,
        attn_implementation="sdpa",
        local_files_only=True,
        use_safetensors=True,
    )
    model.config.use_cache = False
    if spec.init_adapter:
        folder = verified(spec.init_adapter.uri, spec.init_adapter.sha256, "initial adapter")
        return PeftModel.from_pretrained(model, str(folder), is_trainable=True, local_files_only=True)
    targets = spec.lora.target_modules
    return get_peft_model(
        model,
        LoraConfig(
            r=spec.lora.r,
            lora_alpha=spec.lora.alpha,
            lora_dropout=spec.lora.dropout,
            target_modules="all-linear" if targets == ("all-linear",) else list(targets),
            bias="none",
            task_type="CAUSAL_LM",
        ),
    )
