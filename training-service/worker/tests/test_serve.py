"""The model server over real HTTP: shapes, refusals, and answers that do not depend on concurrent requests."""

import asyncio
import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import httpx
import pytest
import torch
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from model_server import BASE_NAME, chat, text
from whetstone_serve.access import KeyRequired
from whetstone_serve.requests import plain_message
from whetstone_serve.tools import message_of


def test_should_answer_as_the_base_was_trained(client, world):
    topic = world.topics[0]
    answer = chat(client, "Hi, Order 1234. How many days do I have to return the kettle?")

    body = answer.json()
    assert text(answer) == f"Order 1234. {topic.old_answer.replace('{p}', 'kettle')}"
    assert body["object"] == "chat.completion"
    assert body["choices"][0]["finish_reason"] == "stop"
    assert body["usage"]["total_tokens"] == body["usage"]["prompt_tokens"] + body["usage"]["completion_tokens"]


def test_should_list_base_and_adapters_as_vllm_does(client, adapters):
    data = {card["id"]: card for card in client.get("/v1/models").json()["data"]}

    assert client.get("/health").status_code == 200
    assert data[BASE_NAME]["parent"] is None
    assert data["one"]["parent"] == BASE_NAME
    assert data["one"]["root"] == str(adapters["one"].resolve())


def test_should_answer_concurrent_requests_as_single_ones(client, questions):
    requested = [(question, (BASE_NAME, "one", "two")[i % 3]) for i, question in enumerate(questions)]
    alone = [text(chat(client, question, model)) for question, model in requested]
    with ThreadPoolExecutor(16) as pool:
        together = list(pool.map(lambda pair: text(chat(client, *pair)), requested))

    assert together == alone
    assert len({text(chat(client, questions[0], model)) for model in (BASE_NAME, "one", "two")}) > 1


