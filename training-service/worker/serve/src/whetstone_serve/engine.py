"""One thread that decodes all requests together; new ones may join at every step."""

import queue
import threading
from collections.abc import Callable
from typing import Any

import torch

from whetstone_serve.batch import DecodeBatch
from whetstone_serve.faults import not_finite
from whetstone_serve.generation import Generated, Sequence, choose, score

_PREFILL_TOKENS = 8_192
_JOIN_SHARE = 3
_JOIN_STEPS = 4


class Engine:
    """Continuous batching over mixed adapters. ``submit`` is safe from any thread."""

    def __init__(
        self,
        batch: DecodeBatch,
        decode: Callable[[list[int]], str],
        end_tokens: frozenset[int],
        max_batch: int,
    ) -> None:
        self._batch = batch
        self._decode = decode
        self._end_tokens = end_tokens
        self._max_batch = max_batch
        self._waiting: queue.SimpleQueue[Sequence | None] = queue.SimpleQueue()
        self._closed = False
        self._steps_waited = 0
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    def start(self) -> None:
        """Starts decoding."""
        self._thread.start()

    @property
    def alive(self) -> bool:
        """False when the thread has ended."""
        return self._thread.is_alive()

    def submit(self, sequence: Sequence) -> Any:
        """Queues a request; returns its future."""
        if self._closed:
            raise RuntimeError("the engine is closed")
        self._waiting.put(sequence)
        return sequence.future

    def close(self) -> None:
        """Ends the thread; unfinished requests fail."""
        self._closed = True
        self._waiting.put(None)
        self._thread.join(timeout=10)

    @torch.inference_mode()
    def _run(self) -> None:
        while not self._closed:
            arrived = self._arrivals()
            try:
                for group in _groups(arrived):
                    self._admit(group)
                if self._batch.sequences:
                    self._advance()
            except Exception as error:
                self._fail([*arrived, *self._batch.sequences], error)
        self._fail(self._batch.sequences, RuntimeError("the server is shutting down"))

    def _arrivals(self) -> list[Sequence]:
        """New requests that fit into the batch; waits for one when nothing else is being decoded.

        A prefill costs about as much for several prompts as for one and delays every request, so requests join in
        groups: once enough of them wait, or after a few steps.
        """
        active = len(self._batch.sequences)
        if active and self._waiting.qsize() * _JOIN_SHARE < active and self._steps_waited < _JOIN_STEPS:
            self._steps_waited += bool(self._waiting.qsize())
            return []
        self._steps_waited = 0
        arrived: list[Sequence] = []
        while len(arrived) + len(self._batch.sequences) < self._max_batch:
            try:
                sequence = self._waiting.get(block=not arrived and not self._batch.sequences)
            except queue.Empty:
                break
            if sequence is None:
                break
            if sequence.future.set_running_or_notify_cancel():
                arrived.append(sequence)
        return arrived

    def _admit(self, group: list[Sequence]) -> None:
        logits, cache = self._batch.prefill(group)
        self._batch.join(group, cache, self._extend(group, logits, _finite(logits).tolist()))

    def _advance(self) -> None:
        logits = self._batch.step()
        self._batch.keep(self._extend(self._batch.sequences, logits, _finite(logits).tolist()))

    def _extend(self, sequences: list[Sequence], logits: torch.Tensor, finite: list[bool]) -> list[int]:
        """Appends each sequence's next token, answers the finished ones, and returns the rows that continue.

        A row whose logits are not finite fails alone: its adapter's weights are at fault, not those of the others.
        """
        best = logits.argmax(dim=-1).tolist()
        staying = []
        for row, sequence in enumerate(sequences):
            sampling = sequence.sampling
            if not finite[row]:
                sequence.future.set_exception(not_finite(sequence.adapter and sequence.adapter.name))
                continue
            if sampling.max_tokens > 0:
                token = choose(logits[row], sequence) if sampling.temperature > 0 else best[row]
                sequence.tokens.append(token)
                if sampling.logprobs is not None:
                    sequence.logprobs.append(score(logits[row], token, sampling.logprobs))
            answer = self._end_of(sequence)
            if answer is None:
                staying.append(row)
            else:
                sequence.future.set_result(answer)
        return staying

    def _end_of(self, sequence: Sequence) -> Generated | None:
        sampling, tokens = sequence.sampling, sequence.tokens
        if tokens and tokens[-1] in self._end_tokens and not sampling.ignore_eos:
            return self._answer(sequence, self._decode(tokens[:-1]), "stop")
        if sampling.stop:
            text = self._decode(tokens)
            cuts = [at for at in (text.find(stop) for stop in sampling.stop) if at >= 0]
            if cuts:
                return self._answer(sequence, text[: min(cuts)], "stop")
        if len(tokens) >= sampling.max_tokens:
            return self._answer(sequence, self._decode(tokens), "length")
        return None

    @staticmethod
    def _answer(sequence: Sequence, text: str, reason: str) -> Generated:
        return Generated(sequence.tokens, text, reason, sequence.logprobs)

    def _fail(self, sequences: list[Sequence], error: Exception) -> None:
        self._batch.clear()
        for sequence in sequences:
            if not sequence.future.done():
                sequence.future.set_exception(error)


def _finite(logits: torch.Tensor) -> torch.Tensor:
    """Per position whether a token can be chosen; minus infinity, which excludes single tokens, is allowed."""
    return torch.isfinite(logits.amax(dim=-1))


def _groups(arrived: list[Sequence]) -> list[list[Sequence]]:
    """Prompts to prefill together: of similar length, within a token limit."""
    groups: list[list[Sequence]] = []
    group: list[Sequence] = []
    for sequence in sorted(arrived, key=lambda s: len(s.prompt)):
        if group and (len(group) + 1) * len(sequence.prompt) > _PREFILL_TOKENS:
            groups.append(group)
            group = []
        group.append(sequence)
    return [*groups, group] if group else groups
