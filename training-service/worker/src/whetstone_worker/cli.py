"""The command line: ``train`` and ``serve``."""

import argparse
import os
import sys
from pathlib import Path

from whetstone_worker import __version__
from whetstone_worker.errors import ExitCode, WorkerError


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; answers the process exit code."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    parsed = _parser().parse_args(arguments)
    try:
        return int(_train(parsed) if parsed.command == "train" else _serve(parsed))
    except ImportError as error:
        package = (error.name or str(error)).partition(".")[0]
        _say(
            f"missing-package: the Python package {package!r} is not installed here ({sys.executable}); "
            "run `./whetstone`, which reinstalls the worker environment from requirements.lock"
        )
        return int(ExitCode.BAD_INPUT)
    except WorkerError as error:
        _say(f"{error.code}: {error.detail}")
        return int(error.exit_code)


def _say(text: str) -> None:
    """One line: the control plane shows the last one that a worker wrote."""
    sys.stderr.write(text + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="whetstone_worker", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train one attempt of a run")
    train.add_argument("--spec", type=Path, required=True, help="RunSpec file (JSON)")
    serve = commands.add_parser("serve", help="serve a base model and its adapters")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, required=True, help="0 takes a free port and prints it")
    serve.add_argument("--base", type=Path, required=True, help="folder of the base model")
    serve.add_argument("--base-name", required=True, help="name under which the base is served")
    serve.add_argument("--max-batch", type=int, default=32, help="most sequences decoded together")
    serve.add_argument("--adapter-root", type=Path, default=None, help="only adapters below this folder may be loaded")
    return parser


def _train(parsed: argparse.Namespace) -> ExitCode:
    from whetstone_worker.preemption import Preemption  # noqa: PLC0415 - serving keeps its own signals

    preemption = Preemption()
    preemption.install()  # before the imports below, which take seconds
    from whetstone_worker import spec  # noqa: PLC0415 - a missing package must be named, not a traceback

    parsed_spec = spec.load(parsed.spec)
    from whetstone_worker import train  # noqa: PLC0415 - as above, and a wrong spec is said within a second

    result = train.run(parsed_spec, train.token_from_environment(), preemption)
    sys.stdout.write(f"checkpoint {result['manifestUri']} sha256 {result['manifestSha256']}\n")
    return ExitCode.DONE


def _serve(parsed: argparse.Namespace) -> ExitCode:
    from whetstone_worker.serve import server  # noqa: PLC0415 - a missing package must be named, not a traceback

    server.run(
        server.Settings(
            host=parsed.host,
            port=parsed.port,
            base=parsed.base,
            base_name=parsed.base_name,
            max_batch=parsed.max_batch,
            adapter_root=parsed.adapter_root,
        )
    )
    return ExitCode.DONE
