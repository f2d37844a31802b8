"""The rows a stage trains on: read, verified, encoded, compared with the model server, and mixed."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from whetstone_worker.artifact.digest import no_op
from whetstone_worker.artifact.port import ArtifactStore
from whetstone_worker.artifact.verified import verified_stream
from whetstone_worker.encoding import ChatEncoder
from whetstone_worker.errors import BadInputError, RowRefusedError
from whetstone_worker.objective.port import EncodedRow, Objective, Row
from whetstone_worker.objective.registry import OBJECTIVES, open_objective
from whetstone_worker.refusals import NO_REFUSALS, Refusals, require_enough
from whetstone_worker.retention.methods import METHODS
from whetstone_worker.retention.port import ReplaySet
from whetstone_worker.spec import Artifact, RunSpec
from whetstone_worker.template import CHECKED_ROWS, key_from_environment, require_same_tokens


@dataclass(frozen=True)
class StageData:
    """What the trainer of a stage reads, how many rows were left out as too long, and which the base cannot take.

    A row that is too long is left out and counted, never cut: a cut answer would teach the model to stop early.
    """

    train: list[Any]
    validation: list[Any]
    rows_too_long: int
    refused: Refusals = NO_REFUSALS


@dataclass
class _Rows:
    """Encoded rows that fit, with their weights; ``first`` are the first that the base takes, as they were read.

    A row can be encoded as several sequences, each with the row's weight. It is too long if one of them is.
    """

    encoded: list[EncodedRow] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    first: list[Row] = field(default_factory=list)
    count: int = 0
    too_long: int = 0
    refused: Refusals = NO_REFUSALS


class StageReader:
    """Reads the files of a run's stages. Rows are decoded one at a time; only encoded ones are held in memory."""

    def __init__(
        self,
        spec: RunSpec,
        artifacts: ArtifactStore,
        encoder: ChatEncoder,
        on_refused: Callable[[Refusals], None] = lambda _: None,
    ) -> None:
        """``on_refused`` gets the rows of a stage that the base cannot take, also when too few others are left."""
        self._spec = spec
        self._artifacts = artifacts
        self._encoder = encoder
        self._on_refused = on_refused
        self._on_row: Callable[[], None] = no_op

    def read(
        self,
        index: int,
        seed: int,
        wait: Callable[[float], None] = time.sleep,
        on_row: Callable[[], None] = no_op,
    ) -> StageData:
        """All rows of a stage, ready for its trainer.

        ``wait`` passes the seconds between requests to the server; ``on_row`` is called for every row that is read.
        """
        self._on_row = on_row
        spec, stage = self._spec, self._spec.stages[index]
        objective = open_objective(stage.objective)
        own = self._encoded(stage.datasets, objective, "dataset")
        references = spec.replay if OBJECTIVES[stage.objective].replays else ()
        replay = [self._encoded([reference], objective, "replay set") for reference in references]
        validation = self._encoded(stage.validation, objective, "validation set")
        if not own.count:
            raise _no_examples(index)
        refused = own.refused
        for rows in (*replay, validation):
            refused = refused.and_of(rows.refused)
        self._on_refused(refused)
        require_enough(own.count - own.refused.count, own.count, own.refused)
        if spec.serving:
            require_same_tokens(
                self._encoder,
                own.first,
                spec.serving.endpoint,
                spec.serving.model,
                key=key_from_environment(),
                sleep=wait,
            )
        if not own.encoded:
            raise BadInputError(
                "all-too-long",
                f"all {own.too_long} rows are longer than /maxSequenceLength {spec.max_sequence_length}; raise it",
            )
        sets = [
            ReplaySet(reference.sha256, rows.encoded, reference.share)
            for reference, rows in zip(references, replay, strict=True)
        ]
        self._require_replay(sets)
        mixed = METHODS[spec.retention.method].training_rows(own.encoded, own.weights, sets, seed)
        too_long = sum(rows.too_long for rows in (own, *replay, validation))
        return StageData(mixed, validation.encoded, too_long, refused)

    def check(self, indices: Iterable[int], on_row: Callable[[], None] = no_op) -> None:
        """Reads the files of later stages once, so that a fault in them ends the attempt before it trains."""
        self._on_row = on_row
        for index in indices:
            stage = self._spec.stages[index]
            objective = open_objective(stage.objective)
            if sum(1 for _ in self._decoded(stage.datasets, objective, "dataset")) == 0:
                raise _no_examples(index)
            sum(1 for _ in self._decoded(stage.validation, objective, "validation set"))

    def _require_replay(self, sets: list[ReplaySet[Any]]) -> None:
        for index, part in enumerate(sets):
            if part.share > 0 and not part.rows:
                raise BadInputError(
                    "no-replay",
                    f"/replay/{index} holds no row that the base takes with at most {self._spec.max_sequence_length} "
                    "tokens, so nothing would keep the model from forgetting; add rows, raise /maxSequenceLength "
                    "or remove the set",
                )

    def _encoded(self, references: Iterable[Artifact], objective: Objective, what: str) -> _Rows:
        rows = _Rows()
        for row in self._decoded(references, objective, what):
            rows.count += 1
            try:
                encoded = objective.encode(row, self._encoder)
            except RowRefusedError as error:
                rows.refused = rows.refused.with_row(row.id, error)
                continue
            if len(rows.first) < CHECKED_ROWS:
                rows.first.append(row)
            fitting = [sequence for sequence in encoded if sequence.length <= self._spec.max_sequence_length]
            rows.too_long += len(fitting) < len(encoded)
            rows.encoded.extend(fitting)
            rows.weights.extend([row.sample_weight] * len(fitting))
        return rows

    def _decoded(self, references: Iterable[Artifact], objective: Objective, what: str) -> Iterator[Row]:
        for reference in references:
            with verified_stream(self._artifacts, reference, what) as stream:
                for row in objective.read(stream, reference.uri):
                    self._on_row()
                    yield row


def _no_examples(index: int) -> BadInputError:
    return BadInputError("no-examples", f"/stages/{index}/datasets hold no row; seal a batch that has train examples")
