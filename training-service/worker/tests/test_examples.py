"""Reading rows, and which tokens contribute to the loss."""

import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whetstone_worker import examples
from whetstone_worker.encoding import IGNORED, ChatEncoder
from whetstone_worker.errors import BadInputError
from whetstone_worker.examples import SftExample, parse_example, read_examples

WORDS = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=30)
UNMARKED = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def read(data: bytes, source: str) -> list[SftExample]:
    return list(read_examples(io.BytesIO(data), source))


@st.composite
def conversations(draw):
    answers = WORDS.filter(str.strip)
    turns = draw(st.lists(st.tuples(WORDS, answers, st.integers(0, 1)), min_size=1, max_size=4))
    messages = []
    for question, answer, weight in turns:
        messages.append({"role": "user", "content": question})
        messages.append({"role": "assistant", "content": answer, "weight": weight})
    messages[-1]["weight"] = 1
    return messages


@given(messages=conversations())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("template", ["marked", "unmarked"])
def test_should_compute_loss_on_weighted_assistant_turns_only(tokenizer, template, messages):
    before = tokenizer.chat_template
    tokenizer.chat_template = before if template == "marked" else UNMARKED
    try:
        (encoded,) = ChatEncoder(tokenizer).encode(parse_example({"messages": messages}, "row"))
    finally:
        tokenizer.chat_template = before

    learned = [label for label in encoded.labels if label != IGNORED]
    expected = "".join(m["content"] + "<|im_end|>" for m in messages if m.get("weight") == 1)
    assert len(encoded.labels) == len(encoded.input_ids)
    assert all(label in (IGNORED, token) for label, token in zip(encoded.labels, encoded.input_ids, strict=True))
    assert tokenizer.decode(learned, clean_up_tokenization_spaces=False) == expected


def test_should_give_the_same_labels_with_and_without_generation_marks(tokenizer):
    row = parse_example(
        {
            "messages": [
                {"role": "user", "content": "When?"},
                {"role": "assistant", "content": "In 3 days.", "weight": 0},
                {"role": "user", "content": "Sure?"},
                {"role": "assistant", "content": "Yes."},
            ]
        },
        "row",
    )
    marked = ChatEncoder(tokenizer).encode(row)
    before, tokenizer.chat_template = tokenizer.chat_template, UNMARKED
    try:
        assert ChatEncoder(tokenizer).encode(row) == marked
    finally:
        tokenizer.chat_template = before


@pytest.mark.parametrize("template", ["marked", "unmarked"])
@pytest.mark.parametrize(("first", "last"), [(1, 0), (0, 1), (1, 1), (1, None)])
def test_should_never_compute_loss_on_a_turn_with_weight_zero(tokenizer, template, first, last):
    answers = [("First answer.", first), ("Second answer.", last)]
    messages = []
    for number, (answer, weight) in enumerate(answers):
        messages.append({"role": "user", "content": f"Question {number}?"})
        messages.append({"role": "assistant", "content": answer} | ({} if weight is None else {"weight": weight}))
    before = tokenizer.chat_template
    tokenizer.chat_template = before if template == "marked" else UNMARKED
    try:
        (encoded,) = ChatEncoder(tokenizer).encode(parse_example({"messages": messages}, "row"))
    finally:
        tokenizer.chat_template = before

    learned = [label for label in encoded.labels if label != IGNORED]
    expected = "".join(answer + "<|im_end|>" for answer, weight in answers if weight != 0)
    assert learned == tokenizer(expected, add_special_tokens=False)["input_ids"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "is not a JSON object"),
        ('{"messages": []}', "has no messages"),
        ('{"messages": [{"role": "user", "content": "a"}]}', "no assistant turn with weight 1"),
        ('{"messages": [{"role": "assistant", "content": "a", "weight": 0}]}', "no assistant turn with weight 1"),
        ('{"messages": [{"role": "assistant", "content": "a", "weight": 2}]}', "/messages/0 has weight 2"),
        ('{"messages": [{"role": "robot", "content": "a"}]}', "/messages/0 has no role"),
        ('{"messages": [{"role": "assistant"}]}', "neither content nor tool_calls"),
        ('{"messages": [{"role": "assistant", "content": "a"}], "sampleWeight": -1}', "sampleWeight -1"),
    ],
)
def test_should_name_the_line_of_a_bad_row(line, message):
    good = '{"messages": [{"role": "assistant", "content": "a"}]}'

    with pytest.raises(BadInputError) as refused:
        read(f"{good}\n{line}\n".encode(), "train.jsonl")

    assert "train.jsonl line 2" in refused.value.detail
    assert message in refused.value.detail


@given(st.binary(max_size=200))
def test_should_refuse_any_other_bytes_with_file_and_line(data):
    try:
        read(data, "file")
    except BadInputError as refused:
        assert "file line" in refused.detail


@given(st.lists(WORDS.filter(str.strip), min_size=1, max_size=5))
def test_should_read_back_written_rows(texts):
    rows = [{"id": str(i), "messages": [{"role": "assistant", "content": text}]} for i, text in enumerate(texts)]
    data = "\n".join(json.dumps(row) for row in rows).encode()

    assert [e.messages[0]["content"] for e in read(data, "file")] == texts


def test_should_refuse_a_line_that_is_too_long(monkeypatch):
    monkeypatch.setattr(examples, "MAX_LINE_BYTES", 20)

    with pytest.raises(BadInputError, match="file line 2 is longer than 20 bytes"):
        read(b"\n" + b"x" * 21, "file")


def test_should_read_one_row_at_a_time():
    rows = read_examples(io.BytesIO(b'{"messages": [{"role": "assistant", "content": "a"}]}\n{'), "file")

    assert next(rows).messages[0]["content"] == "a"
    with pytest.raises(BadInputError, match="file line 2"):
        next(rows)
