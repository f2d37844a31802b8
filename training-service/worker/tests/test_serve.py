"""The model server over real HTTP: shapes, refusals, and answers that do not depend on concurrent requests."""

import asyncio
import http.client
import json
import random
import shutil
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
import torch
from safetensors.torch import load_file, save_file
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from whetstone_serve.access import KeyRequired
from whetstone_serve.api import Api
from whetstone_serve.batch import DecodeBatch
from whetstone_serve.engine import Engine
from whetstone_serve.models import Adapters, load_base
from whetstone_serve.requests import plain_message
from whetstone_serve.server import http_server
from whetstone_serve.tools import message_of
from whetstone_toybase.dialogue import DialogueGenerator

BASE_NAME = "toy"


def make_adapter(base: Path, folder: Path, seed: int, rank: int = 4) -> Path:
    """An adapter that visibly changes answers."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32, local_files_only=True)
    config = LoraConfig(r=rank, lora_alpha=2 * rank, target_modules="all-linear", task_type="CAUSAL_LM")
    peft = get_peft_model(model, config)
    for name, parameter in peft.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.4)
    peft.save_pretrained(folder, save_embedding_layers=False)
    return folder


@pytest.fixture(scope="module")
def adapters(tmp_path_factory, base) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("adapters")
    return {name: make_adapter(base, root / name, seed, 4 * seed) for seed, name in enumerate(("one", "two"), start=1)}


@pytest.fixture(scope="module")
def served(base) -> Iterator[str]:
    loaded = load_base(BASE_NAME, base)
    torch.set_num_threads(1)
    batch = DecodeBatch(loaded.model, loaded.rows, loaded.pad_token)

    def decode(tokens: list[int]) -> str:
        return loaded.tokenizer.decode(tokens, skip_special_tokens=True)

    engine = Engine(batch, decode, loaded.end_tokens, max_batch=12)
    engine.start()
    listening = socket.create_server(("127.0.0.1", 0))
    application = Api(loaded, Adapters(loaded, None), engine).application()
    server = http_server(application)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=10)
    engine.close()


@pytest.fixture(scope="module")
def client(served, adapters) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served, timeout=60, trust_env=False) as http:
        for name, folder in adapters.items():
            body = {"lora_name": name, "lora_path": str(folder)}
            assert http.post("/v1/load_lora_adapter", json=body).status_code == 200
        yield http


@pytest.fixture(scope="module")
def questions(world) -> list[str]:
    generator = DialogueGenerator(world, random.Random(8))
    return [generator.support(world.topics[i % 8]).prompt for i in range(24)]


def chat(client: httpx.Client, question: str, model: str | None = BASE_NAME, **options: Any) -> httpx.Response:
    body = {"model": model, "messages": [{"role": "user", "content": question}], "temperature": 0, "max_tokens": 40}
    return client.post("/v1/chat/completions", json=body | options)


def text(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return answer.json()["choices"][0]["message"]["content"]


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
    for text, with_tools in ((called, False), ("<tool_call>{}</tool_call>", True), ("<tool_call>no</tool_call>", True)):
        assert message_of(text, with_tools) == {"role": "assistant", "content": text}


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


def test_should_refuse_to_load_a_name_twice(client, adapters):
    answer = client.post("/v1/load_lora_adapter", json={"lora_name": "one", "lora_path": str(adapters["one"])})

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "already_loaded"


def truncated(folder: Path) -> None:
    file = folder / "adapter_model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])


def with_nan(folder: Path) -> None:
    tensors = load_file(folder / "adapter_model.safetensors")
    next(iter(tensors.values()))[0, 0] = float("nan")
    save_file(tensors, folder / "adapter_model.safetensors")


def too_large_once_scaled(folder: Path) -> None:
    tensors = load_file(folder / "adapter_model.safetensors")
    next(value for name, value in tensors.items() if "lora_B" in name)[0, 0] = 3e38
    save_file(tensors, folder / "adapter_model.safetensors")


def overflowing(folder: Path) -> None:
    """Every weight is finite, but the output is not."""
    tensors = load_file(folder / "adapter_model.safetensors")
    for name, value in tensors.items():
        value.fill_(3e38 if "lora_A" in name else 1.0)
    save_file(tensors, folder / "adapter_model.safetensors")


def renamed(folder: Path) -> None:
    tensors = load_file(folder / "adapter_model.safetensors")
    save_file({k.replace("layers.0", "layers.9"): v for k, v in tensors.items()}, folder / "adapter_model.safetensors")


def configured(**fields: Any):
    def change(folder: Path) -> None:
        config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
        (folder / "adapter_config.json").write_text(json.dumps(config | fields), encoding="utf-8")

    return change


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (truncated, "damaged or truncated"),
        (with_nan, "not finite"),
        (too_large_once_scaled, "not finite once scaled"),
        (renamed, "no linear module"),
        (configured(r=8), "has shapes"),
        (configured(r=32), "from 1 to 16"),
        (configured(peft_type="IA3"), "only LORA"),
        (configured(use_dora=True), "use_dora"),
        (lambda f: (f / "adapter_config.json").write_text("{", encoding="utf-8"), "not JSON"),
        (lambda f: (f / "adapter_config.json").unlink(), "cannot be read"),
        (lambda f: (f / "adapter_model.safetensors").unlink(), "is missing"),
        (lambda f: (f / "adapter_model.bin").write_bytes(b"x"), "only safetensors"),
    ],
)
def test_should_refuse_a_bad_adapter_and_change_nothing(client, adapters, tmp_path, damage, message):
    folder = tmp_path / "bad"
    shutil.copytree(adapters["one"], folder)
    damage(folder)
    before = client.get("/v1/models").json()

    answer = client.post("/v1/load_lora_adapter", json={"lora_name": "bad", "lora_path": str(folder)})

    assert answer.status_code == 400
    assert message in answer.json()["error"]["message"]
    assert answer.json()["error"]["code"] == "invalid_adapter"
    assert client.get("/v1/models").json() == before
    assert chat(client, "Hi", "bad").status_code == 404


def test_should_not_let_an_overflowing_adapter_change_other_answers(client, adapters, questions, tmp_path):
    shutil.copytree(adapters["one"], tmp_path / "hostile")
    overflowing(tmp_path / "hostile")
    body = {"lora_name": "hostile", "lora_path": str(tmp_path / "hostile")}
    assert client.post("/v1/load_lora_adapter", json=body).status_code == 200
    requested = [(question, (BASE_NAME, "one", "hostile", "two")[i % 4]) for i, question in enumerate(questions)]
    alone = [text(chat(client, *pair)) for pair in requested if pair[1] != "hostile"]
    plain = {"model": "hostile", "prompt": [5, 6, 7], "max_tokens": 0}

    with ThreadPoolExecutor(24) as pool:
        completing = pool.submit(client.post, "/v1/completions", json=plain)
        together = list(pool.map(lambda pair: chat(client, *pair), requested))

    others = [answer for answer, (_, model) in zip(together, requested, strict=True) if model != "hostile"]
    hostile = [answer for answer, (_, model) in zip(together, requested, strict=True) if model == "hostile"]
    assert [text(answer) for answer in others] == alone
    for answer in (*hostile, completing.result(), chat(client, "Hi", "hostile", temperature=1.0)):
        assert answer.status_code == 500
        assert answer.json()["error"]["code"] == "not_finite"
    assert client.get("/health").status_code == 200
    client.post("/v1/unload_lora_adapter", json={"lora_name": "hostile"})


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
    connection = http.client.HTTPConnection(served.removeprefix("http://"), timeout=10)
    connection.request("GET", "/health")
    assert connection.getresponse().read() == b""

    connection.sock.settimeout(7)
    with pytest.raises(TimeoutError):
        connection.sock.recv(1)  # returns b"" when the server has closed the connection
    connection.close()


def test_should_load_and_unload_during_other_requests(client, adapters, questions):
    alone = [text(chat(client, question, "one")) for question in questions[:12]]
    body = {"lora_name": "passing", "lora_path": str(adapters["two"])}

    def load_and_unload() -> None:
        for _ in range(5):
            assert client.post("/v1/load_lora_adapter", json=body).status_code == 200
            assert chat(client, questions[0], "passing").status_code == 200
            assert client.post("/v1/unload_lora_adapter", json={"lora_name": "passing"}).status_code == 200

    with ThreadPoolExecutor(13) as pool:
        passing = pool.submit(load_and_unload)
        together = list(pool.map(lambda question: text(chat(client, question, "one")), questions[:12]))
        passing.result()

    assert together == alone
    assert chat(client, "Hi", "passing").status_code == 404
