"""Status reports against a real HTTP server."""

import threading
import time

import pytest

from polling import until
from whetstone_worker.reporter import Directive, Phase, StatusReporter


@pytest.fixture
def reporting(local_server):
    opened: list[StatusReporter] = []

    def start(answer, **options):
        server = local_server(answer)
        reporter = StatusReporter(
            server.url, "attempt-1", 7, "secret", interval=0.1, heartbeat=0.3, stage="sft", **options
        )
        opened.append(reporter)
        return server, reporter

    yield start
    for reporter in opened:
        reporter.close()


def answer_continue(*_):
    return 200, {"directive": "continue"}


def test_should_report_in_the_contract_shape(reporting):
    server, reporter = reporting(answer_continue)
    reporter.update(urgent=True, phase=Phase.TRAINING, step=3, completed=0.3, epoch=0.3, seconds_left=14)
    reporter.step(3, {"train_loss": 0.5})

    until(lambda: any(body["history"] for body in server.bodies))

    body = next(body for body in server.bodies if body["history"])
    assert server.paths[0] == "/v1/attempts/attempt-1/status"
    assert server.headers[0]["Authorization"] == "Bearer secret"
    assert (body["fence"], body["phase"], body["stage"], body["step"]) == (7, "training", "sft", 3)
    assert body["trainerStatus"]["progressPercentage"] == 30
    assert body["trainerStatus"]["estimatedRemainingSeconds"] == 14
    assert body["trainerStatus"]["metrics"] == [{"name": "train_loss", "value": 0.5}]
    assert body["history"] == [{"step": 3, "metrics": {"train_loss": 0.5}}]


def test_should_send_heartbeats_without_changes(reporting):
    server, _ = reporting(answer_continue)

    until(lambda: len(server.bodies) >= 3)


def test_should_send_every_step_once_in_spite_of_failures(reporting):
    answers = iter([(500, {}), (503, {}), (200, {"directive": "continue"})])
    server, reporter = reporting(lambda *_: next(answers, (200, {"directive": "continue"})))
    for step in range(1, 6):
        reporter.step(step, {"train_loss": float(step)})

    until(lambda: reporter.failures == 2 and len(server.bodies) >= 4)
    reporter.finish(time.monotonic() + 5, phase=Phase.DONE)

    accepted = [entry["step"] for body in server.bodies[2:] for entry in body["history"]]
    assert accepted == [1, 2, 3, 4, 5]


def test_should_send_the_newest_steps_when_many_are_added_during_a_report(reporting):
    sending, proceed = threading.Event(), threading.Event()

    def answer(_, body):
        if body["history"] and not sending.is_set():
            sending.set()
            proceed.wait(8)
        return answer_continue()

    server, reporter = reporting(answer)
    reporter.step(1, {"train_loss": 1.0})
    assert sending.wait(5)
    for step in range(2, 2_102):
        reporter.step(step, {"train_loss": 1.0})
    proceed.set()
    reporter.finish(time.monotonic() + 5, phase=Phase.DONE)

    sent = [entry["step"] for body in server.bodies for entry in body["history"]]
    assert sent == [1, *range(102, 2_102)]


def test_should_throttle_news(reporting):
    server, reporter = reporting(answer_continue)
    began = time.monotonic()
    step = 0
    while time.monotonic() - began < 0.5:
        reporter.step(step := step + 1, {"train_loss": 1.0})

    assert len(server.bodies) <= 8
    assert step > 100


@pytest.mark.parametrize("directive", ["save_and_stop", "stop"])
def test_should_keep_the_first_directive_to_end(reporting, directive):
    answers = iter([(200, {"directive": directive})])
    server, reporter = reporting(lambda *_: next(answers, (200, {"directive": "continue"})))

    until(lambda: reporter.directive is Directive(directive))
    received = len(server.bodies)
    until(lambda: len(server.bodies) >= received + 2)  # all answers but the newest are processed

    assert reporter.directive is Directive(directive)


@pytest.mark.parametrize(("status", "code"), [(409, "stale-fence"), (401, "unauthorized")])
def test_should_exit_when_another_attempt_replaced_it(reporting, status, code):
    exited = threading.Event()
    reporting(lambda *_: (status, {"code": code}), on_stale=exited.set)

    assert exited.wait(5)


def test_should_report_done_until_it_is_answered(reporting):
    calls = []

    def answer(_, body):
        calls.append(body["phase"])
        return (503, {}) if calls.count("done") < 3 else (200, {"directive": "continue"})

    _, reporter = reporting(answer)

    result = {"manifestUri": "file:///m", "manifestSha256": "0" * 64}
    assert reporter.finish(time.monotonic() + 10, phase=Phase.DONE, result=result)
    assert calls.count("done") == 3


def test_should_stop_reporting_done_when_asked_to_leave(reporting):
    _, reporter = reporting(lambda *_: (503, {}))
    began = time.monotonic()

    assert not reporter.finish(time.monotonic() + 60, leave=lambda: True, phase=Phase.DONE)
    assert time.monotonic() - began < 30


def test_should_stop_reporting_done_at_its_deadline(reporting):
    _, reporter = reporting(lambda *_: (503, {}))

    assert not reporter.finish(time.monotonic() + 0.4, phase=Phase.DONE)
