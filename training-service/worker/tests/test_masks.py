"""Which tokens bear loss, for chat templates of every shape and for those that TRL ships."""

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trl

from whetstone_worker.encoding import IGNORED, ChatEncoder
from whetstone_worker.errors import RowRefusedError
from whetstone_worker.examples import SftExample, parse_example

CHATML = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
OPENER = "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
SHAPES = {
    "turns in order": CHATML + OPENER,
    "no generation prompt": CHATML,
    "closed block in the prompt only": CHATML + OPENER.replace("{% endif %}", "<plan>\n</plan>\n{% endif %}"),
    "open block in the prompt only": "{# </plan> #}" + CHATML + OPENER.replace("{% endif %}", "<plan>\n{% endif %}"),
    "open block that finished turns close": CHATML.replace(
        "{{ m.content }}", "{% if m.role == 'assistant' %}<plan></plan>{% endif %}{{ m.content }}"
    )
    + OPENER.replace("{% endif %}", "<plan>\n{% endif %}"),
    "block in the last answer": CHATML.replace(
        "{{ m.content }}", "{% if m.role == 'assistant' and loop.last %}<plan>\n\n</plan>\n{% endif %}{{ m.content }}"
    )
    + OPENER,
    "another end for the last answer": CHATML.replace(
        "<|im_end|>\n", "{{ '<|last|>' if m.role == 'assistant' and loop.last else '<|im_end|>' }}\n"
    )
    + OPENER,
    "text behind the last turn": CHATML + "<|pad|>" + OPENER,
    "opener behind every conversation": CHATML + "<|im_start|>assistant{{ '\n' }}",
    "system prompt in the last question": "{% for m in messages if m.role != 'system' %}[{{ m.role }}]"
    "{% if m.role == 'user' and m == (messages | selectattr('role', 'equalto', 'user') | list | last) %}"
    "{{ (messages | selectattr('role', 'equalto', 'system') | map(attribute='content') | first | default('')) }}"
    "{% endif %}{{ m.content }}{% if m.role == 'assistant' %}<|end|>{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}[assistant]{% endif %}",
    "trimmed answers": CHATML.replace("m.content", "m.content | trim") + OPENER,
    "end in the next turn": "{% for m in messages %}<|{{ m.role }}|>\n{{ m.content }}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}",
    "no end at all": "{% for m in messages %}\n{{ m.role }}: {{ m.content }}{% endfor %}"
    "{% if add_generation_prompt %}\nassistant: {% endif %}",
}
ENDS = {
    "another end for the last answer": "<|last|>",
    "system prompt in the last question": "<|end|>",
    "no end at all": "<|im_end|>",
}
SINGLE = [("user", "Hi", 0), ("assistant", "Hello.", 0), ("user", "Where is it?", 0), ("assistant", "On its way.", 1)]
BOTH = [(role, content, int(role == "assistant")) for role, content, _ in SINGLE]
SYSTEM = [("system", "Be brief.", 0), *BOTH]
ECHO = [("user", "Say: On its way.", 0), ("assistant", "On its way.", 1)]
CONVERSATIONS = {"single": SINGLE, "both": BOTH, "system": SYSTEM, "echo": ECHO}


def example(turns: list[tuple[str, str, int]]) -> SftExample:
    messages = [{"role": role, "content": content, "weight": weight} for role, content, weight in turns]
    return parse_example({"id": "row", "messages": messages}, "row")


@pytest.fixture
def templated(tokenizer) -> Callable[..., Any]:
    """The demo's tokenizer with another template, whose control tokens are special tokens as in real bases."""

    def with_template(template: str, special: bool = True) -> Any:
        changed = copy.deepcopy(tokenizer)
        if special:
            changed.bos_token = "<s>"
            changed.add_special_tokens({"additional_special_tokens": control_tokens(template)})
        changed.chat_template = template
        return changed

    return with_template


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


@pytest.mark.parametrize("special", [True, False], ids=["special tokens", "plain text"])
@pytest.mark.parametrize("conversation", CONVERSATIONS)
@pytest.mark.parametrize("shape", SHAPES)
def test_should_compute_loss_on_answers_and_their_ends(templated, shape, conversation, special):
    tokenizer = templated(SHAPES[shape], special)
    turns = CONVERSATIONS[conversation]
    stops = frozenset(tokenizer.convert_tokens_to_ids(["<|user|>"])) if special else frozenset()

    encoded = ChatEncoder(tokenizer, stops).encode(example(turns))

    end = ENDS.get(shape, "<|im_end|>")
    if shape == "end in the next turn":
        end = "<|user|>" if special else "<|im_end|>"
    answers = [content for role, content, weight in turns if role == "assistant" and weight]
    texts = [
        text.removeprefix("<plan>\n\n</plan>\n").removeprefix("<|im_start|>assistant\n")
        for text in trained(tokenizer, encoded)
    ]
    assert texts == [answer + end for answer in answers]


@pytest.mark.parametrize("shape", SHAPES)
def test_should_train_what_a_server_gives_its_model(templated, shape):
    tokenizer = templated(SHAPES[shape])
    row = example(BOTH)

    encoded = ChatEncoder(tokenizer).encode(row)

    prompts = [
        tokenizer.apply_chat_template(list(row.messages[:turn]), tokenize=False, add_generation_prompt=True)
        for turn in sorted(row.trained_turns)
    ]
    shown = []
    for sequence in encoded:
        starts = [
            i
            for i, label in enumerate(sequence.labels)
            if label != IGNORED and (i == 0 or sequence.labels[i - 1] == IGNORED)
        ]
        shown += [tokenizer.decode(sequence.input_ids[:start]) for start in starts]
    if shape.startswith("open block"):
        # An answer behind the open block would be trained as reasoning.
        finished = "<plan></plan>" if "finished" in shape else ""
        prompts = [re.sub("<plan>\n$", finished, prompt) for prompt in prompts]
    assert shown == prompts


