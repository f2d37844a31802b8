"""The interface of a training objective."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from transformers import Trainer, TrainerCallback

from whetstone_worker.encoding import ChatEncoder
from whetstone_worker.spec import RunSpec, Stage


class Row(Protocol):
    """One decoded row: the conversation as a server renders it, and how often the row is wanted."""

    @property
    def id(self) -> str:
        """Names the row in errors."""

    @property
    def messages(self) -> Sequence[dict[str, Any]]:
        """The conversation, answer included."""

    @property
    def tools(self) -> Sequence[dict[str, Any]]:
        """The tools that the conversation may use."""

    @property
    def sample_weight(self) -> float:
        """How often the row is taken per epoch, on average and before clipping."""


class EncodedRow(Protocol):
    """A row as its trainer reads it."""

    @property
    def length(self) -> int:
        """Tokens, compared with ``maxSequenceLength``."""


@dataclass(frozen=True)
class StageTraining:
    """What an objective needs to build the trainer of one stage.

    ``on_saved`` gets the folder of a saved trainer state and the stage's optimizer step, and may move the folder.
    """

    spec: RunSpec
    stage: Stage
    seed: int
    model: Any
    tokenizer: Any
    train: Sequence[Any]
    validation: Sequence[Any]
    folder: Path
    callbacks: Sequence[TrainerCallback]
    on_saved: Callable[[Path, int], None]


class Objective(Protocol):
    """Reads the rows of one form, encodes them, and builds the trainer that optimises over them."""

    def read(self, stream: BinaryIO, source: str) -> Iterator[Row]:
        """The rows of a JSON-lines file, one at a time; raises ``BadInputError`` that names file and line."""

    def encode(self, row: Row, encoder: ChatEncoder) -> Sequence[EncodedRow]:
        """Token ids of a row and what loss is computed on; raises ``RowRefusedError`` when the base cannot take it.

        At least one; several when a server renders the row's turns in texts of their own.
        """

    def trainer(self, training: StageTraining) -> Trainer:
        """A trainer that saves resume points through ``training.on_saved``."""
