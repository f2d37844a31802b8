"""What a host has, and what its workers leave."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class HostCapacity:
    """An amount of everything that workers take; the fields are those of the training service."""

    workers: int
    gpus: int
    memory_bytes: int
    milli_cpus: int

    def minus(self, taken: Iterable["HostCapacity"]) -> "HostCapacity":
        """What is left; never below zero, because a worker may take a device that it did not ask for."""
        left = [self.workers, self.gpus, self.memory_bytes, self.milli_cpus]
        for one in taken:
            left[0] -= one.workers
            left[1] -= one.gpus
            left[2] -= one.memory_bytes
            left[3] -= one.milli_cpus
        return HostCapacity(*(max(0, amount) for amount in left))

    def to_json(self) -> dict[str, int]:
        """As the training service reads it."""
        return {
            "workers": self.workers,
            "gpus": self.gpus,
            "memoryBytes": self.memory_bytes,
            "milliCpus": self.milli_cpus,
        }

    @staticmethod
    def of_json(value: dict[str, Any]) -> "HostCapacity":
        """As the training service writes it."""
        return HostCapacity(
            int(value["workers"]), int(value["gpus"]), int(value["memoryBytes"]), int(value["milliCpus"])
        )


def detected_devices() -> list[str]:
    """The accelerators of this host: those that ``CUDA_VISIBLE_DEVICES`` names, else those that the driver lists."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is not None:
        return [device.strip() for device in named.split(",") if device.strip()]
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    try:
        listed = subprocess.run(  # noqa: S603 - no input of others
            [program, "--query-gpu=index", "--format=csv,noheader"],
            capture_output=True,
            check=True,
            text=True,
            timeout=30,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.strip() for line in listed.stdout.splitlines() if line.strip()]


def detected_memory() -> int:
    """The main memory of this host, in bytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def detected_cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
