"""HTTP calls whose answers are read up to a limit and within a deadline."""

import asyncio
import ssl
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx

from whetstone_worker.endpoint_address import checked_endpoint

# A report is answered by one word, a conversation by some ten thousand token ids.
MAX_ANSWER_BYTES = 4 * 1024 * 1024


class UnusableAnswerError(ValueError):
    """The server's answer is too large, or encoded although the request asks for none."""


def post_json(
    url: str,
    body: Any,
    *,
    seconds: float,
    headers: Mapping[str, str] | None = None,
    limit: int = MAX_ANSWER_BYTES,
) -> httpx.Response:
    """Posts JSON and returns the complete answer.

    The call goes to an address that was checked (``endpoint_address``). ``seconds`` bounds the whole call, so that a
    server that sends byte after byte does not prolong it, and ``limit`` the bytes of the body.

    Raises ``httpx.HTTPError``, ``RefusedAddressError`` or ``UnusableAnswerError``.
    """
    return asyncio.run(_post_within(url, body, seconds, headers, limit))


async def _post_within(
    url: str, body: Any, seconds: float, headers: Mapping[str, str] | None, limit: int
) -> httpx.Response:
    try:
        async with asyncio.timeout(seconds):
            return await _post(url, body, headers, limit)
    except TimeoutError as error:
        raise httpx.ReadTimeout(f"no complete answer within {seconds:g} s") from error


async def _post(url: str, body: Any, headers: Mapping[str, str] | None, limit: int) -> httpx.Response:
    # An encoded body can expand a thousandfold, so none is accepted.
    endpoint = await checked_endpoint(url)
    sent = {**(headers or {}), "Accept-Encoding": "identity", "Host": endpoint.host}
    timeout = httpx.Timeout(10.0, connect=3.0)
    async with (
        httpx.AsyncClient(timeout=timeout, trust_env=False, verify=_tls()) as client,
        client.stream("POST", endpoint.url, json=body, headers=sent) as answer,
    ):
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise UnusableAnswerError("answered with an encoded body")
        pieces, size = [], 0
        async for piece in answer.aiter_raw():
            size += len(piece)
            if size > limit:
                raise UnusableAnswerError(f"answered more than {limit} bytes")
            pieces.append(piece)
        return httpx.Response(answer.status_code, content=b"".join(pieces), request=answer.request)


@cache
def _tls() -> ssl.SSLContext:
    """Reading the certificates takes longer than a report."""
    return httpx.create_ssl_context()
