"""Finds a tokenizer's control tokens in texts, where they would act as the template's own."""

from collections.abc import Iterator
from typing import Any

from whetstone_worker.errors import RowRefusedError
from whetstone_worker.examples import SftExample


class ControlTokens:
    """The special tokens of a tokenizer, such as ``<|im_end|>``: only a chat template may write them.

    Added tokens that are not special, such as ``<think>``, are text that a model may learn. ``texts`` are the tokens as
    a template writes them.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        special = {token for token, added in tokenizer.added_tokens_decoder.items() if added.special}
        special |= set(tokenizer.all_special_ids)
        special.discard(tokenizer.unk_token_id)  # stands for characters that the vocabulary lacks
        self._special = frozenset(special)
        self.texts = frozenset(tokenizer.convert_ids_to_tokens(sorted(special)))

    def require_none(self, example: SftExample) -> None:
        """Refuses a row in whose messages or tools the tokenizer reads a control token."""
        texts = [*_texts(example.messages, "/messages"), *_texts(example.tools, "/tools")]
        if not self._found("\n".join(text for _, text in texts)):
            return
        for place, text in texts:
            found = self._found(text)
            if found:
                token = self._tokenizer.convert_ids_to_tokens(found[0])
                raise RowRefusedError("control-tokens", f"{place} holds the control token {token}; remove it there")

    def _found(self, text: str) -> list[int]:
        ids = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        return [token for token in ids if token in self._special]


def _texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Every text below a value with its JSON Pointer, the keys of objects included."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield place, key
            yield from _texts(inner, f"{place}/{key}")
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _texts(inner, f"{place}/{index}")
