"""Turns a conversation into token ids and labels, with the base model's chat template."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from whetstone_worker.answer_text import AnswerText, AnswerTextFinder
from whetstone_worker.control_tokens import ControlTokens
from whetstone_worker.errors import RowRefusedError
from whetstone_worker.examples import SftExample
from whetstone_worker.reasoning import parts_of
from whetstone_worker.rendering import ConversationRenderer, Message

IGNORED = -100
_PROBE = SftExample(
    "probe",
    ({"role": "user", "content": "Ready?"}, {"role": "assistant", "content": "Ready."}),
    (),
    frozenset({1}),
    1.0,
)


@dataclass(frozen=True)
class EncodedExample:
    """Token ids with one label per token: the id itself where loss is computed, else ``IGNORED``."""

    input_ids: list[int]
    labels: list[int]

    @property
    def length(self) -> int:
        """Tokens."""
        return len(self.input_ids)


@dataclass
class _Sequence:
    """A text to train on, and the answers in it as starts and ends in characters."""

    text: str
    answers: list[tuple[int, int]] = field(default_factory=list)


class ChatEncoder:
    """Renders conversations with the tokenizer's chat template and finds the tokens of each assistant turn.

    A template that marks assistant turns with ``{% generation %}`` returns a mask of their tokens, which is used if it
    holds the end-of-turn token and nothing that a server puts before the answer. For any other template,
    ``AnswerTextFinder`` finds prompt and answer of each trained turn. Turns share a sequence where the template renders
    the later one's history as the earlier one's prompt and answer; otherwise each has a sequence of its own, because a
    server would show its model another text. Nothing follows the last answer.
    """

    def __init__(self, tokenizer: Any, stop_ids: frozenset[int] = frozenset()) -> None:
        """``stop_ids`` are the ids at which servers stop, beside the tokenizer's end-of-sequence token."""
        self.renderer = ConversationRenderer(tokenizer)
        self._tokenizer = tokenizer
        self._control_tokens = ControlTokens(tokenizer)
        self._answers = AnswerTextFinder(self.renderer, tokenizer, stop_ids)
        self._marked = self._marks_whole_answers()

    def token_ids(self, messages: Iterable[Message], tools: Iterable[Message] = ()) -> list[int]:
        """Token ids of a whole conversation, as a server renders it without a generation prompt."""
        return self.renderer.encoding(messages, tools)["input_ids"]

    def encode(self, example: SftExample) -> tuple[EncodedExample, ...]:
        """Token ids and labels of one example; raises ``RowRefusedError`` when the base cannot take it."""
        self._control_tokens.require_none(example)
        self._require_answers(example)
        encoded = self._masked(example) if self._marked else None
        return (encoded,) if encoded else self._rendered(example)

    def _marks_whole_answers(self) -> bool:
        template = self._tokenizer.chat_template
        if "generation %}" not in template and "generation -%}" not in template:
            return False
        try:
            masked, (rendered,) = self._masked(_PROBE), self._rendered(_PROBE)
        except RowRefusedError:
            return False
        return (
            masked is not None
            and masked.input_ids == rendered.input_ids
            and all(
                ours != IGNORED
                for ours, marked in zip(rendered.labels, masked.labels, strict=True)
                if marked != IGNORED
            )
        )

    def _require_answers(self, example: SftExample) -> None:
        for turn in sorted(example.trained_turns):
            message = example.messages[turn]
            if message.get("tool_calls"):
                self._require_printed_calls(example, turn)
            elif not (message.get("content") or "").strip():
                raise RowRefusedError(
                    "empty-answer", f"/messages/{turn} is an empty answer, which would teach silence; remove the row"
                )

    @staticmethod
    def _require_whole(message: Message, turn: int, rendered: str) -> None:
        """Refuses an answer that the template prints otherwise: some take a text apart at their reasoning markers."""
        if not all(part in rendered for part in parts_of(message.get("content") or "")):
            raise RowRefusedError(
                "template-changes-answer",
                f"the chat template does not print /messages/{turn}/content as it is; remove what it reads as markup",
            )

    def _require_printed_calls(self, example: SftExample, turn: int) -> None:
        """Refuses tool calls of which the template prints nothing: the model would learn to answer with silence."""
        upto = example.messages[: turn + 1]
        without = [*upto[:-1], {k: v for k, v in upto[-1].items() if k != "tool_calls"}]
        rendered = self.renderer.text(upto, example.tools)
        try:
            silent = rendered == self.renderer.text(without, example.tools)
        except RowRefusedError:
            return
        if silent:
            raise RowRefusedError(
                "template-drops-tool-calls", f"the chat template prints nothing of /messages/{turn}/tool_calls"
            )

    def _masked(self, example: SftExample) -> EncodedExample | None:
        """By the template's own marks; None if they do not match the assistant turns."""
        rendered = self.renderer.encoding(example.messages, example.tools, return_assistant_tokens_mask=True)
        spans = _runs(rendered["assistant_masks"])
        turns = [i for i, message in enumerate(example.messages) if message["role"] == "assistant"]
        if len(spans) != len(turns):
            return None
        text = self.renderer.text(example.messages, example.tools)
        for turn in sorted(example.trained_turns):
            self._require_whole(example.messages[turn], turn, text)
        trained = [span for turn, span in zip(turns, spans, strict=True) if turn in example.trained_turns]
        return _labelled(rendered["input_ids"], trained)

    def _rendered(self, example: SftExample) -> tuple[EncodedExample, ...]:
        sequences: list[_Sequence] = []
        for turn in sorted(example.trained_turns, reverse=True):
            found = self._answers.find(example.messages[: turn + 1], example.tools)
            self._require_whole(example.messages[turn], turn, found.answer)
            sequence = next((s for s in sequences if s.text.startswith(found.text)), None)
            if sequence is None:
                sequences.append(sequence := _Sequence(found.text))
            sequence.answers.append(_span(found))
        return tuple(self._tokenized(sequence) for sequence in reversed(sequences))

    def _tokenized(self, sequence: _Sequence) -> EncodedExample:
        ids, offsets = self._token_offsets(sequence.text)
        # A server's model continues the tokens of the prompt, so that no token begins in it and ends in the answer.
        cuts = [start for start, _ in sequence.answers if any(a < start < b for a, b in offsets)]
        if cuts:
            ids, offsets = [], []
            for begin, end in itertools.pairwise([0, *sorted(cuts), len(sequence.text)]):
                piece, places = self._token_offsets(sequence.text[begin:end])
                ids += piece
                offsets += [(begin + a, begin + b) for a, b in places]
        return _labelled(ids, [_token_span(offsets, start, end) for start, end in sequence.answers])

    def _token_offsets(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        encoded = self._tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        return encoded["input_ids"], encoded["offset_mapping"]


def _span(found: AnswerText) -> tuple[int, int]:
    return len(found.prompt), len(found.text)


def _labelled(ids: list[int], spans: Iterable[tuple[int, int]]) -> EncodedExample:
    labels, last = [IGNORED] * len(ids), 0
    for start, end in spans:
        labels[start:end] = ids[start:end]
        last = max(last, end)
    if not last:
        raise RowRefusedError(
            "nothing-to-learn", "the chat template renders no token of its assistant turns with weight 1"
        )
    return EncodedExample(ids[:last], labels[:last])


def _runs(mask: list[int]) -> list[tuple[int, int]]:
    """Start and end of each run of ones."""
    edges = [i for i in range(1, len(mask)) if mask[i] != mask[i - 1]]
    bounds = [0, *edges, len(mask)]
    return [(a, b) for a, b in itertools.pairwise(bounds) if a < b and mask[a]]


def _token_span(offsets: list[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    inside = [i for i, (a, b) in enumerate(offsets) if a >= start and b <= end and b > a]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)
