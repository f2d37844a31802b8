"""How many threads tensor operations use."""

import os

SMALL_MODEL_PARAMETERS = 50_000_000


def worker_threads(parameters: int) -> int:
    """``WHETSTONE_WORKER_THREADS``, else 1 for a small model and ``thread_limit`` for a large one.

    In a small model synchronising the threads takes longer than the tensor operations, so that two threads on a busy
    machine are many times slower than one. One thread also gives equal results on machines with different numbers of
    cores, because the order of sums depends on the number of threads.
    """
    chosen = _number("WHETSTONE_WORKER_THREADS")
    if chosen:
        return chosen
    return 1 if parameters < SMALL_MODEL_PARAMETERS else thread_limit()


def thread_limit() -> int:
    """The worker's share of the machine: ``OMP_NUM_THREADS``, which the process engine sets, else all cores."""
    return _number("WHETSTONE_WORKER_THREADS") or _number("OMP_NUM_THREADS") or _cores()


def _number(variable: str) -> int:
    value = os.environ.get(variable, "")
    return int(value) if value.isdigit() else 0


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
