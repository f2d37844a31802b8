"""The arguments of ``join``, without the packages that the command needs."""

import argparse
import re
import socket
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of ``join``."""
    parser.add_argument("--server", required=True, help="URL of the training service; https, or http on loopback")
    parser.add_argument("--token-file", type=Path, required=True, help="file with an API key of scope work")
    parser.add_argument("--name", default=_host_name(), help="name of this host; default: the host's own")
    parser.add_argument("--gpus", help="devices as CUDA_VISIBLE_DEVICES names them; default: all")
    parser.add_argument("--workers", type=int, help="workers at the same time; default: one per device, else 1")
    parser.add_argument("--memory-gib", type=float, help="main memory for workers; default: all")
    parser.add_argument("--label", action="append", default=[], metavar="KEY=VALUE", help="shown with the host")
    parser.add_argument("--work", type=Path, default=Path(".whetstone/joined"), help="folder for specs and logs")
    parser.add_argument("--drain-seconds", type=float, default=600.0, help="how long workers may take to save")
    parser.add_argument("--command", dest="worker_command", help=argparse.SUPPRESS)


def _host_name() -> str:
    return re.sub(r"[^a-z0-9]+", "-", socket.gethostname().lower()).lstrip("-0123456789").strip("-")[:63] or "host"
