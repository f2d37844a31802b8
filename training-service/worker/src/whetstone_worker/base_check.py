"""What a base's chat template can train: probe conversations, each with an answer, before anything is spent."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from whetstone_worker.encoding import ChatEncoder
from whetstone_worker.errors import BadInputError, RetryableError, RowRefusedError
from whetstone_worker.examples import SftExample, parse_example
from whetstone_worker.refusals import one_line
from whetstone_worker.rendering import Message
from whetstone_worker.template import require_same_tokens

_LONGEST_DETAIL = 300
_TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "find_parcel",
            "description": "Finds a parcel by its cobalt number.",
            "parameters": {
                "type": "object",
                "properties": {"number": {"type": "string"}},
                "required": ["number"],
            },
        },
    }
]
_SYSTEM = {"role": "system", "content": "Answer in the amber style."}
_ASK = {"role": "user", "content": "Where is the parcel from Lisbon?"}
_ANSWER = {"role": "assistant", "content": "It left the harbour on Tuesday."}
_THANK = {"role": "user", "content": "And the second one from Porto?"}
_LAST = {"role": "assistant", "content": "It arrives on Friday."}


def _call(number: str, call_id: str) -> dict[str, Any]:
    return {
        "id": call_id,
        "type": "function",
        "function": {"name": "find_parcel", "arguments": f'{{"number": "{number}"}}'},
    }


def _calls(*calls: dict[str, Any], content: str | None = None) -> Message:
    return {"role": "assistant", "content": content, "tool_calls": list(calls)}


def _result(call_id: str, text: str) -> Message:
    return {"role": "tool", "tool_call_id": call_id, "content": text}


@dataclass(frozen=True)
class _Probe:
    """A kind of conversation, and the texts that training must not lose."""

    name: str
    messages: Sequence[Message]
    texts: tuple[str, ...]
    tools: Sequence[dict[str, Any]] = ()

    @property
    def example(self) -> SftExample:
        return parse_example({"id": self.name, "messages": list(self.messages), "tools": list(self.tools)}, self.name)


PROBES = (
    _Probe("an answer", (_ASK, _ANSWER), ("Lisbon", "Tuesday")),
    _Probe("several turns", (_ASK, _ANSWER, _THANK, _LAST), ("Lisbon", "Tuesday", "Porto", "Friday")),
    _Probe("a system prompt", (_SYSTEM, _ASK, _ANSWER), ("amber style", "Lisbon", "Tuesday")),
    _Probe(
        "text in any script",
        (
            {"role": "user", "content": "¿Dónde está? 在哪里 🧭"},
            {"role": "assistant", "content": "Está aquí: 这里 ✅ {{x}} <b>"},
        ),
        ("¿Dónde está? 在哪里 🧭", "Está aquí: 这里 ✅ {{x}} <b>"),
    ),
    _Probe("tool definitions", (_ASK, _ANSWER), ("find_parcel", "cobalt number"), _TOOLS),
    _Probe("a tool call", (_ASK, _calls(_call("L-17", "call_1a2b3c"))), ("find_parcel", "L-17"), _TOOLS),
    _Probe(
        "a tool call with text",
        (_ASK, _calls(_call("L-17", "call_1a2b3c"), content="One moment.")),
        ("One moment.", "L-17"),
        _TOOLS,
    ),
    _Probe(
        "parallel tool calls",
        (_ASK, _calls(_call("L-17", "call_1a2b3c"), _call("P-42", "call_4d5e6f"))),
        ("L-17", "P-42"),
        _TOOLS,
    ),
    _Probe(
        "the result of a tool call",
        (
            _ASK,
            {**_calls(_call("L-17", "call_1a2b3c")), "weight": 0},
            _result("call_1a2b3c", "at the harbour"),
            _ANSWER,
        ),
        ("L-17", "at the harbour", "Tuesday"),
        _TOOLS,
    ),
    _Probe(
        "reasoning before an answer",
        (_ASK, {"role": "assistant", "content": "<think>\nThe ledger says so.\n</think>\n\nIt left on Tuesday."}),
        ("The ledger says so.", "It left on Tuesday."),
    ),
    _Probe(
        "an answer that speaks of markup",
        (_ASK, {"role": "assistant", "content": "The tag </think> closes a block there."}),
        ("The tag </think> closes a block there.",),
    ),
)


class Verdict(StrEnum):
    """What becomes of rows of one kind."""

    TRAINS = "trains"
    LOSES = "loses"
    REFUSED = "refused"


@dataclass(frozen=True)
class Capability:
    """A kind of conversation, and what becomes of its rows."""

    name: str
    verdict: Verdict
    detail: str = ""


@dataclass(frozen=True)
class BaseReport:
    """``server`` says how the model server renders the probes: empty if as here, or the difference or failure."""

    capabilities: tuple[Capability, ...]
    server: str

    @property
    def usable(self) -> bool:
        """Whether the plainest row trains; without it no row does."""
        return self.capabilities[0].verdict is Verdict.TRAINS

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "usable": self.usable,
            "capabilities": [
                {"name": one.name, "verdict": str(one.verdict), "detail": one.detail} for one in self.capabilities
            ],
            "server": self.server,
        }


def check(encoder: ChatEncoder, tokenizer: Any, endpoint: str | None = None, key: str = "") -> BaseReport:
    """Renders every probe; with an ``endpoint`` also as the model server there does."""
    capabilities = tuple(_capability(probe, encoder, tokenizer) for probe in PROBES)
    rows = [
        probe.example
        for probe, capability in zip(PROBES, capabilities, strict=True)
        if capability.verdict is Verdict.TRAINS
    ]
    return BaseReport(capabilities, _server(encoder, rows, endpoint, key) if endpoint and rows else "")


def _capability(probe: _Probe, encoder: ChatEncoder, tokenizer: Any) -> Capability:
    try:
        sequences = encoder.encode(probe.example)
    except RowRefusedError as error:
        return Capability(probe.name, Verdict.REFUSED, one_line(f"{error.code}: {error.detail}", _LONGEST_DETAIL))
    text = "".join(tokenizer.decode(one.input_ids, clean_up_tokenization_spaces=False) for one in sequences)
    lost = [part for part in probe.texts if part not in text]
    if lost:
        detail = "the chat template prints nothing of: " + ", ".join(map(repr, lost))
        return Capability(probe.name, Verdict.LOSES, one_line(detail, _LONGEST_DETAIL))
    split = "each turn in a sequence of its own" if len(sequences) > 1 else ""
    return Capability(probe.name, Verdict.TRAINS, split)


def _server(encoder: ChatEncoder, rows: list[SftExample], endpoint: str, key: str) -> str:
    try:
        require_same_tokens(encoder, rows, endpoint, key=key, patience=0.0)
    except (BadInputError, RetryableError) as error:
        return one_line(f"{error.code}: {error.detail}", _LONGEST_DETAIL)
    return ""
