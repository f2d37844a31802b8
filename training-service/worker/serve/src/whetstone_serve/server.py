"""Assembles model, engine and HTTP endpoints, and runs them until SIGINT or SIGTERM."""

import socket
import sys
from dataclasses import dataclass
from pathlib import Path

import torch
import uvicorn
from starlette.types import ASGIApp
from transformers import logging as transformers_logging

from whetstone_serve.access import KeyRequired
from whetstone_serve.adapters import DEFAULT_MAX_RANK
from whetstone_serve.api import Api
from whetstone_serve.batch import DecodeBatch
from whetstone_serve.engine import Engine
from whetstone_serve.faults import StartError
from whetstone_serve.models import Adapters, load_base
from whetstone_serve.threads import tensor_threads

# The engine's thread makes thousands of short tensor calls and would wait 5 ms, Python's default, for each turn.
_SWITCH_SECONDS = 0.0005
# A request sent on an idle connection at the moment the server closes it gets no response. The limit is therefore
# above those of the usual clients: httpx 5 s (as is uvicorn's default), the JDK's HttpClient 30 s, nginx 60 s.
_IDLE_CONNECTION_SECONDS = 75


@dataclass(frozen=True)
class Settings:
    """Command-line settings of ``serve``."""

    host: str
    port: int
    base: Path
    base_name: str
    max_batch: int = 32
    adapter_root: Path | None = None
    max_lora_rank: int = DEFAULT_MAX_RANK
    api_key: str | None = None


def run(settings: Settings) -> None:
    """Serves until SIGINT or SIGTERM."""
    listening = _listen(settings.host, settings.port)
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    sys.setswitchinterval(_SWITCH_SECONDS)
    base = load_base(settings.base_name, settings.base)
    torch.set_num_threads(tensor_threads(base.model.num_parameters()))
    adapters = Adapters(base, settings.adapter_root, settings.max_lora_rank)
    batch = DecodeBatch(base.model, base.rows, base.pad_token)

    def decode(tokens: list[int]) -> str:
        return base.tokenizer.decode(tokens, skip_special_tokens=True)

    engine = Engine(batch, decode, base.end_tokens, settings.max_batch)
    engine.start()
    sys.stdout.write(f"serving {settings.base_name} at http://{settings.host}:{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    application: ASGIApp = Api(base, adapters, engine).application()
    if settings.api_key:
        application = KeyRequired(application, settings.api_key)
    try:
        http_server(application).run(sockets=[listening])
    finally:
        engine.close()


def http_server(application: ASGIApp) -> uvicorn.Server:
    """The HTTP server for ``application``: no access log, and idle connections stay open for 75 s."""
    return uvicorn.Server(
        uvicorn.Config(
            application,
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_keep_alive=_IDLE_CONNECTION_SECONDS,
        )
    )


def _listen(host: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise StartError(
            "port-taken",
            f"{host}:{port} cannot be bound ({error.strerror}); free the port or set another --port",
        ) from error
    return listening