def test_should_split_a_row_whose_history_is_rendered_otherwise(templated):
    changing, same = (templated(SHAPES[shape]) for shape in ("block in the last answer", "turns in order"))

    assert [len(ChatEncoder(tokenizer).encode(example(BOTH))) for tokenizer in (changing, same)] == [2, 1]


def test_should_end_where_the_last_answer_ends(templated):
    tokenizer = templated(SHAPES["turns in order"])

    (encoded,) = ChatEncoder(tokenizer).encode(example([*ECHO, ("user", "Thanks", 0), ("assistant", "Sure.", 0)]))

    assert encoded.labels[-1] == encoded.input_ids[-1] == tokenizer.convert_tokens_to_ids("<|im_end|>")


@pytest.mark.parametrize("empty", ["", " \n"])
def test_should_refuse_an_empty_answer(templated, empty):
    with pytest.raises(RowRefusedError, match="/messages/1 is an empty answer") as refused:
        ChatEncoder(templated(SHAPES["turns in order"])).encode(
            example([("user", "Be silent", 0), ("assistant", empty, 1)])
        )

    assert refused.value.code == "empty-answer"


def test_should_refuse_a_row_when_no_token_can_end_it(templated):
    tokenizer = templated(SHAPES["no end at all"])
    tokenizer.eos_token = None

    with pytest.raises(RowRefusedError, match="set eos_token in tokenizer_config") as refused:
        ChatEncoder(tokenizer).encode(example(ECHO))

    assert refused.value.code == "no-stop-token"


@pytest.mark.parametrize("marked", ["{{ m.content }}", "{{ m.content }}<|im_end|>"])
def test_should_train_the_end_also_where_the_template_does_not_mark_it(templated, marked):
    template = CHATML.replace(
        "{{ m.content }}<|im_end|>",
        "{% if m.role == 'assistant' %}{% generation %}"
        + marked
        + "{% endgeneration %}"
        + ("" if "im_end" in marked else "<|im_end|>")
        + "{% else %}{{ m.content }}<|im_end|>{% endif %}",
    )
    tokenizer = templated(template + OPENER)

    assert trained(tokenizer, ChatEncoder(tokenizer).encode(example(BOTH))) == [
        "Hello.<|im_end|>",
        "On its way.<|im_end|>",
    ]


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


def tool_example(arguments: str, *following: dict[str, Any]) -> SftExample:
    call = {"id": "call_1234567890", "type": "function", "function": {"name": "look", "arguments": arguments}}
    messages = [{"role": "user", "content": "Look."}, {"role": "assistant", "tool_calls": [call]}, *following]
    tool = {"type": "function", "function": {"name": "look", "description": "Looks.", "parameters": {"type": "object"}}}
    return parse_example({"id": "row", "messages": messages, "tools": [tool]}, "row")


TAKES_APART = CHATML.replace(
    "{{ m.content }}",
    "{% if '</think>' in m.content %}<think>\n{{ m.content.split('</think>')[0].split('<think>')[-1].strip() }}\n"
    "</think>\n\n{{ m.content.split('</think>')[-1].strip() }}{% else %}{{ m.content }}{% endif %}",
)
DROPS_REASONING = CHATML.replace("m.content", "m.content.split('</think>')[-1].strip()")


def test_should_refuse_an_answer_that_the_template_prints_otherwise(templated):
    row = example([("user", "How?", 0), ("assistant", "The tag </think> closes a block.", 1)])

    for template in (TAKES_APART, DROPS_REASONING):
        with pytest.raises(RowRefusedError, match="/messages/1/content") as refused:
            ChatEncoder(templated(template + OPENER)).encode(row)
        assert refused.value.code == "template-changes-answer"


def test_should_train_reasoning_that_the_template_prints(templated):
    row = example([("user", "How?", 0), ("assistant", "<think>Since May.</think>\nWithin 30 days.", 1)])
    printing, dropping = templated(TAKES_APART + OPENER), templated(DROPS_REASONING + OPENER)

    texts = trained(printing, ChatEncoder(printing).encode(row))
    with pytest.raises(RowRefusedError, match="does not print"):
        ChatEncoder(dropping).encode(row)

    assert texts == ["<think>\nSince May.\n</think>\n\nWithin 30 days.<|im_end|>"]


REAL = sorted((Path(trl.__file__).parent / "chat_templates").glob("*.jinja"))


@pytest.mark.parametrize("file", REAL, ids=lambda file: file.stem)
@pytest.mark.parametrize("conversation", CONVERSATIONS)
def test_should_mask_the_templates_of_real_bases(templated, file, conversation):
    tokenizer = templated(file.read_text(encoding="utf-8"))
    stops = frozenset(tokenizer.convert_tokens_to_ids(["<|user|>", "<|observation|>"]))
    encoder = ChatEncoder(tokenizer, stops)
    turns = CONVERSATIONS[conversation]
    try:
        encoded = encoder.encode(example(turns))
    except RowRefusedError as refused:
        assert conversation == "system" and "ystem" in refused.detail, refused
        return

    texts = trained(tokenizer, encoded)
    answers = [content for role, content, weight in turns if role == "assistant" and weight]
    assert len(texts) == len(answers)
    for text, answer in zip(texts, answers, strict=True):
        before, found, end = text.rpartition(answer)
        assert found, text
        assert end.strip() in {*tokenizer.all_special_tokens}, (before, end)


@pytest.mark.parametrize("file", REAL, ids=lambda file: file.stem)
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
