"""Retention by replay: each replay set gets its share of the mix. Pure, and determined by the seed."""

import random
from collections.abc import Sequence
from typing import TypeVar

from whetstone_worker.retention.port import ReplaySet

MIN_WEIGHT = 0.25
MAX_WEIGHT = 2.0

T = TypeVar("T")


class ReplayMixture:
    """Mixes weighted rows of the stage with rows of the replay sets and shuffles them."""

    def training_rows(
        self, own: Sequence[T], weights: Sequence[float], replay: Sequence[ReplaySet[T]], seed: int
    ) -> list[T]:
        """The stage's own rows resampled by weight, and of each replay set its share, shuffled."""
        chosen = resample(own, weights, seed)
        total = sum(part.share for part in replay)
        mixed = list(chosen)
        for part in replay:
            mixed += sample(part.rows, replay_count(len(chosen), part.share, total), seed, part.name)
        random.Random(f"order:{seed}").shuffle(mixed)  # noqa: S311 - reproducible order, not a secret
        return mixed


def copies(weight: float, chance: float) -> int:
    """How often a row of this weight is taken, given a uniform ``chance`` in [0, 1)."""
    clipped = min(max(weight, MIN_WEIGHT), MAX_WEIGHT)
    whole = int(clipped)
    return whole + (chance < clipped - whole)


def resample(items: Sequence[T], weights: Sequence[float], seed: int) -> list[T]:
    """Takes each item as often as its weight says, on average; never returns an empty list for a non-empty one."""
    draw = random.Random(f"weights:{seed}")  # noqa: S311 - reproducible sampling, not a secret
    taken = [item for item, weight in zip(items, weights, strict=True) for _ in range(copies(weight, draw.random()))]
    return taken or list(items[:1])


def replay_count(own: int, share: float, total_share: float) -> int:
    """How many replay rows give ``share`` of the final mix when all replay sets together have ``total_share``."""
    return round(own * share / (1 - total_share))


def sample(items: Sequence[T], count: int, seed: int, name: str) -> list[T]:
    """``count`` items without repetition; a set that is too small is first taken whole as often as it fits."""
    if not items:
        return []
    draw = random.Random(f"replay:{name}:{seed}")  # noqa: S311 - reproducible sampling, not a secret
    rounds, rest = divmod(count, len(items))
    return list(items) * rounds + draw.sample(list(items), rest)
