"""The rows a stage trains on: read, verified, checked against the server, mixed and encoded."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from whetstone_worker.errors import BadInputError
from whetstone_worker.examples import ChatEncoder, EncodedExample, SftExample, parse_examples
from whetstone_worker.mixture import mix
from whetstone_worker.spec import Artifact, RunSpec
from whetstone_worker.storage import path_of, read_verified
from whetstone_worker.template import require_same_tokens


@dataclass(frozen=True)
class PreparedData:
    """What the trainer reads, and how many rows were left out because they are too long.

    A cut-off answer would teach the model to stop early, so a long row is dropped and counted, never shortened.
    """

    train: list[EncodedExample]
    validation: list[EncodedExample]
    dropped: int


def prepare(spec: RunSpec, encoder: ChatEncoder, wait: Callable[[float], None] = time.sleep) -> PreparedData:
    """All rows of the stage, ready for the trainer; ``wait`` passes seconds between questions to a silent server."""
    feedback = _read(spec.stage.datasets, "dataset")
    replay = [(ref.sha256, _read([ref], "replay set"), ref.share) for ref in spec.replay]
    validation = _read(spec.stage.validation, "validation set")
    if not feedback:
        raise BadInputError("no-examples", "/stages/0/datasets hold no row; seal a batch that has train examples")
    if spec.serving:
        require_same_tokens(encoder, feedback, spec.serving.endpoint, spec.serving.model, sleep=wait)
    fitting = _Fitting(encoder, spec.max_sequence_length)
    kept = fitting.of(feedback)
    if not kept:
        raise BadInputError(
            "all-too-long",
            f"all {len(feedback)} rows are longer than /maxSequenceLength {spec.max_sequence_length}; raise it",
        )
    weights = [example.sample_weight for example, _ in kept]
    kept_replay = [(name, _encoded(fitting.of(rows)), share) for name, rows, share in replay]
    for index, (_, rows, share) in enumerate(kept_replay):
        if share > 0 and not rows:
            raise BadInputError(
                "no-replay",
                f"/replay/{index} holds no row of at most {spec.max_sequence_length} tokens, so nothing would keep the "
                "model from forgetting; give it rows, raise /maxSequenceLength, or take it out",
            )
    mixed = mix(_encoded(kept), weights, kept_replay, spec.seed)
    return PreparedData(mixed, _encoded(fitting.of(validation)), fitting.dropped)


def _read(refs: Iterable[Artifact], what: str) -> list[SftExample]:
    return [
        example
        for ref in refs
        for example in parse_examples(read_verified(ref.uri, ref.sha256, what), str(path_of(ref.uri)))
    ]


def _encoded(pairs: Iterable[tuple[SftExample, EncodedExample]]) -> list[EncodedExample]:
    return [encoded for _, encoded in pairs]


class _Fitting:
    """Encodes rows and keeps those that fit."""

    def __init__(self, encoder: ChatEncoder, longest: int) -> None:
        self._encoder = encoder
        self._longest = longest
        self.dropped = 0

    def of(self, examples: Iterable[SftExample]) -> list[tuple[SftExample, EncodedExample]]:
        pairs = [(example, self._encoder.encode(example)) for example in examples]
        fitting = [pair for pair in pairs if len(pair[1].input_ids) <= self._longest]
        self.dropped += len(pairs) - len(fitting)
        return fitting
