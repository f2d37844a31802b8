"""Finds the text of an answer in a rendered conversation: what a server's model would have to generate."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import Any

from whetstone_worker.control_tokens import ControlTokens
from whetstone_worker.errors import RowRefusedError
from whetstone_worker.rendering import ConversationRenderer, Message

# Two answers without a common beginning or end, and questions that occur nowhere else.
_ANSWERS = ("Qwx first answer zjv", "Kyb second answer hpf")
_QUESTIONS = ("Vbn first question wqm", "Vbn second question wqm")
_TOKEN = re.compile(r"<[^<>\s]*>")
_TAG = re.compile(r"<([A-Za-z_]+)>")


@dataclass(frozen=True)
class AnswerText:
    """The text of one turn: what the server gives its model, and what the model would generate, its end included."""

    prompt: str
    answer: str

    @property
    def text(self) -> str:
        """Prompt and answer."""
        return self.prompt + self.answer


class AnswerTextFinder:
    """Finds prompt and answer of an assistant turn, for any template that prints the answer's text.

    The prompt is what the template renders of the messages before the turn with a generation prompt, because that is
    what a server gives its model. The answer ends with the token at which servers stop.
    """

    def __init__(self, renderer: ConversationRenderer, tokenizer: Any, stop_ids: frozenset[int] = frozenset()) -> None:
        """``stop_ids`` are the ids at which servers stop, beside the tokenizer's end-of-sequence token."""
        self._renderer = renderer
        special = sorted(ControlTokens(tokenizer).texts, key=len, reverse=True)
        self._special = re.compile("|".join(map(re.escape, special))) if special else None
        self._end_of_sequence: str = tokenizer.eos_token or ""
        self._stops = {self._end_of_sequence, *tokenizer.convert_ids_to_tokens(sorted(stop_ids))}
        self._chat_template: str = tokenizer.chat_template

    def find(self, messages: Sequence[Message], tools: Sequence[Message] = ()) -> AnswerText:
        """The last of ``messages``, an assistant turn; raises ``RowRefusedError`` if the template does not print it."""
        before = self._renderer.text(messages[:-1], tools, prompt=True)
        whole = self._renderer.text(messages, tools)
        end, missing = self._end(messages, tools, whole)
        if whole.startswith(before) and end > len(before):
            return AnswerText(before, whole[len(before) : end] + missing)
        start = self._start_of_content(messages, tools, whole)
        # A prompt can hold what finished turns do not have, for example an empty reasoning block: the answer follows.
        # Behind a block that is left open, the answer would be trained as reasoning; the finished turn has none.
        if not self._opens_block(before, messages, tools):
            return AnswerText(before, whole[start:end] + missing)
        return AnswerText(whole[:start], whole[start:end] + missing)

    def _start_of_content(self, messages: Sequence[Message], tools: Sequence[Message], whole: str) -> int:
        history = list(messages[:-1])
        first, second = (
            self._renderer.text([*history, {"role": "assistant", "content": answer}], tools) for answer in _ANSWERS
        )
        start = _shared(first, second)
        if not first.startswith(_ANSWERS[0], start) or not whole.startswith(first[:start]):
            raise RowRefusedError(
                "unusable-chat-template",
                "the chat template does not print the answer after its prompt; "
                "put {% generation %} around its assistant turns",
            )
        return start

    def _opens_block(self, before: str, messages: Sequence[Message], tools: Sequence[Message]) -> bool:
        """Whether the generation prompt opens a block that the template closes elsewhere."""
        history = self._renderer.text(messages[:-1], tools)
        opener = before.removeprefix(history)
        return any(f"</{tag}>" in self._chat_template and f"</{tag}>" not in opener for tag in _TAG.findall(opener))

    def _end(self, messages: Sequence[Message], tools: Sequence[Message], whole: str) -> tuple[int, str]:
        """Where the answer ends in ``whole``, and what it lacks there for a server to stop."""
        ending = self._ending
        if ending.text and whole.endswith(ending.text):
            end = len(whole) - len(ending.text) + ending.kept
            return end, "" if ending.kept else self._stop_before_next(messages, tools, whole)
        stripped = whole.rstrip()
        if self._special and (last := list(self._special.finditer(stripped))) and last[-1].end() == len(stripped):
            return len(stripped), ""
        return len(whole), self._stop_before_next(messages, tools, whole)

    def _stop_before_next(self, messages: Sequence[Message], tools: Sequence[Message], whole: str) -> str:
        """The token that ends an answer whose end the template prints with the next message, or nowhere."""
        for following in self._followers(messages[-1]):
            try:
                after = self._renderer.text([*messages, following], tools)
            except RowRefusedError:
                continue
            if not after.startswith(whole) or not self._special:
                continue
            found = self._special.match(after[len(whole) :].lstrip())
            if found and found.group() in self._stops:
                return found.group()
        if not self._end_of_sequence:
            raise RowRefusedError(
                "no-stop-token",
                "neither the chat template nor the tokenizer has a token at which an answer ends, so the model would"
                " not learn to stop; set eos_token in tokenizer_config.json",
            )
        return self._end_of_sequence

    @staticmethod
    def _followers(answer: Message) -> list[Message]:
        calls = answer.get("tool_calls") or []
        user = {"role": "user", "content": _QUESTIONS[1]}
        if not calls:
            return [user]
        return [{"role": "tool", "content": "done", "tool_call_id": calls[-1].get("id", "")}, user]

    @cached_property
    def _ending(self) -> "_Ending":
        """What the template prints behind the text of the last answer."""
        question = {"role": "user", "content": _QUESTIONS[0]}
        try:
            first, second = (
                self._renderer.text([question, {"role": "assistant", "content": answer}]) for answer in _ANSWERS
            )
        except RowRefusedError:
            return _Ending("", 0)
        text = first[len(first) - _shared(first[::-1], second[::-1]) :]
        return _Ending(text, self._kept(text))

    def _kept(self, text: str) -> int:
        """How many characters of what follows the last answer a model generates: its end, not the next turn's begin."""
        end = self._end_of_turn()
        piece = end if end and text.startswith(end) else text.rstrip()
        stop = self._special.search(piece) if self._special else None
        return stop.end() if stop else len(piece)

    def _end_of_turn(self) -> str:
        """What the template prints between an answer and the beginning of the next turn."""
        turns = [
            {"role": "user", "content": _QUESTIONS[0]},
            {"role": "assistant", "content": _ANSWERS[0]},
            {"role": "user", "content": _QUESTIONS[1]},
        ]
        try:
            text = self._renderer.text(turns)
        except RowRefusedError:
            return ""
        parts = re.split("|".join(map(re.escape, (*_QUESTIONS, _ANSWERS[0]))), text)
        if len(parts) != len(turns) + 1:
            return ""
        beginning, between = parts[0], parts[2]
        end = len(between) - _shared(beginning[::-1], between[::-1])
        # "<s><user>" and "<end><user>" also share the ">" before the turn.
        for token in _TOKEN.finditer(between):
            if token.start() < end < token.end():
                end = token.end()
        return between[:end].rstrip()


def _shared(one: str, other: str) -> int:
    """How many characters both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


@dataclass(frozen=True)
class _Ending:
    """What follows the text of a conversation's last answer, and how many characters of it belong to the answer."""

    text: str
    kept: int
