"""The interface of a retention method."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class ReplaySet(Generic[T]):
    """Rows of general skills; ``share`` is their part of the final mix, from 0 to below 1."""

    name: str
    rows: Sequence[T]
    share: float


class Retention(Protocol):
    """Decides which rows a stage trains on besides its own, and in which order."""

    def training_rows(
        self, own: Sequence[T], weights: Sequence[float], replay: Sequence[ReplaySet[T]], seed: int
    ) -> list[T]:
        """The rows of one epoch in training order. Equal arguments give equal rows."""
