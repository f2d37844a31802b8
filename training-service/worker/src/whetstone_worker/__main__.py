"""Runs the command line: ``python -m whetstone_worker``."""

from whetstone_worker.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
