"""How many threads tensor work may use."""

import os

SMALL_MODEL_PARAMETERS = 50_000_000


def worker_threads(parameters: int) -> int:
    """``WHETSTONE_WORKER_THREADS``, else ``OMP_NUM_THREADS``, else the cores; for a small model one.

    A small model's tensor calls are shorter than the threads' waiting for each other, which on a busy machine makes
    two threads many times slower than one. It also keeps results equal across machines: the order of sums depends on
    the number of threads.
    """
    for name in ("WHETSTONE_WORKER_THREADS", "OMP_NUM_THREADS"):
        asked = os.environ.get(name, "")
        if asked.isdigit() and int(asked) > 0:
            return int(asked)
    if parameters < SMALL_MODEL_PARAMETERS:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
