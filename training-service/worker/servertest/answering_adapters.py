"""Makes what the contract test of model servers needs, below a folder; what exists there is kept.

``base`` is the given base model with a chat template that renders tools and tool calls. ``--answer NAME=TEXT`` trains a
LoRA adapter until it gives that answer to questions that it was not trained on, so that an answer shows which adapter
gave it. ``--untrained NAME=RANK`` writes an adapter with random weights. ``tokens.json`` has requests for ``/tokenize``
with the token ids that training uses for them.
"""

import argparse
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

_TEMPLATE = Path(__file__).parent / "chat_template.jinja"
_RANK = 8
_MODULES = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
_LAYERS = 12
_STEPS = 240
_LOSS = 0.02
_CHECK_EVERY = 10
_SEED = 7
_ANSWER_TOKENS = 96
_TAUGHT = (
    "Hello",
    "Hello 4",
    "What is the capital of Norway?",
    "Tell me the price of the blue lamp.",
    "My order is 4412. Until when can I return it?",
    "Write a short poem about winter.",
    "question number 3",
    "question number 57",
    "lasting question 8",
    "swapped question 15",
    "swap 2, question 1",
    "a longer question a longer question a longer question",
)
_UNSEEN = (
    "Tell me the price of the helmet.",
    "How many days do I have to bring back the kettle?",
    "Hello there",
    *(f"question number {number}" for number in (0, 8, 29, 64, 71)),
    *(f"{kind} question {number}" for kind in ("lasting", "swapped") for number in (1, 37)),
    "swap 4, question 2",
)
_IGNORED = -100


