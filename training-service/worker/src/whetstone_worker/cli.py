"""The command line of the worker: ``train``, ``score``, ``join`` and ``check-base``."""

import argparse
import json
import os
import sys
from pathlib import Path

from whetstone_worker import __version__
from whetstone_worker.errors import ExitCode, WorkerError
from whetstone_worker.join import arguments


def main(given: list[str] | None = None) -> int:
    """Runs one command; returns the process exit code."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    parsed = _parser().parse_args(given)
    try:
        return int(_COMMANDS[parsed.command](parsed))
    except ImportError as error:
        package = (error.name or str(error)).partition(".")[0]
        _print_error(
            f"missing-package: the Python package {package!r} is not installed here ({sys.executable}); "
            "run `./whetstone`, which reinstalls the worker environment from requirements.lock"
        )
        return int(ExitCode.BAD_INPUT)
    except WorkerError as error:
        _print_error(f"{error.code}: {error.detail}")
        return int(error.exit_code)


def _print_error(text: str) -> None:
    """Prints one line, because the control plane shows the last line that a worker wrote."""
    sys.stderr.write(text + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="whetstone_worker", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train one attempt of a run")
    train.add_argument("--spec", type=Path, required=True, help="RunSpec file (JSON)")
    score = commands.add_parser("score", help="score the reference answers of one scoring job")
    score.add_argument("--spec", type=Path, required=True, help="ScoringSpec file (JSON)")
    base = commands.add_parser("check-base", help="print as JSON what a base's chat template can train")
    base.add_argument("--base", type=Path, required=True, help="folder of the base model")
    base.add_argument("--endpoint", help="model server whose rendering is compared; its key: WHETSTONE_SERVING_KEY")
    join = commands.add_parser("join", help="run workers on this host for a training service")
    arguments.add_arguments(join)
    return parser


def _train(parsed: argparse.Namespace) -> ExitCode:
    from whetstone_worker.preemption import Preemption  # noqa: PLC0415 - only a run handles signals

    preemption = Preemption()
    preemption.install()  # before the imports below, which take seconds
    from whetstone_worker import spec  # noqa: PLC0415 - a missing package is reported by name, not by a traceback

    run_spec = spec.load(parsed.spec)
    from whetstone_worker import train  # noqa: PLC0415 - as above, and a wrong spec is reported within a second

    result = train.run(run_spec, train.token_from_environment(), preemption)
    sys.stdout.write(f"checkpoint {result['manifestUri']} sha256 {result['manifestSha256']}\n")
    return ExitCode.DONE


def _score(parsed: argparse.Namespace) -> ExitCode:
    from whetstone_worker.preemption import Preemption  # noqa: PLC0415 - only a job handles signals

    preemption = Preemption()
    preemption.install()  # before the imports below, which take seconds
    from whetstone_worker.scoring import spec  # noqa: PLC0415 - a missing package is reported by name

    scoring_spec = spec.load(parsed.spec)
    from whetstone_worker import train  # noqa: PLC0415 - as above, and a wrong spec is reported within a second
    from whetstone_worker.scoring import job  # noqa: PLC0415

    result = job.run(scoring_spec, train.token_from_environment(), preemption)
    sys.stdout.write(f"scores {result['manifestUri']} sha256 {result['manifestSha256']}\n")
    return ExitCode.DONE


def _join(parsed: argparse.Namespace) -> ExitCode:
    from whetstone_worker.join import command  # noqa: PLC0415 - a missing package is reported by name

    return command.run(parsed)


def _check_base(parsed: argparse.Namespace) -> ExitCode:
    from whetstone_worker.base_check import check  # noqa: PLC0415 - a missing package is reported by name
    from whetstone_worker.encoding import ChatEncoder  # noqa: PLC0415
    from whetstone_worker.modeling import load_tokenizer, stop_ids  # noqa: PLC0415
    from whetstone_worker.template import key_from_environment  # noqa: PLC0415

    tokenizer = load_tokenizer(parsed.base)
    encoder = ChatEncoder(tokenizer, stop_ids(parsed.base))
    report = check(encoder, tokenizer, parsed.endpoint, key_from_environment())
    sys.stdout.write(json.dumps(report.as_json(), ensure_ascii=False) + "\n")
    return ExitCode.DONE


_COMMANDS = {"train": _train, "score": _score, "join": _join, "check-base": _check_base}
