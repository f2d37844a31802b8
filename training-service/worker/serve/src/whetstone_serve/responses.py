"""Response bodies in the shapes of OpenAI's API and of vLLM's extensions. Pure."""

from collections.abc import Callable
from typing import Any

from whetstone_serve.generation import Generated, TokenLogprob

TokenText = Callable[[int], str]


def usage(prompts: list[list[int]], answers: list[Generated]) -> dict[str, int]:
    """Token counts of a call."""
    prompt, completion = sum(map(len, prompts)), sum(len(answer.tokens) for answer in answers)
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def chat_logprobs(answer: Generated, text: TokenText) -> dict[str, Any]:
    """OpenAI's shape for chat."""

    def entry(scored: TokenLogprob) -> dict[str, Any]:
        token = text(scored.token)
        return {"token": token, "logprob": scored.logprob, "bytes": list(token.encode())}

    return {
        "content": [
            {**entry(position.chosen), "top_logprobs": [entry(other) for other in position.top]}
            for position in answer.logprobs
        ]
    }


def completion_logprobs(answer: Generated, text: TokenText) -> dict[str, Any]:
    """OpenAI's older shape for plain completions."""
    positions = answer.logprobs
    tokens = [text(position.chosen.token) for position in positions]
    offsets = [0]
    for token in tokens[:-1]:
        offsets.append(offsets[-1] + len(token))
    return {
        "tokens": tokens,
        "token_logprobs": [position.chosen.logprob for position in positions],
        "top_logprobs": [
            {text(other.token): other.logprob for other in position.top or (position.chosen,)} for position in positions
        ],
        "text_offset": offsets[: len(tokens)],
    }


def model_card(name: str, root: str, parent: str | None, longest: int, created: int) -> dict[str, Any]:
    """One entry of ``/v1/models``."""
    return {
        "id": name,
        "object": "model",
        "created": created,
        "owned_by": "whetstone",
        "root": root,
        "parent": parent,
        "max_model_len": longest,
        "permission": [],
    }
