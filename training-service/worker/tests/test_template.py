"""The check that training and serving render conversations to the same token ids."""

import copy
from pathlib import Path

import pytest

from whetstone_worker.encoding import ChatEncoder
from whetstone_worker.errors import BadInputError, RetryableError, RowRefusedError
from whetstone_worker.examples import parse_example
from whetstone_worker.template import require_digest, require_same_tokens


@pytest.fixture
def rows():
    def row(i: int) -> dict:
        return {
            "id": f"e{i}",
            "messages": [{"role": "user", "content": f"q {i}"}, {"role": "assistant", "content": "a"}],
        }

    return [parse_example(row(i), "row") for i in range(30)]


def test_should_accept_a_server_that_renders_the_same_tokens(tokenizer, rows, local_server):
    encoder = ChatEncoder(tokenizer)
    server = local_server(lambda _, body: (200, {"tokens": encoder.token_ids(body["messages"])}))

    require_same_tokens(encoder, rows, server.url)

    assert len(server.bodies) == 20
    assert server.bodies[0]["add_generation_prompt"] is False
    assert server.paths[0] == "/tokenize"


def test_should_name_the_first_difference(tokenizer, rows, local_server):
    encoder = ChatEncoder(tokenizer)

    def answer(_: str, body: dict) -> tuple[int, dict]:
        tokens = encoder.token_ids(body["messages"])
        if body["messages"][0]["content"] == "q 7":
            tokens[4] += 1
        return 200, {"tokens": tokens}

    with pytest.raises(BadInputError) as refused:
        require_same_tokens(encoder, rows, local_server(answer).url + "/v1")

    assert "row 7 (example e7)" in refused.value.detail
    assert "at token 4" in refused.value.detail


def test_should_give_the_template_decoded_arguments_of_tool_calls(tokenizer):
    printing = copy.deepcopy(tokenizer)
    template = Path(__file__).parents[1] / "servertest/chat_template.jinja"
    printing.chat_template = template.read_text(encoding="utf-8")

    def rendered(arguments: str) -> str:
        call = {"id": "c", "type": "function", "function": {"name": "look", "arguments": arguments}}
        turns = [{"role": "user", "content": "q"}, {"role": "assistant", "content": None, "tool_calls": [call]}]
        return printing.decode(ChatEncoder(printing).token_ids(turns))

    assert '"arguments": {"order": 7}}' in rendered('{"order":7}')
    for broken in ("no JSON", "[1]"):
        with pytest.raises(RowRefusedError, match="JSON"):
            rendered(broken)


def test_should_treat_an_unreachable_server_as_retryable(tokenizer, rows):
    pauses = []

    with pytest.raises(RetryableError, match="start the model server"):
        require_same_tokens(ChatEncoder(tokenizer), rows, "http://127.0.0.1:9", patience=0.6, sleep=pauses.append)

    assert pauses


def test_should_refuse_another_template(tokenizer):
    with pytest.raises(BadInputError, match="chatTemplateSha256"):
        require_digest(tokenizer.chat_template, "0" * 64)


def test_should_send_the_key_of_the_server(tokenizer, rows, local_server):
    encoder = ChatEncoder(tokenizer)
    server = local_server(lambda _, body: (200, {"tokens": encoder.token_ids(body["messages"])}))

    require_same_tokens(encoder, rows[:1], server.url, key="sk-1")
    require_same_tokens(encoder, rows[:1], server.url)

    assert server.headers[0]["Authorization"] == "Bearer sk-1"
    assert "Authorization" not in server.headers[1]


@pytest.mark.parametrize(
    ("status", "key", "sent"),
    [(401, "sk-old", "the key that was sent"), (403, "sk-old", "the key that was sent"), (401, "", "without a key")],
)
def test_should_treat_a_refused_key_as_permanent(tokenizer, local_server, *, status, key, sent):
    example = parse_example({"messages": [{"role": "assistant", "content": "a"}]}, "row")
    server = local_server(lambda *_: (status, {"error": "no"}))

    with pytest.raises(BadInputError, match=f"{sent} with HTTP {status}; set serving.credentialsRef") as refused:
        require_same_tokens(ChatEncoder(tokenizer), [example], server.url, key=key, patience=0.0)

    assert refused.value.code == "serving-key-refused"
    assert len(server.bodies) == 1
    assert "sk-old" not in refused.value.detail
