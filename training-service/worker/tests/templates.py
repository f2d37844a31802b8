"""Chat templates of the tests, and rows that they render."""

import re
from pathlib import Path
from typing import Any

import trl

from whetstone_worker.encoding import IGNORED
from whetstone_worker.examples import SftExample, parse_example

CHATML = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
OPENER = "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
# Those of some thirty real bases.
OF_TRL = sorted((Path(trl.__file__).parent / "chat_templates").glob("*.jinja"))


def example(turns: list[tuple[str, str, int]]) -> SftExample:
    messages = [{"role": role, "content": content, "weight": weight} for role, content, weight in turns]
    return parse_example({"id": "row", "messages": messages}, "row")


def tool_example(arguments: str, *following: dict[str, Any]) -> SftExample:
    call = {"id": "call_1234567890", "type": "function", "function": {"name": "look", "arguments": arguments}}
    messages = [{"role": "user", "content": "Look."}, {"role": "assistant", "tool_calls": [call]}, *following]
    tool = {"type": "function", "function": {"name": "look", "description": "Looks.", "parameters": {"type": "object"}}}
    return parse_example({"id": "row", "messages": messages, "tools": [tool]}, "row")


def control_tokens(template: str) -> list[str]:
    found = re.findall(
        r"<\|[A-Za-z_]+\|>|<\uff5c[^\uff5c{}]+\uff5c>|</s>|<s>|<\|?(?:turn|tool_response)\|?>"
        r"|<end_of_utterance>|<end_of_turn>|<start_of_turn>",
        template,
    )
    return sorted({*found, "<|user|>", "<|assistant|>", "<|system|>", "<|observation|>"})


def trained(tokenizer: Any, encoded: Any) -> list[str]:
    """The texts that bear loss, one per answer."""
    texts = []
    for sequence in encoded:
        run: list[int] = []
        for label in [*sequence.labels, IGNORED]:
            if label != IGNORED:
                run.append(label)
            elif run:
                texts.append(tokenizer.decode(run))
                run = []
    return texts
