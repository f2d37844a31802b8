"""Renders conversations with a base model's chat template, as a model server does."""

import hashlib
import json
import string
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from whetstone_worker.errors import BadInputError, RowRefusedError

Message = dict[str, Any]

_PROBE_VALUE = "whetstone probe"
_PROBE_TOOL = {
    "type": "function",
    "function": {
        "name": "probe",
        "description": "A probe.",
        "parameters": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]},
    },
}
# Templates of Mistral accept ids of this form only.
_SHORT_ID = 9
_ID_ALPHABET = string.ascii_letters + string.digits


class ConversationRenderer:
    """A tokenizer's chat template, with the forms of tool calls that this template takes.

    Which form it takes is found out once, with a probe: most templates want texts as text, some as lists of parts;
    most want a call's arguments as an object, some as JSON text; some refuse ids that have not nine letters or digits.
    """

    def __init__(self, tokenizer: Any) -> None:
        if not tokenizer.chat_template:
            raise BadInputError(
                "no-chat-template", "the base model has no chat template; add chat_template.jinja to it"
            )
        self._tokenizer = tokenizer

    def text(
        self, messages: Iterable[Message], tools: Iterable[Message] = (), *, prompt: bool = False, **options: Any
    ) -> str:
        """The rendered text; ``prompt`` adds what a server adds before it generates an answer.

        Raises ``RowRefusedError`` with the template's words when the template cannot render the conversation.
        """
        return self._apply(messages, tools, tokenize=False, add_generation_prompt=prompt, **options)

    def encoding(self, messages: Iterable[Message], tools: Iterable[Message] = (), **options: Any) -> Any:
        """Token ids, and what ``options`` of the tokenizer's ``apply_chat_template`` ask for; raises as ``text``."""
        return self._apply(messages, tools, tokenize=True, return_dict=True, **options)

    def sent(self, messages: Iterable[Message]) -> list[Message]:
        """The messages as a server gets them: with ids of tool calls that the template takes."""
        return [self._with_short_ids(message) for message in messages] if self._needs_short_ids else list(messages)

    def _apply(self, messages: Iterable[Message], tools: Iterable[Message], **options: Any) -> Any:
        messages = list(messages)
        as_text = False
        if any(message.get("tool_calls") or message.get("tool_call_id") for message in messages):
            messages = self.sent(messages)
            as_text = self._wants_text
        return self._render([_as_served(message, as_text) for message in messages], tools, **options)

    def _render(self, conversation: list[Message], tools: Iterable[Message], **options: Any) -> Any:
        if self._wants_parts:
            conversation = [_with_parts(message) for message in conversation]
        return self._rendered(conversation, tools, **options)

    def _rendered(self, conversation: list[Message], tools: Iterable[Message], **options: Any) -> Any:
        try:
            return self._tokenizer.apply_chat_template(conversation, tools=list(tools) or None, **options)
        except MemoryError:
            raise
        except Exception as error:  # a template may raise any exception about messages that it cannot render
            raise RowRefusedError(
                "template-refuses", f"the chat template cannot render it: {type(error).__name__}: {error}"
            ) from error

    @cached_property
    def _wants_parts(self) -> bool:
        """Whether the template prints a text only as a list of parts; vLLM detects the same."""
        message = {"role": "user", "content": _PROBE_VALUE}
        return not self._prints_text(message) and self._prints_text(_with_parts(message))

    def _prints_text(self, message: Message) -> bool:
        try:
            return _PROBE_VALUE in self._rendered([message], (), tokenize=False)
        except RowRefusedError:
            return False

    @cached_property
    def _wants_text(self) -> bool:
        """Whether the template prints the arguments of a call only when they are JSON text."""
        return not self._prints_probe(as_text=False) and self._prints_probe(as_text=True)

    @cached_property
    def _needs_short_ids(self) -> bool:
        long, short = "call_0123456789abcdef", "callabcd1"
        return any(
            not self._prints_probe(as_text, long) and self._prints_probe(as_text, short) for as_text in (False, True)
        )

    def _prints_probe(self, as_text: bool, call_id: str = "callabcd1") -> bool:
        call = {
            "id": call_id,
            "type": "function",
            "function": {"name": "probe", "arguments": json.dumps({"text": _PROBE_VALUE})},
        }
        messages = [{"role": "user", "content": "Probe."}, {"role": "assistant", "content": "", "tool_calls": [call]}]
        try:
            conversation = [_as_served(message, as_text) for message in messages]
            return _PROBE_VALUE in self._render(conversation, [_PROBE_TOOL], tokenize=False)
        except RowRefusedError:
            return False

    @staticmethod
    def _with_short_ids(message: Message) -> Message:
        """The same call and its result get the same id."""
        changed = dict(message)
        if message.get("tool_call_id"):
            changed["tool_call_id"] = _short_id(message["tool_call_id"])
        if message.get("tool_calls"):
            changed["tool_calls"] = [
                {**call, "id": _short_id(call["id"])} if call.get("id") else call for call in message["tool_calls"]
            ]
        return changed


def _short_id(call_id: str) -> str:
    if len(call_id) == _SHORT_ID and call_id.isascii() and call_id.isalnum():
        return call_id
    digest = hashlib.sha256(call_id.encode()).digest()
    return "".join(_ID_ALPHABET[byte % len(_ID_ALPHABET)] for byte in digest[:_SHORT_ID])


def _with_parts(message: Message) -> Message:
    content = message.get("content")
    return {**message, "content": [{"type": "text", "text": content}]} if isinstance(content, str) else message


def _as_served(message: Message, as_text: bool) -> Message:
    """As vLLM and the demo's server give a message to the template.

    Without content its text is empty, and the arguments of tool calls are decoded unless the template wants text.
    """
    served = {**message, "content": ""} if message.get("content") is None else message
    calls = served.get("tool_calls")
    return {**served, "tool_calls": [_with_arguments(call, as_text) for call in calls]} if calls else served


def _with_arguments(call: Message, as_text: bool) -> Message:
    function = call.get("function") or {}
    arguments = _decoded(function.get("arguments") or "{}")
    if isinstance(arguments, str):  # encoded twice, as some clients log them
        arguments = _decoded(arguments)
    if not isinstance(arguments, dict):
        raise RowRefusedError("tool-arguments", "the arguments of a tool call are not a JSON object")
    return {
        **call,
        "function": {**function, "arguments": json.dumps(arguments, ensure_ascii=False) if as_text else arguments},
    }


def _decoded(arguments: Any) -> Any:
    if not isinstance(arguments, str):
        return arguments
    try:
        return json.loads(arguments)
    except ValueError as error:
        raise RowRefusedError("tool-arguments", f"the arguments of a tool call are not JSON: {error}") from error
