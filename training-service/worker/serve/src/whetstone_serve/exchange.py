"""Reads request bodies, and writes event streams and errors."""

import json
from http import HTTPStatus
from typing import Any, TypeVar

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from whetstone_serve.faults import RequestError, bad_request
from whetstone_serve.requests import Body

_MAX_BODY_BYTES = 8 << 20
B = TypeVar("B", bound=Body)


async def read_body(request: Request, kind: type[B]) -> B:
    """The checked body of a request; raises a 400 ``RequestError``."""
    data = await request.body()
    if len(data) > _MAX_BODY_BYTES:
        raise bad_request("too_large", f"the body is longer than {_MAX_BODY_BYTES} bytes; send less in one request")
    try:
        return kind.model_validate(json.loads(data))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise bad_request("invalid_request", f"{field or 'body'}: {first['msg']}", field or None) from error
    except ValueError as error:
        raise bad_request("invalid_json", f"the body is not JSON: {error}; send a JSON object") from error


def streamed(reply: dict[str, Any], include_usage: bool) -> StreamingResponse:
    """The answer as server-sent events: one for the text, one for the end, and one for the usage if requested."""
    head = {**{key: reply[key] for key in ("id", "created", "model")}, "object": "chat.completion.chunk"}
    choice = reply["choices"][0]

    if include_usage:
        head["usage"] = None

    def event(**fields: Any) -> str:
        return f"data: {json.dumps({**head, **fields})}\n\n"

    def choices(delta: dict[str, Any], reason: str | None) -> list[dict[str, Any]]:
        return [{"index": 0, "delta": delta, "finish_reason": reason}]

    message = choice["message"]
    calls = [{"index": index, **call} for index, call in enumerate(message.get("tool_calls", []))]
    delta = {**message, "tool_calls": calls} if calls else message
    events = [event(choices=choices(delta, None)), event(choices=choices({}, choice["finish_reason"]))]
    if include_usage:
        events.append(event(choices=[], usage=reply["usage"]))
    events.append("data: [DONE]\n\n")
    return StreamingResponse(iter(events), media_type="text/event-stream")


async def request_error(_: Request, error: Exception) -> Response:
    """Answers a ``RequestError``."""
    if not isinstance(error, RequestError):
        raise error
    return JSONResponse(error.body(), status_code=error.status)


async def internal_error(_: Request, error: Exception) -> Response:
    """Answers any other error with status 500."""
    body = {
        "message": f"{type(error).__name__}: {error}",
        "type": "InternalServerError",
        "param": None,
        "code": "internal",
    }
    return JSONResponse({"error": body}, status_code=HTTPStatus.INTERNAL_SERVER_ERROR)
