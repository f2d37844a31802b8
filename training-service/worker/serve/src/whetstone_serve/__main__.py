"""Runs the command line: ``python -m whetstone_serve``."""

from whetstone_serve.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