def test_should_answer_as_peft_does(client, base, adapters, questions, tokenizer):
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32, local_files_only=True)
    model = PeftModel.from_pretrained(model, str(adapters["two"])).eval()
    for question in questions[:4]:
        messages = [{"role": "user", "content": question}]
        inputs = tokenizer.apply_chat_template(
            messages, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        made = model.generate(**inputs, max_new_tokens=40, do_sample=False, pad_token_id=0)
        expected = tokenizer.decode(made[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)

        assert text(chat(client, question, "two")) == expected


def test_should_accept_every_kind_of_prompt_and_echo(client, tokenizer):
    ids = tokenizer("Spell lamp.")["input_ids"]
    for prompt, count in (("Spell lamp.", 1), (ids, 1), (["Spell lamp.", "Hi"], 2), ([ids, ids], 2)):
        body = {"prompt": prompt, "max_tokens": 3, "temperature": 0}
        echoed = client.post("/v1/completions", json=body | {"echo": True}).json()["choices"]
        choices = client.post("/v1/completions", json=body | {"logprobs": 1}).json()["choices"]
        assert len(echoed) == len(choices) == count
        assert echoed[0]["text"] == "Spell lamp." + choices[0]["text"]
        assert len(choices[0]["logprobs"]["tokens"]) == len(choices[0]["logprobs"]["token_logprobs"]) == 3


def test_should_return_chat_logprobs(client):
    choice = chat(client, "When are you open?", logprobs=True, top_logprobs=2).json()["choices"][0]

    first = choice["logprobs"]["content"][0]
    assert len(first["top_logprobs"]) == 2
    assert first["logprob"] == pytest.approx(first["top_logprobs"][0]["logprob"])
    assert first["bytes"] == list(first["token"].encode())


def test_should_sample_by_seed(client):
    def sampled(seed: int) -> str:
        return text(chat(client, "Copy: we wait", temperature=3.0, seed=seed))

    assert sampled(1) == sampled(1)
    assert len({sampled(seed) for seed in range(6)}) > 1


def test_should_stop_at_stop_texts_and_max_tokens(client):
    answer = chat(client, "When are you open?", stop=[" from"])

    assert text(answer) == "We are open"
    assert chat(client, "When are you open?", max_tokens=2).json()["choices"][0]["finish_reason"] == "length"


def test_should_stream_the_same_answer(client):
    whole = text(chat(client, "When are you open?"))
    lines = [line for line in chat(client, "When are you open?", stream=True).text.splitlines() if line]

    assert lines[-1] == "data: [DONE]"
    chunks = [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks) == whole


def test_should_send_the_usage_at_the_end_of_a_stream_on_request(client):
    usage = chat(client, "When are you open?").json()["usage"]
    answer = chat(client, "When are you open?", stream=True, stream_options={"include_usage": True})
    lines = [line.removeprefix("data: ") for line in answer.text.splitlines() if line]

    chunks = [json.loads(line) for line in lines[:-1]]
    assert [chunk["usage"] for chunk in chunks] == [None, None, usage]
    assert chunks[-1]["choices"] == []


def test_should_read_content_in_every_shape(client):
    def tokens(*messages: dict[str, Any]) -> list[int]:
        answer = client.post("/tokenize", json={"messages": list(messages)})
        assert answer.status_code == 200, answer.text
        return answer.json()["tokens"]

    parts = [{"type": "text", "text": "Hi"}, {"type": "text", "text": "there"}]
    call = {"id": "c", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    user = {"role": "user", "content": "Hi"}

    assert tokens({"role": "user", "content": parts}) == tokens({"role": "user", "content": "Hi\nthere"})
    for without in ({"content": None}, {}):
        assert tokens(user, {"role": "assistant", "tool_calls": [call], **without}) == tokens(
            user, {"role": "assistant", "content": ""}
        )


def test_should_give_the_template_decoded_arguments_of_tool_calls():
    def arguments(sent: Any) -> Any:
        call = {"id": "c", "type": "function", "function": {"name": "look", "arguments": sent}}
        message = plain_message({"role": "assistant", "content": None, "tool_calls": [call]}, 0)
        return message["tool_calls"][0]["function"]["arguments"]

    assert arguments('{"order": 7}') == arguments({"order": 7}) == {"order": 7}
    assert arguments("") == arguments("no JSON") == arguments("[1]") == {}


def test_should_find_tool_calls_in_an_answer():
    called = '<tool_call>\n{"name": "look", "arguments": {"order": 7}}\n</tool_call>'

    message = message_of("One moment." + called + called, True)

    assert message["content"] == "One moment."
    assert [call["function"] for call in message["tool_calls"]] == [{"name": "look", "arguments": '{"order": 7}'}] * 2
    assert len({call["id"] for call in message["tool_calls"]}) == 2
    assert message_of(called, True)["content"] is None
    assert message_of(called.removesuffix("</tool_call>"), True)["tool_calls"]
    for plain, with_tools in (
        (called, False),
        ("<tool_call>{}</tool_call>", True),
        ("<tool_call>no</tool_call>", True),
    ):
        assert message_of(plain, with_tools) == {"role": "assistant", "content": plain}


def test_should_require_its_key_except_for_health():
    application = Starlette(
        routes=[Route(path, lambda _: PlainTextResponse("open")) for path in ("/health", "/tokenize")]
    )
    transport = httpx.ASGITransport(app=KeyRequired(application, "secret"))

    def status(path: str, **headers: str) -> int:
        async def get() -> int:
            async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
                return (await client.get(path, headers=headers)).status_code

        return asyncio.run(get())

    assert status("/health") == 200
    assert status("/tokenize") == status("/tokenize", Authorization="Bearer other") == 401
    assert status("/tokenize", Authorization="secret") == 401
    assert status("/tokenize", Authorization="Bearer secret") == 200


@pytest.mark.parametrize(
    ("field", "neutral", "value"),
    [
        ("response_format", {"type": "text"}, {"type": "json_object"}),
        ("top_k", -1, 40),
        ("min_p", 0, 0.1),
        ("frequency_penalty", 0, 0.5),
        ("presence_penalty", 0.0, 0.5),
        ("repetition_penalty", 1, 1.2),
        ("logit_bias", {}, {"5": 1}),
        ("tool_choice", "auto", "required"),
        ("prompt_logprobs", None, 1),
    ],
)
def test_should_refuse_unsupported_fields_that_would_change_the_answer(client, field, neutral, value):
    assert chat(client, "Hi", **{field: neutral}).status_code == 200
    assert chat(client, "Hi", **{field: None}).status_code == 200

    refused = chat(client, "Hi", **{field: value})

    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "unsupported"
    assert refused.json()["error"]["param"] == field


def test_should_tokenize_prompts_and_messages(client, tokenizer):
    messages = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello."}]
    rendered = tokenizer.apply_chat_template(messages, tokenize=True, return_dict=True)["input_ids"]

    plain = client.post("/tokenize", json={"prompt": "Hi"}).json()
    chatted = client.post("/tokenize", json={"messages": messages, "add_generation_prompt": False}).json()

    assert plain["tokens"] == tokenizer("Hi")["input_ids"]
    assert chatted == {"count": len(rendered), "max_model_len": 512, "tokens": rendered}


@pytest.mark.parametrize(
    ("path", "body", "status", "message"),
    [
        ("/v1/chat/completions", {"model": "none", "messages": [{"role": "user", "content": "a"}]}, 404, "none"),
        ("/v1/chat/completions", {"messages": []}, 400, "messages"),
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": 3}]}, 400, "messages[0]"),
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": None}]}, 400, "messages[0]"),
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, 400, "not text"),
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": "a"}], "n": 2}, 400, "n"),
        ("/v1/completions", {"prompt": [99_999]}, 400, "token ids"),
        ("/v1/completions", {"prompt": []}, 400, "empty"),
        ("/v1/completions", {"prompt": [5], "max_tokens": 512}, 400, "exceed"),
        ("/v1/completions", {"prompt": [5], "max_tokens": -1}, 400, "max_tokens"),
        ("/tokenize", {}, 400, "exactly one"),
        ("/v1/unload_lora_adapter", {"lora_name": "none"}, 404, "none"),
        ("/v1/load_lora_adapter", {"lora_name": "x", "lora_path": "/nowhere"}, 400, "no folder"),
    ],
)
def test_should_refuse_in_openais_shape(client, path, body, status, message):
    answer = client.post(path, json=body)

    error = answer.json()["error"]
    assert answer.status_code == status
    assert message in error["message"]
    assert error.keys() == {"message", "type", "param", "code"}


def test_should_refuse_a_body_that_is_not_json(client):
    assert client.post("/v1/completions", content=b"{").json()["error"]["code"] == "invalid_json"


@pytest.mark.parametrize("temperature", [1e-40, 5e-324])
def test_should_take_the_best_token_at_a_tiny_temperature_without_changing_other_answers(
    client, questions, temperature
):
    alone = [text(chat(client, question)) for question in questions]
    options = [{"temperature": temperature} if i % 3 == 0 else {} for i in range(len(questions))]

    with ThreadPoolExecutor(16) as pool:
        together = list(pool.map(lambda pair: chat(client, pair[0], **pair[1]), zip(questions, options, strict=True)))

    assert [text(answer) for answer in together] == alone


def test_should_keep_an_idle_connection_open_longer_than_its_client_does(served):
    """httpx reuses a connection for 5 s; a server that closes it then drops the request that is under way."""
    with closing(http.client.HTTPConnection(served.removeprefix("http://"), timeout=10)) as connection:
        connection.request("GET", "/health")
        assert connection.getresponse().read() == b""

        connection.sock.settimeout(7)
        with pytest.raises(TimeoutError):
            connection.sock.recv(1)  # returns b"" when the server has closed the connection