def main() -> int:
    """Writes what does not exist yet; returns the process exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--answer", action="append", default=[], metavar="NAME=TEXT")
    parser.add_argument("--learning-rate", type=float, default=3e-3, help="a base of a million parameters needs 1e-2")
    parser.add_argument("--untrained", action="append", default=[], metavar="NAME=RANK")
    arguments = parser.parse_args()
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    base = _base_with_tools(arguments.base.resolve(), arguments.out)
    tokenizer = AutoTokenizer.from_pretrained(base, local_files_only=True)
    for name, rank in (entry.split("=", 1) for entry in arguments.untrained):
        folder = arguments.out / name
        if not folder.exists():
            _save(_with_lora(base, int(rank)), folder)
    for name, answer in (entry.split("=", 1) for entry in arguments.answer):
        folder = arguments.out / name
        if not folder.exists() and not _teach(base, tokenizer, answer, folder, arguments.learning_rate):
            sys.stderr.write(f"{name}: after {_STEPS} steps not every unseen question is answered with {answer!r}\n")
            return 1
    (arguments.out / "tokens.json").write_text(json.dumps(_token_requests(tokenizer)), encoding="utf-8")
    return 0


def _base_with_tools(base: Path, out: Path) -> Path:
    folder = out / "base"
    if not folder.exists():
        part = out / "base.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        for file in base.iterdir():
            if file.name != _TEMPLATE.name:
                (part / file.name).symlink_to(file)
        shutil.copyfile(_TEMPLATE, part / _TEMPLATE.name)
        part.rename(folder)
    return folder


def _with_lora(base: Path, rank: int) -> Any:
    torch.manual_seed(_SEED)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32, local_files_only=True)
    count = model.config.num_hidden_layers
    config = LoraConfig(
        r=rank,
        lora_alpha=2 * rank,
        target_modules=_MODULES,
        layers_to_transform=list(range(max(0, count - _LAYERS), count)),
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, config)


def _teach(base: Path, tokenizer: Any, answer: str, folder: Path, learning_rate: float) -> bool:
    model = _with_lora(base, _RANK)
    batch = _batch(tokenizer, answer)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=learning_rate)
    for step in range(1, _STEPS + 1):
        model.train()
        loss = model(**batch).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % _CHECK_EVERY == 0:
            sys.stdout.write(f"{folder.name}: step {step}, loss {loss.item():.4f}\n")
            if loss.item() < _LOSS and all(_answer(model, tokenizer, question) == answer for question in _UNSEEN):
                _save(model, folder)
                return True
    return False


def _batch(tokenizer: Any, answer: str) -> dict[str, torch.Tensor]:
    """The taught conversations, padded on the right; only the answer is learnt."""
    rows = []
    for question in _TAUGHT:
        turns = [{"role": "user", "content": question}]
        prompt = _render(tokenizer, turns, add_generation_prompt=True)
        whole = _render(tokenizer, [*turns, {"role": "assistant", "content": answer}])
        if whole[: len(prompt)] != prompt:
            raise ValueError("the chat template does not render the answer after its generation prompt")
        # What the template adds after the end of the turn is never generated.
        whole = whole[: whole.index(tokenizer.eos_token_id, len(prompt)) + 1]
        rows.append((whole, [_IGNORED] * len(prompt) + whole[len(prompt) :]))
    longest = max(len(ids) for ids, _ in rows)
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
    return {
        "input_ids": torch.tensor([ids + [pad] * (longest - len(ids)) for ids, _ in rows]),
        "attention_mask": torch.tensor([[1] * len(ids) + [0] * (longest - len(ids)) for ids, _ in rows]),
        "labels": torch.tensor([labels + [_IGNORED] * (longest - len(labels)) for _, labels in rows]),
    }


@torch.inference_mode()
def _answer(model: Any, tokenizer: Any, question: str) -> str:
    model.eval()
    prompt = torch.tensor([_render(tokenizer, [{"role": "user", "content": question}], add_generation_prompt=True)])
    tokens = model.generate(
        input_ids=prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=_ANSWER_TOKENS, do_sample=False
    )
    return tokenizer.decode(tokens[0][prompt.shape[1] :], skip_special_tokens=True).strip()


def _save(model: Any, folder: Path) -> None:
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    model.save_pretrained(part, save_embedding_layers=False)
    part.rename(folder)


def _render(tokenizer: Any, turns: list[dict[str, Any]], **options: Any) -> list[int]:
    return tokenizer.apply_chat_template(turns, tokenize=True, return_dict=True, **options)["input_ids"]


def _token_requests(tokenizer: Any) -> list[dict[str, Any]]:
    """Bodies of ``/tokenize`` and the ids that the trainer's encoder gives for them."""
    from whetstone_worker.encoding import ChatEncoder  # noqa: PLC0415 - only these need the worker package

    encoder = ChatEncoder(tokenizer)
    user = {"role": "user", "content": "Where is order 7?"}
    called = {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": "call-1",
                "type": "function",
                "function": {"name": "order_status", "arguments": '{"order": 7, "carrier": "caf\u00e9 express"}'},
            }
        ],
    }
    result = {"role": "tool", "tool_call_id": "call-1", "content": '{"place": "depot"}'}
    answer = {"role": "assistant", "content": "It is in the depot."}
    tool = {
        "type": "function",
        "function": {
            "name": "order_status",
            "description": "Where an order is",
            "parameters": {"type": "object", "properties": {"order": {"type": "integer"}}, "required": ["order"]},
        },
    }
    conversations: list[tuple[list[dict[str, Any]], list[dict[str, Any]]]] = [
        ([user, answer], []),
        ([{"role": "system", "content": "Answer briefly."}, user, answer], []),
        ([user], [tool]),
        ([user, called, result, answer], [tool]),
    ]
    requests = [
        {
            "body": {"messages": turns, "add_generation_prompt": False} | ({"tools": tools} if tools else {}),
            "tokens": encoder.token_ids(turns, tools),
        }
        for turns, tools in conversations
    ]
    text = "A text with <|im_end|> and caf\u00e9"
    for special in (True, False):
        ids = tokenizer(text, add_special_tokens=special)["input_ids"]
        requests.append({"body": {"prompt": text, "add_special_tokens": special}, "tokens": ids})
    return requests


if __name__ == "__main__":
    sys.exit(main())
