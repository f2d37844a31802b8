"""The forms in which a chat template takes tool calls."""

import re

import pytest

from templates import CHATML, OF_TRL, OPENER, tool_example, trained
from whetstone_worker.encoding import ChatEncoder
from whetstone_worker.errors import RowRefusedError


def test_should_give_arguments_as_text_to_a_template_that_wants_text(templated):
    call = "{% for c in m.tool_calls or [] %}{{ 'call ' + c.function.name + ' ' + c.function.arguments }}{% endfor %}"
    tokenizer = templated(CHATML.replace("{{ m.content }}", "{{ m.content }}" + call) + OPENER)

    encoded = ChatEncoder(tokenizer).encode(tool_example('{"order": 7}'))

    assert trained(tokenizer, encoded) == ['call look {"order": 7}<|im_end|>']


def test_should_decode_arguments_that_were_encoded_twice(templated):
    call = "{% for c in m.tool_calls or [] %}{{ c.function.arguments | tojson }}{% endfor %}"
    tokenizer = templated(CHATML.replace("{{ m.content }}", "{{ m.content }}" + call) + OPENER)

    encoded = ChatEncoder(tokenizer).encode(tool_example('"{\\"order\\": 7}"'))

    assert trained(tokenizer, encoded) == ['{"order": 7}<|im_end|>']


def test_should_map_ids_of_calls_and_results_for_a_template_that_wants_short_ones(templated):
    short = (
        "{% for c in m.tool_calls or [] %}{% if c.id | length != 9 %}{{ raise_exception('9 characters') }}{% endif %}"
        "call {{ c.id }} {{ c.function.arguments | tojson }}{% endfor %}"
        "{% if m.tool_call_id is defined %}result {{ m.tool_call_id }} {% endif %}"
    )
    tokenizer = templated(CHATML.replace("{{ m.content }}", short + "{{ m.content }}") + OPENER)
    encoder = ChatEncoder(tokenizer)
    row = tool_example("{}", {"role": "tool", "content": "Found.", "tool_call_id": "call_1234567890"})

    (encoded,) = encoder.encode(row)

    called, answered = re.findall(
        r"(?:call|result) ([A-Za-z0-9]{9}) ", tokenizer.decode(encoder.token_ids(row.messages))
    )
    assert called == answered
    assert encoder.renderer.sent(row.messages)[1]["tool_calls"][0]["id"] == called
    assert called in tokenizer.decode(encoded.input_ids)


@pytest.mark.parametrize("file", OF_TRL, ids=lambda file: file.stem)
def test_should_train_whole_tool_calls_or_refuse_them(templated, file):
    tokenizer = templated(file.read_text(encoding="utf-8"))
    encoder = ChatEncoder(tokenizer)

    try:
        (encoded,) = encoder.encode(tool_example('{"order": 7, "note": null}'))
    except RowRefusedError as refused:
        assert refused.code in ("template-drops-tool-calls", "template-refuses"), refused
        return

    (text,) = trained(tokenizer, (encoded,))
    assert "look" in text
    assert re.search(r'"order":\s*7|order.*7', text, re.DOTALL)
    assert '\\"' not in text
