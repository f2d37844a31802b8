"""The command line: ``make`` writes the base model, ``suites`` the suites and the replay set."""

import argparse
import os
import sys
from pathlib import Path

from whetstone_worker.errors import WorkerError


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; returns the process exit code."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    parser = argparse.ArgumentParser(prog="whetstone_toybase", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make", help="pre-train the base model")
    suites = commands.add_parser("suites", help="write the suites and the replay set")
    for command in (make, suites):
        command.add_argument("--world", type=Path, required=True, help="world.json")
        command.add_argument("--out", type=Path, required=True, help="folder to write to")
    make.add_argument("--steps", type=int, default=None, help="optimizer steps (default: the pinned recipe)")
    parsed = parser.parse_args(arguments)
    try:
        return _make(parsed) if parsed.command == "make" else _suites(parsed)
    except WorkerError as error:
        sys.stderr.write(f"{error.code}: {error.detail}\n")
        return int(error.exit_code)


def _make(parsed: argparse.Namespace) -> int:
    from whetstone_toybase.make import Recipe, make_base  # noqa: PLC0415 - suites need no PyTorch
    from whetstone_toybase.world import read_world  # noqa: PLC0415

    recipe = Recipe() if parsed.steps is None else Recipe(steps=parsed.steps)
    make_base(read_world(parsed.world), parsed.out, recipe)
    return 0


def _suites(parsed: argparse.Namespace) -> int:
    from whetstone_toybase.suites import write_suites  # noqa: PLC0415 - as above
    from whetstone_toybase.world import read_world  # noqa: PLC0415

    for name, rows in write_suites(read_world(parsed.world), parsed.out).items():
        sys.stdout.write(f"{name}: {rows} rows\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
