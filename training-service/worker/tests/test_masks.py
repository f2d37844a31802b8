"""Which tokens bear loss, for chat templates of every shape and for those that TRL ships."""

import re

import pytest

from templates import CHATML, OF_TRL, OPENER, example, trained
from whetstone_worker.encoding import IGNORED, ChatEncoder
from whetstone_worker.errors import RowRefusedError

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


@pytest.mark.parametrize("file", OF_TRL, ids=lambda file: file.stem)
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
