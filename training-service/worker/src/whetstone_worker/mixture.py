"""Which examples a stage sees: resampling by weight and replay by share. Pure, and fixed by the seed."""

import random
from collections.abc import Sequence
from typing import TypeVar

LEAST_WEIGHT = 0.25
GREATEST_WEIGHT = 2.0

T = TypeVar("T")


def copies(weight: float, chance: float) -> int:
    """How often an example of this weight is taken, given a uniform ``chance`` in [0, 1)."""
    clipped = min(max(weight, LEAST_WEIGHT), GREATEST_WEIGHT)
    whole = int(clipped)
    return whole + (chance < clipped - whole)


def resample(items: Sequence[T], weights: Sequence[float], seed: int) -> list[T]:
    """Takes each item as often as its weight says, on average; never answers an empty list for a non-empty one."""
    draw = random.Random(f"weights:{seed}")  # noqa: S311 - reproducible sampling, no secret
    taken = [item for item, weight in zip(items, weights, strict=True) for _ in range(copies(weight, draw.random()))]
    return taken or list(items[:1])


def replay_count(feedback: int, share: float, total_share: float) -> int:
    """How many replay rows give ``share`` of the final mix when all replay sets together have ``total_share``."""
    return round(feedback * share / (1 - total_share))


def sample(items: Sequence[T], count: int, seed: int, name: str) -> list[T]:
    """``count`` items without repetition; where the set is too small, all of it again and again first."""
    if not items:
        return []
    draw = random.Random(f"replay:{name}:{seed}")  # noqa: S311 - reproducible sampling, no secret
    rounds, rest = divmod(count, len(items))
    return list(items) * rounds + draw.sample(list(items), rest)


def mix(
    feedback: Sequence[T],
    weights: Sequence[float],
    replay: Sequence[tuple[str, Sequence[T], float]],
    seed: int,
) -> list[T]:
    """The training set of a stage: weighted feedback, and of each named replay set its share, shuffled."""
    chosen = resample(feedback, weights, seed)
    total = sum(share for _, _, share in replay)
    mixed = list(chosen)
    for name, items, share in replay:
        mixed += sample(items, replay_count(len(chosen), share, total), seed, name)
    random.Random(f"order:{seed}").shuffle(mixed)  # noqa: S311 - reproducible order, no secret
    return mixed
