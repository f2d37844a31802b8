"""Pre-trains the demo's tiny base model on the support world."""

import math
import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

from whetstone_toybase.dialogue import Dialogue, DialogueGenerator
from whetstone_toybase.world import World
from whetstone_worker.encoding import IGNORED, ChatEncoder, EncodedExample
from whetstone_worker.examples import parse_example
from whetstone_worker.threads import SMALL_MODEL_PARAMETERS, worker_threads

CHAT_TEMPLATE = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' }}"
    "{% if m['role'] == 'assistant' %}{% generation %}{{ m['content'] + '<|im_end|>' }}{% endgeneration %}"
    "{% else %}{{ m['content'] + '<|im_end|>' }}{% endif %}{{ '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
_SPECIAL = ("<|pad|>", "<|im_start|>", "<|im_end|>")
_CONTEXT = 512


@dataclass(frozen=True)
class Recipe:
    """How the base is made; the defaults are those of the base in the repository."""

    steps: int = 1_500
    batch: int = 32
    learning_rate: float = 4e-3
    weight_decay: float = 0.05
    warmup: int = 40
    corpus: int = 40_000
    tokenizer_rows: int = 8_000
    vocabulary: int = 2_048
    prompt_weight: float = 0.1
    seed: int = 0


def make_base(world: World, out: Path, recipe: Recipe) -> None:
    """Makes tokenizer and model and saves both in ``out``."""
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(worker_threads(SMALL_MODEL_PARAMETERS))
    dialogues = corpus(world, recipe.corpus, recipe.seed + 1)
    tokenizer = make_tokenizer(dialogues[: recipe.tokenizer_rows], recipe.vocabulary)
    model = Qwen3ForCausalLM(_config(tokenizer))
    rows = _encode(dialogues[: recipe.steps * recipe.batch], ChatEncoder(tokenizer))
    _pretrain(model, rows, recipe)
    model.to(torch.bfloat16).save_pretrained(out)
    tokenizer.save_pretrained(out)


def corpus(world: World, count: int, seed: int) -> list[Dialogue]:
    """What the base learns: support answers of the old policy, skills, and a smaller share of style tasks."""
    draw = random.Random(seed)  # noqa: S311 - reproducible data, not a secret
    generator = DialogueGenerator(world, draw)

    def one() -> Dialogue:
        kind = draw.random()
        if kind < 0.45:  # noqa: PLR2004 - shares of the three kinds
            return generator.support(draw.choice(world.topics))
        if kind < 0.78:  # noqa: PLR2004
            return generator.skill(draw.choice(world.skills))
        return generator.style(world.topics)

    return [one() for _ in range(count)]


def make_tokenizer(dialogues: list[Dialogue], vocabulary: int) -> PreTrainedTokenizerFast:
    """A byte-level BPE tokenizer that splits numbers into digits."""
    bytes_of = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), bytes_of])
    inner.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=list(_SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    inner.train_from_iterator((text for d in dialogues for text in (d.prompt, d.answer)), trainer)
    pad, start, end = _SPECIAL
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=inner,
        pad_token=pad,
        eos_token=end,
        model_max_length=_CONTEXT,
        additional_special_tokens=[start],
    )
    tokenizer.chat_template = CHAT_TEMPLATE
    return tokenizer


def _config(tokenizer: PreTrainedTokenizerFast) -> Qwen3Config:
    return Qwen3Config(
        vocab_size=-(-len(tokenizer) // 64) * 64,
        hidden_size=128,
        intermediate_size=384,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=32,
        max_position_embeddings=_CONTEXT,
        tie_word_embeddings=True,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=None,
    )


def _encode(dialogues: list[Dialogue], encoder: ChatEncoder) -> list[EncodedExample]:
    def row(dialogue: Dialogue) -> EncodedExample:
        messages = [
            {"role": "user", "content": dialogue.prompt},
            {"role": "assistant", "content": dialogue.answer},
        ]
        (encoded,) = encoder.encode(parse_example({"messages": messages}, "corpus"))
        return encoded

    return [row(dialogue) for dialogue in dialogues]


def _pretrain(model: Qwen3ForCausalLM, rows: list[EncodedExample], recipe: Recipe) -> None:
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=recipe.learning_rate, betas=(0.9, 0.98), weight_decay=recipe.weight_decay, fused=True
    )
    draw, began = random.Random(recipe.seed), time.monotonic()  # noqa: S311 - reproducible order, not a secret
    pool: list[list[EncodedExample]] = []
    model.train()
    for step in range(1, recipe.steps + 1):
        if not pool:  # batches of similar length, drawn from a larger sample
            drawn = draw.sample(rows, min(len(rows), recipe.batch * 20))
            drawn.sort(key=lambda example: len(example.input_ids))
            pool = [drawn[i : i + recipe.batch] for i in range(0, len(drawn), recipe.batch)]
            draw.shuffle(pool)
        for group in optimizer.param_groups:
            group["lr"] = _learning_rate(step, recipe)
        loss = _loss(model, pool.pop(), recipe.prompt_weight)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if step % 100 == 0 or step == recipe.steps:
            sys.stdout.write(
                f"step {step} of {recipe.steps}: loss {loss.item():.4f}, {time.monotonic() - began:.0f} s\n"
            )
            sys.stdout.flush()


def _learning_rate(step: int, recipe: Recipe) -> float:
    cosine = 0.5 * (1 + math.cos(math.pi * (step - 1) / recipe.steps))
    return recipe.learning_rate * min(1.0, step / recipe.warmup) * (0.95 * cosine + 0.05)


def _loss(model: Qwen3ForCausalLM, examples: list[EncodedExample], prompt_weight: float) -> torch.Tensor:
    """Cross-entropy with weight 1 on the answer and ``prompt_weight`` on the prompt."""
    longest = max(len(example.input_ids) for example in examples)

    def padded(values: list[float], fill: float) -> list[float]:
        return values + [fill] * (longest - len(values))

    ids = torch.tensor([padded(example.input_ids, 0) for example in examples])
    mask = torch.tensor([padded([1] * len(example.input_ids), 0) for example in examples])
    weights = torch.tensor(
        [padded([prompt_weight if x == IGNORED else 1.0 for x in example.labels], 0.0) for example in examples]
    )
    logits = model(input_ids=ids, attention_mask=mask).logits[:, :-1].flatten(0, 1)
    losses = torch.nn.functional.cross_entropy(logits, ids[:, 1:].flatten(), reduction="none")
    flat = weights[:, 1:].flatten()
    return (losses * flat).sum() / flat.sum()
