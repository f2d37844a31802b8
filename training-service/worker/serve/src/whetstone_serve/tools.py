"""Finds the tool calls in an answer, as vLLM's parser ``hermes`` does. Pure."""

import json
import re
import uuid
from typing import Any

_OPEN = "<tool_call>"
_CALL = re.compile(r"<tool_call>(.*?)</tool_call>|<tool_call>(.*)", re.DOTALL)


def message_of(text: str, with_tools: bool) -> dict[str, Any]:
    """The assistant's message for an answer.

    When the request has tools and the answer calls them, what precedes the first call is the content, null when it is
    empty. An answer whose calls are not valid JSON stays text.
    """
    calls = _calls(text) if with_tools and _OPEN in text else []
    if not calls:
        return {"role": "assistant", "content": text}
    return {"role": "assistant", "content": text[: text.find(_OPEN)] or None, "tool_calls": calls}


def _calls(text: str) -> list[dict[str, Any]]:
    try:
        called = [json.loads(whole or unended) for whole, unended in _CALL.findall(text)]
        return [
            {
                "id": f"chatcmpl-tool-{uuid.uuid4().hex}",
                "type": "function",
                "function": {
                    "name": call["name"],
                    "arguments": json.dumps(call["arguments"], ensure_ascii=False),
                },
            }
            for call in called
        ]
    except (ValueError, KeyError, TypeError):
        return []
