"""Response bodies in the shapes of OpenAI's API and of vLLM's extensions. Pure."""

from collections.abc import Callable
from typing import Any

from whetstone_serve.generation import Generated, Scored, TokenLogprob

TokenText = Callable[[int], str]


def usage(prompts: list[list[int]], answers: list[Generated]) -> dict[str, int]:
    """Token counts of a call."""
    prompt, completion = sum(map(len, prompts)), sum(len(answer.tokens) for answer in answers)
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def prompt_logprobs(answer: Generated, text: TokenText) -> list[dict[str, Any] | None] | None:
    """vLLM's shape: for each prompt token a map from token id to log-probability, null for the first token."""
    if answer.prompt_logprobs is None:
        return None
    return [
        position and {str(s.token): _vllm(s, text) for s in (position.chosen, *position.top)}
        for position in answer.prompt_logprobs
    ]


def _vllm(scored: TokenLogprob, text: TokenText) -> dict[str, Any]:
    return {"logprob": scored.logprob, "rank": scored.rank, "decoded_token": text(scored.token)}


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


def completion_logprobs(positions: list[Scored | None], first: int | None, text: TokenText) -> dict[str, Any]:
    """OpenAI's older shape for plain completions; ``first`` is the echoed first prompt token, which has no score."""
    tokens = [text(position.chosen.token if position else first or 0) for position in positions]
    offsets = [0]
    for token in tokens[:-1]:
        offsets.append(offsets[-1] + len(token))
    return {
        "tokens": tokens,
        "token_logprobs": [position.chosen.logprob if position else None for position in positions],
        "top_logprobs": [
            {text(other.token): other.logprob for other in position.top or (position.chosen,)} if position else None
            for position in positions
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
