"""A request for one sequence, its result, and how its tokens are scored and chosen."""

from concurrent.futures import Future
from dataclasses import dataclass, field

import torch

from whetstone_serve.adapters import LoraAdapter

_MIN_TEMPERATURE = torch.finfo(torch.float32).tiny


@dataclass(frozen=True)
class TokenLogprob:
    """Log-probability of a token at its position."""

    token: int
    logprob: float


@dataclass(frozen=True)
class Scored:
    """The token at a position, and the most likely ones there."""

    chosen: TokenLogprob
    top: tuple[TokenLogprob, ...]


@dataclass(frozen=True)
class Sampling:
    """How a sequence is continued. ``logprobs``: how many top tokens to report, None for none."""

    max_tokens: int
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int | None = None
    stop: tuple[str, ...] = ()
    ignore_eos: bool = False
    logprobs: int | None = None


@dataclass(frozen=True)
class Generated:
    """A finished sequence."""

    tokens: list[int]
    text: str
    finish_reason: str
    logprobs: list[Scored]


@dataclass(eq=False)
class Sequence:
    """A request in the engine."""

    prompt: list[int]
    adapter: LoraAdapter | None
    sampling: Sampling
    future: "Future[Generated]" = field(default_factory=Future)
    tokens: list[int] = field(default_factory=list)
    logprobs: list[Scored] = field(default_factory=list)
    generator: torch.Generator | None = None

    @property
    def length(self) -> int:
        """Tokens so far."""
        return len(self.prompt) + len(self.tokens)


def score(logits: torch.Tensor, token: int, top: int) -> Scored:
    """Log-probabilities at one position, from its logits."""
    logprobs = torch.log_softmax(logits.float(), dim=-1)
    chosen = TokenLogprob(token, float(logprobs[token]))
    if top == 0:
        return Scored(chosen, ())
    values, ids = torch.topk(logprobs, min(top, logprobs.shape[-1]))
    pairs = zip(ids.tolist(), values.tolist(), strict=True)
    return Scored(chosen, tuple(TokenLogprob(token_id, value) for token_id, value in pairs))


def choose(logits: torch.Tensor, sequence: Sequence) -> int:
    """Samples the next token of a sequence with a temperature above 0."""
    sampling = sequence.sampling
    if sequence.generator is None:
        sequence.generator = torch.Generator(device=logits.device)
        if sampling.seed is None:
            sequence.generator.seed()
        else:
            sequence.generator.manual_seed(sampling.seed)
    scores = logits.float()
    # Relative to the best score, and with a divisor that is not subnormal: a tiny temperature would give inf or nan.
    temperature = max(sampling.temperature, _MIN_TEMPERATURE)
    probabilities = torch.softmax((scores - scores.max()) / temperature, dim=-1)
    if sampling.top_p < 1:
        ordered, ids = probabilities.sort(descending=True)
        outside = ordered.cumsum(0) - ordered >= sampling.top_p
        probabilities = probabilities.index_fill(0, ids[outside], 0.0)
    return int(torch.multinomial(probabilities, 1, generator=sequence.generator))
