"""How many threads tensor operations use."""

import os

SMALL_MODEL_PARAMETERS = 50_000_000


def worker_threads(parameters: int) -> int:
    """``WHETSTONE_WORKER_THREADS``, else ``OMP_NUM_THREADS``, else 1 for a small model and the cores for a large one.

    In a small model synchronising the threads takes longer than the tensor operations, so that two threads on a busy
    machine are many times slower than one. One thread also gives equal results on machines with different numbers of
    cores, because the order of sums depends on the number of threads.
    """
    for name in ("WHETSTONE_WORKER_THREADS", "OMP_NUM_THREADS"):
        value = os.environ.get(name, "")
        if value.isdigit() and int(value) > 0:
            return int(value)
    if parameters < SMALL_MODEL_PARAMETERS:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
