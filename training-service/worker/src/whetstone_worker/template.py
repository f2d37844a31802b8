"""Checks that the serving endpoint renders conversations to exactly the token ids that training uses."""

import os
import time
from collections.abc import Callable, Sequence
from typing import Any

import httpx

from whetstone_worker.artifact.digest import digest_of_bytes
from whetstone_worker.bounded_http import post_json
from whetstone_worker.encoding import ChatEncoder
from whetstone_worker.errors import BadInputError, RetryableError, RowRefusedError
from whetstone_worker.objective.port import Row

CHECKED_ROWS = 20
_ANSWER_SECONDS = 15.0


def key_from_environment() -> str:
    """The model server's API key, which the control plane passes apart from the RunSpec."""
    return os.environ.get("WHETSTONE_SERVING_KEY", "")


def require_digest(chat_template: str, expected: str) -> None:
    """Refuses a base model whose chat template is not the one the data was made for."""
    actual = digest_of_bytes(chat_template.encode())
    if actual != expected:
        raise BadInputError(
            "chat-template-mismatch",
            f"the base model's chat template has SHA-256 {actual}, /chatTemplateSha256 is {expected}; "
            "cut the batch for this template or restore the old one",
        )


def require_same_tokens(
    encoder: ChatEncoder,
    rows: Sequence[Row],
    endpoint: str,
    model: str | None = None,
    *,
    key: str = "",
    patience: float = 20.0,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Renders the first rows here and on the server; the first difference is reported and ends the attempt.

    A row that the server refuses, for example as longer than its context, cannot be compared and is passed over; when
    it refuses every row, the attempt ends. ``key`` is the server's API key; empty for a server without one.
    """
    url = f"{endpoint.rstrip('/').removesuffix('/v1')}/tokenize"
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    refusals: list[str] = []
    for number, row in enumerate(rows[:CHECKED_ROWS]):
        ours = encoder.token_ids(row.messages, row.tools)
        try:
            theirs = _server_tokens(url, _body(encoder, row, model), headers, patience, sleep)
        except RowRefusedError as error:
            refusals.append(f"row {number} (example {row.id}): {error.detail}")
            continue
        if ours != theirs:
            position = next(
                (i for i, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b),
                min(len(ours), len(theirs)),
            )
            raise BadInputError(
                "template-differs",
                f"row {number} (example {row.id}) differs from {url} at token {position}: "
                f"trained {_at(ours, position)}, served {_at(theirs, position)}; "
                "serve the same tokenizer and chat template as /baseModel",
            )
    if refusals and len(refusals) == len(rows[:CHECKED_ROWS]):
        raise BadInputError(
            "template-differs",
            f"{url} refuses all {len(refusals)} rows, the first: {refusals[0]}; "
            "serve the same tokenizer and chat template as /baseModel",
        )


def _at(tokens: Sequence[int], position: int) -> str:
    return str(tokens[position]) if position < len(tokens) else "nothing"


def _server_tokens(
    url: str, body: dict[str, Any], headers: dict[str, str], patience: float, sleep: Callable[[float], None]
) -> list[int]:
    deadline, pause = time.monotonic() + patience, 0.25
    while True:
        try:
            answer = post_json(url, body, headers=headers, seconds=_ANSWER_SECONDS)
            if answer.status_code == httpx.codes.OK:
                return [int(token) for token in answer.json()["tokens"]]
            if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
                raise _refused_key(url, answer)
            problem = f"HTTP {answer.status_code}: {_printable(answer.text[:200])}"
            if answer.status_code in (httpx.codes.BAD_REQUEST, httpx.codes.UNPROCESSABLE_ENTITY):
                raise RowRefusedError("server-refuses", problem)
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            problem = f"{type(error).__name__}: {error}"
        if time.monotonic() + pause > deadline:
            raise RetryableError(
                "serving-unreachable", f"{url} returned no token ids ({problem}); start the model server"
            )
        sleep(pause)
        pause = min(pause * 2, 4.0)


def _refused_key(url: str, answer: httpx.Response) -> BadInputError:
    sent = "the key that was sent" if "Authorization" in answer.request.headers else "a request without a key"
    return BadInputError(
        "serving-key-refused",
        f"{url} answered {sent} with HTTP {answer.status_code}; set serving.credentialsRef in the loop's file to a "
        "reference to the server's API key, give the training service the key under that reference, and retry the run",
    )


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


def _body(encoder: ChatEncoder, row: Row, model: str | None) -> dict[str, Any]:
    body: dict[str, Any] = {"messages": encoder.renderer.sent(row.messages), "add_generation_prompt": False}
    if row.tools:
        body["tools"] = list(row.tools)
    if model:
        body["model"] = model
    return body
