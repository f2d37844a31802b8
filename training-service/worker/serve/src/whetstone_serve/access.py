"""Refuses requests without the server's API key."""

import hashlib
import secrets

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_OPEN_PATHS = frozenset({"/health"})


class KeyRequired:
    """Passes requests on that carry the key as a bearer token; others get 401, except those for ``/health``."""

    def __init__(self, application: ASGIApp, key: str) -> None:
        self._application = application
        self._digest = _digest(key)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one ASGI connection."""
        if scope["type"] != "http" or scope["path"] in _OPEN_PATHS or self._carries_key(Headers(scope=scope)):
            await self._application(scope, receive, send)
            return
        body = {
            "error": {
                "message": "the request does not carry this server's API key; send it as a bearer token",
                "type": "AuthenticationError",
                "param": None,
                "code": "unauthorized",
            }
        }
        await JSONResponse(body, status_code=401)(scope, receive, send)

    def _carries_key(self, headers: Headers) -> bool:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and secrets.compare_digest(_digest(token), self._digest)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
