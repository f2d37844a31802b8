"""Status reports against a real HTTP server."""

import threading
import time

import pytest

from whetstone_worker.reporter import Directive, Phase, StatusReporter


def until(condition, seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        threading.Event().wait(0.01)


@pytest.fixture
def reporting(local_server):
    opened: list[StatusReporter] = []

    def start(answer, **options):
        server = local_server(answer)
        reporter = StatusReporter(server.url, "attempt-1", 7, "secret", interval=0.1, heartbeat=0.3, **options)
        opened.append(reporter)
        return server, reporter

    yield start
    for reporter in opened:
        reporter.close()


def go_on(*_):
    return 200, {"directive": "continue"}


def test_should_report_in_the_contract_shape(reporting):
    server, reporter = reporting(go_on)
    reporter.update(urgent=True, phase=Phase.TRAINING, step=3, total_steps=10, epoch=0.3, seconds_left=14)
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


def test_should_beat_its_heart_without_news(reporting):
    server, _ = reporting(go_on)

    until(lambda: len(server.bodies) >= 3)


def test_should_send_every_step_once_even_over_failures(reporting):
    answers = iter([(500, {}), (503, {}), (200, {"directive": "continue"})])
    server, reporter = reporting(lambda *_: next(answers, (200, {"directive": "continue"})))
    for step in range(1, 6):
        reporter.step(step, {"train_loss": float(step)})

    until(lambda: reporter.failures == 2 and len(server.bodies) >= 4)
    reporter.finish(time.monotonic() + 5, phase=Phase.DONE)

    accepted = [entry["step"] for body in server.bodies[2:] for entry in body["history"]]
    assert accepted == [1, 2, 3, 4, 5]


def test_should_send_the_newest_steps_though_many_come_while_it_reports(reporting):
    under_way, go = threading.Event(), threading.Event()

    def answer(_, body):
        if body["history"] and not under_way.is_set():
            under_way.set()
            go.wait(8)
        return go_on()

    server, reporter = reporting(answer)
    reporter.step(1, {"train_loss": 1.0})
    assert under_way.wait(5)
    for step in range(2, 2_102):
        reporter.step(step, {"train_loss": 1.0})
    go.set()
    reporter.finish(time.monotonic() + 5, phase=Phase.DONE)

    sent = [entry["step"] for body in server.bodies for entry in body["history"]]
    assert sent == [1, *range(102, 2_102)]


def test_should_throttle_news(reporting):
    server, reporter = reporting(go_on)
    began = time.monotonic()
    step = 0
    while time.monotonic() - began < 0.5:
        reporter.step(step := step + 1, {"train_loss": 1.0})

    assert len(server.bodies) <= 8
    assert step > 100


@pytest.mark.parametrize("word", ["save_and_stop", "stop"])
def test_should_hear_a_directive_and_keep_to_it(reporting, word):
    answers = iter([(200, {"directive": word})])
    server, reporter = reporting(lambda *_: next(answers, (200, {"directive": "continue"})))

    until(lambda: reporter.directive is Directive(word))
    heard = len(server.bodies)
    until(lambda: len(server.bodies) >= heard + 2)  # the answer to all but the newest was taken in

    assert reporter.directive is Directive(word)


def test_should_leave_at_once_when_its_fence_is_stale(reporting):
    left = threading.Event()
    reporting(lambda *_: (409, {"code": "stale-fence"}), on_stale=left.set)

    assert left.wait(5)


def test_should_say_done_until_it_is_answered(reporting):
    calls = []

    def answer(_, body):
        calls.append(body["phase"])
        return (503, {}) if calls.count("done") < 3 else (200, {"directive": "continue"})

    _, reporter = reporting(answer)

    result = {"manifestUri": "file:///m", "manifestSha256": "0" * 64}
    assert reporter.finish(time.monotonic() + 10, phase=Phase.DONE, result=result)
    assert calls.count("done") == 3


def test_should_stop_saying_done_when_it_is_asked_to_leave(reporting):
    _, reporter = reporting(lambda *_: (503, {}))
    began = time.monotonic()

    assert not reporter.finish(time.monotonic() + 60, leave=lambda: True, phase=Phase.DONE)
    assert time.monotonic() - began < 30


def test_should_give_up_saying_done_at_its_deadline(reporting):
    _, reporter = reporting(lambda *_: (503, {}))

    assert not reporter.finish(time.monotonic() + 0.4, phase=Phase.DONE)
