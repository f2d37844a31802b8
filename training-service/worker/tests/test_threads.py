"""How many threads tensor operations use, in the trainer and in the server."""

import pytest

from whetstone_serve.threads import tensor_threads
from whetstone_worker.threads import worker_threads

BOTH = pytest.mark.parametrize("threads", [worker_threads, tensor_threads])


def set_only(monkeypatch, environment: dict[str, str]) -> None:
    for name in ("WHETSTONE_WORKER_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 2, 5}, raising=False)


@BOTH
@pytest.mark.parametrize(
    ("environment", "parameters", "expected"),
    [
        ({"WHETSTONE_WORKER_THREADS": "4", "OMP_NUM_THREADS": "2"}, 10**6, 4),
        ({"WHETSTONE_WORKER_THREADS": "4", "OMP_NUM_THREADS": "2"}, 10**9, 4),
        ({"WHETSTONE_WORKER_THREADS": "many"}, 10**6, 1),
        ({"OMP_NUM_THREADS": "2"}, 10**9, 2),
        ({}, 10**6, 1),
        ({}, 10**9, 3),
    ],
)
def test_should_follow_the_environment_then_the_model_size(monkeypatch, threads, environment, parameters, expected):
    set_only(monkeypatch, environment)

    assert threads(parameters) == expected


def test_should_treat_the_share_of_the_machine_as_a_limit_in_the_trainer(monkeypatch):
    set_only(monkeypatch, {"OMP_NUM_THREADS": "2"})

    assert worker_threads(10**6) == 1
    assert tensor_threads(10**6) == 2
