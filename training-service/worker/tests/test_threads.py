"""How many threads tensor work gets."""

import pytest

from whetstone_worker.threads import worker_threads


@pytest.mark.parametrize(
    ("environment", "parameters", "expected"),
    [
        ({"WHETSTONE_WORKER_THREADS": "3", "OMP_NUM_THREADS": "2"}, 10**6, 3),
        ({"OMP_NUM_THREADS": "2"}, 10**6, 2),
        ({"WHETSTONE_WORKER_THREADS": "many"}, 10**6, 1),
        ({}, 10**6, 1),
    ],
)
def test_should_obey_the_environment_then_the_size(monkeypatch, environment, parameters, expected):
    for name in ("WHETSTONE_WORKER_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert worker_threads(parameters) == expected


def test_should_use_more_for_a_large_model(monkeypatch):
    for name in ("WHETSTONE_WORKER_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 2, 5}, raising=False)

    assert worker_threads(10**9) == 3
