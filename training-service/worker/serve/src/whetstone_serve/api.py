"""The HTTP endpoints: they read a request, wait for the engine, and answer in OpenAI's shapes."""

import asyncio
import time
import uuid
from http import HTTPStatus
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from whetstone_serve import responses
from whetstone_serve.engine import Engine
from whetstone_serve.exchange import internal_error, read_body, request_error, streamed
from whetstone_serve.faults import RequestError, bad_request
from whetstone_serve.generation import Generated, Sampling, Sequence
from whetstone_serve.models import Adapters, BaseModel
from whetstone_serve.requests import (
    ChatRequest,
    CompletionRequest,
    Decoding,
    LoadAdapterRequest,
    TokenizeRequest,
    UnloadAdapterRequest,
    plain_message,
)
from whetstone_serve.tools import message_of


class Api:
    """Handlers over one base model, its adapters and the engine."""

    def __init__(self, base: BaseModel, adapters: Adapters, engine: Engine) -> None:
        self._base = base
        self._adapters = adapters
        self._engine = engine
        self._created = int(time.time())
        self._texts: dict[int, str] = {}

    def application(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/health", self.health, methods=["GET"]),
                Route("/v1/models", self.models, methods=["GET"]),
                Route("/v1/chat/completions", self.chat, methods=["POST"]),
                Route("/v1/completions", self.completions, methods=["POST"]),
                Route("/tokenize", self.tokenize, methods=["POST"]),
                Route("/v1/load_lora_adapter", self.load_adapter, methods=["POST"]),
                Route("/v1/unload_lora_adapter", self.unload_adapter, methods=["POST"]),
            ],
            exception_handlers={RequestError: request_error, Exception: internal_error},
        )

    async def health(self, _: Request) -> Response:
        """200 while the engine runs."""
        alive = self._engine.alive
        return Response(status_code=HTTPStatus.OK if alive else HTTPStatus.SERVICE_UNAVAILABLE)

    async def models(self, _: Request) -> Response:
        """The base model and every loaded adapter."""
        base, longest = self._base, self._base.longest
        cards = [responses.model_card(base.name, str(base.path), None, longest, self._created)]
        cards += [
            responses.model_card(a.name, str(a.path), base.name, longest, self._created) for a in self._adapters.all()
        ]
        return JSONResponse({"object": "list", "data": cards})

    async def tokenize(self, request: Request) -> Response:
        """Token ids of a prompt, or of messages as the chat template renders them."""
        body = await read_body(request, TokenizeRequest)
        self._adapters.find(body.model)
        if body.messages is not None:
            tokens = self._render(body.messages, body.tools, body.add_generation_prompt)
        else:
            tokens = self._base.tokenizer(body.prompt, add_special_tokens=body.add_special_tokens)["input_ids"]
        return JSONResponse({"count": len(tokens), "max_model_len": self._base.longest, "tokens": tokens})

    async def load_adapter(self, request: Request) -> Response:
        """Checks and adds an adapter."""
        body = await read_body(request, LoadAdapterRequest)
        await asyncio.to_thread(self._adapters.load, body.lora_name, Path(body.lora_path))
        return Response(f"Success: LoRA adapter '{body.lora_name}' added successfully.")

    async def unload_adapter(self, request: Request) -> Response:
        """Removes an adapter."""
        body = await read_body(request, UnloadAdapterRequest)
        self._adapters.unload(body.lora_name)
        return Response(f"Success: LoRA adapter '{body.lora_name}' removed successfully.")

    async def chat(self, request: Request) -> Response:
        """One answer to a conversation."""
        body = await read_body(request, ChatRequest)
        prompt = self._render(body.messages, body.tools, True)
        limit = body.max_completion_tokens if body.max_completion_tokens is not None else body.max_tokens
        room = self._base.longest - len(prompt)
        sampling = _sampling(
            body, limit if limit is not None else max(room, 1), body.top_logprobs if body.logprobs else None
        )
        answer = (await self._generate(body, [prompt], sampling))[0]
        text = self._token_text
        message = message_of(answer.text, bool(body.tools) and body.tool_choice != "none")
        choice = {
            "index": 0,
            "message": message,
            "logprobs": responses.chat_logprobs(answer, text) if body.logprobs else None,
            "finish_reason": "tool_calls" if "tool_calls" in message else answer.finish_reason,
        }
        reply = {
            **self._head("chatcmpl", "chat.completion", body),
            "choices": [choice],
            "usage": responses.usage([prompt], [answer]),
        }
        return streamed(reply, body.stream_options.include_usage) if body.stream else JSONResponse(reply)

    async def completions(self, request: Request) -> Response:
        """One continuation of each prompt."""
        body = await read_body(request, CompletionRequest)
        if body.echo and body.logprobs is not None:
            raise bad_request("unsupported", "prompts are not scored; leave out echo or logprobs", "echo")
        if body.stream:
            raise bad_request("unsupported", "stream is served for chat completions only; leave it out", "stream")
        prompts = self._prompts(body)
        sampling = _sampling(body, body.max_tokens, body.logprobs)
        answers = await self._generate(body, prompts, sampling)
        choices = [
            self._completion_choice(index, body, prompt, answer)
            for index, (prompt, answer) in enumerate(zip(prompts, answers, strict=True))
        ]
        head = self._head("cmpl", "text_completion", body)
        return JSONResponse({**head, "choices": choices, "usage": responses.usage(prompts, answers)})

    def _completion_choice(
        self, index: int, body: CompletionRequest, prompt: list[int], answer: Generated
    ) -> dict[str, Any]:
        echoed = self._base.tokenizer.decode(prompt, skip_special_tokens=True) if body.echo else ""
        return {
            "index": index,
            "text": echoed + answer.text,
            "logprobs": responses.completion_logprobs(answer, self._token_text) if body.logprobs is not None else None,
            "finish_reason": answer.finish_reason,
            "stop_reason": None,
        }

    async def _generate(self, body: Decoding, prompts: list[list[int]], sampling: Sampling) -> list[Generated]:
        adapter = self._adapters.find(body.model)
        for prompt in prompts:
            self._require_room(prompt, sampling)
        futures = [self._engine.submit(Sequence(prompt, adapter, sampling)) for prompt in prompts]
        return list(await asyncio.gather(*map(asyncio.wrap_future, futures)))

    def _require_room(self, prompt: list[int], sampling: Sampling) -> None:
        longest, vocabulary = self._base.longest, self._base.model.config.vocab_size
        if not prompt:
            raise bad_request("empty_prompt", "the prompt has no tokens; send at least one", "prompt")
        if min(prompt) < 0 or max(prompt) >= vocabulary:
            raise bad_request("unknown_token", f"token ids must be from 0 to {vocabulary - 1}", "prompt")
        if len(prompt) + sampling.max_tokens > longest:
            raise bad_request(
                "context_length_exceeded",
                f"{len(prompt)} prompt tokens and max_tokens {sampling.max_tokens} exceed the model's {longest}; "
                "send less or lower max_tokens",
                "max_tokens",
            )

    def _prompts(self, body: CompletionRequest) -> list[list[int]]:
        prompt = body.prompt
        if isinstance(prompt, str):
            return [self._base.tokenizer(prompt)["input_ids"]]
        if not prompt:
            raise bad_request("empty_prompt", "prompt is an empty list; send at least one token", "prompt")
        if isinstance(prompt[0], int):
            return [list(prompt)]
        return [self._base.tokenizer(p)["input_ids"] if isinstance(p, str) else list(p) for p in prompt]

    def _render(self, messages: list[dict[str, Any]], tools: list[dict[str, Any]], prompt: bool) -> list[int]:
        plain = [plain_message(message, index) for index, message in enumerate(messages)]
        try:
            rendered = self._base.tokenizer.apply_chat_template(
                plain, tools=tools or None, add_generation_prompt=prompt, tokenize=True, return_dict=True
            )
        except Exception as error:  # a template may raise any exception about messages it cannot render
            raise bad_request(
                "bad_message", f"the chat template cannot render the messages: {error}", "messages"
            ) from error
        return rendered["input_ids"]

    def _token_text(self, token: int) -> str:
        text = self._texts.get(token)
        if text is None:
            text = self._texts[token] = self._base.tokenizer.decode([token])
        return text

    def _head(self, kind: str, shape: str, body: Decoding) -> dict[str, Any]:
        return {
            "id": f"{kind}-{uuid.uuid4().hex}",
            "object": shape,
            "created": int(time.time()),
            "model": body.model or self._base.name,
        }


def _sampling(body: Decoding, max_tokens: int, logprobs: int | None) -> Sampling:
    return Sampling(
        max_tokens=max_tokens,
        temperature=body.temperature,
        top_p=body.top_p,
        seed=body.seed,
        stop=tuple(stop for stop in body.stops if stop),
        ignore_eos=body.ignore_eos,
        logprobs=logprobs,
    )
