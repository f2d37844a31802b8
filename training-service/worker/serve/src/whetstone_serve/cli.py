"""The command line of the server."""

import argparse
import os
import sys
from pathlib import Path

from whetstone_serve import __version__
from whetstone_serve.faults import StartError

_BAD_INPUT = 65


def main(arguments: list[str] | None = None) -> int:
    """Serves until SIGINT or SIGTERM; returns the process exit code: 0, or 65 when the server cannot start."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    parsed = _parser().parse_args(arguments)
    try:
        from whetstone_serve import server  # noqa: PLC0415 - a missing package is reported by name, not by a traceback

        server.run(
            server.Settings(
                host=parsed.host,
                port=parsed.port,
                base=parsed.base,
                base_name=parsed.base_name,
                max_batch=parsed.max_batch,
                adapter_root=parsed.adapter_root,
                max_lora_rank=parsed.max_lora_rank,
                # Not an option: every user of a machine can read the command lines of its processes.
                api_key=os.environ.get("WHETSTONE_SERVE_API_KEY"),
            )
        )
    except ImportError as error:
        package = (error.name or str(error)).partition(".")[0]
        sys.stderr.write(
            f"missing-package: the Python package {package!r} is not installed here ({sys.executable}); "
            "run `./whetstone`, which reinstalls the worker environment from requirements.lock\n"
        )
        return _BAD_INPUT
    except StartError as error:
        sys.stderr.write(f"{error.code}: {error.detail}\n")
        return _BAD_INPUT
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="whetstone_serve", description="Serves a base model and its adapters.")
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True, help="0 takes a free port and prints it")
    parser.add_argument("--base", type=Path, required=True, help="folder of the base model")
    parser.add_argument("--base-name", required=True, help="name under which the base is served")
    parser.add_argument("--max-batch", type=int, default=32, help="most sequences decoded together")
    parser.add_argument("--max-lora-rank", type=int, default=16, help="greatest rank of an adapter, as in vLLM")
    parser.add_argument("--adapter-root", type=Path, default=None, help="only adapters below this folder may be loaded")
    return parser
