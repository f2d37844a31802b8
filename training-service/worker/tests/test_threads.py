"""How many threads tensor operations use, in the trainer and in the server."""

import pytest

from whetstone_serve.threads import tensor_threads
from whetstone_worker.threads import worker_threads

BOTH = pytest.mark.parametrize("threads", [worker_threads, tensor_threads])


@BOTH
@pytest.mark.parametrize(
    ("environment", "parameters", "expected"),
    [
        ({"WHETSTONE_WORKER_THREADS": "3", "OMP_NUM_THREADS": "2"}, 10**6, 3),
        ({"OMP_NUM_THREADS": "2"}, 10**6, 2),
        ({"WHETSTONE_WORKER_THREADS": "many"}, 10**6, 1),
        ({}, 10**6, 1),
    ],
)
def test_should_follow_the_environment_then_the_model_size(monkeypatch, threads, environment, parameters, expected):
    for name in ("WHETSTONE_WORKER_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert threads(parameters) == expected


@BOTH
def test_should_use_all_cores_for_a_large_model(monkeypatch, threads):
    for name in ("WHETSTONE_WORKER_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 2, 5}, raising=False)

    assert threads(10**9) == 3
