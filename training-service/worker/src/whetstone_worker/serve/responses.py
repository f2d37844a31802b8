"""Response bodies in the shapes of OpenAI's API and of vLLM's extensions. Pure."""

from collections.abc import Callable
from typing import Any

from whetstone_worker.serve.generation import Generated, Scored, TokenLogprob

TokenText = Callable[[int], str]


def usage(prompts: list[list[int]], answers: list[Generated]) -> dict[str, int]:
    """Token counts of a call."""
    prompt, completion = sum(map(len, prompts)), sum(len(answer.tokens) for answer in answers)
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def prompt_logprobs(answer: Generated, text: TokenText) -> list[dict[str, Any] | None] | None:
    """vLLM's shape: per prompt token a map from token id to its log-probability, null for the first."""
    if answer.prompt_logprobs is None:
        return None
    return [
        place and {str(s.token): _vllm(s, text) for s in (place.chosen, *place.top)} for place in answer.prompt_logprobs
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
            {**entry(place.chosen), "top_logprobs": [entry(other) for other in place.top]} for place in answer.logprobs
        ]
    }


def completion_logprobs(places: list[Scored | None], first: int | None, text: TokenText) -> dict[str, Any]:
    """OpenAI's older shape for plain completions; ``first`` is an unscored first prompt token, if it is echoed."""
    tokens = [text(place.chosen.token if place else first or 0) for place in places]
    offsets = [0]
    for token in tokens[:-1]:
        offsets.append(offsets[-1] + len(token))
    return {
        "tokens": tokens,
        "token_logprobs": [place.chosen.logprob if place else None for place in places],
        "top_logprobs": [
            {text(other.token): other.logprob for other in place.top or (place.chosen,)} if place else None
            for place in places
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
