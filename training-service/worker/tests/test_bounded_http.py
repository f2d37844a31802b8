"""Answers that do not end, by number of bytes and by time."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from whetstone_worker.bounded_http import UnusableAnswerError, post_json
from whetstone_worker.encoding import ChatEncoder
from whetstone_worker.errors import RetryableError
from whetstone_worker.examples import parse_example
from whetstone_worker.template import require_same_tokens

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture
def raw_server() -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """Starts a server whose answer is written by hand; returns its URL."""
    listeners: list[socket.socket] = []

    def start(answer: Callable[[socket.socket], None]) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=respond, args=(connection,), daemon=True).start()

        def respond(connection: socket.socket) -> None:
            with connection:
                try:
                    connection.recv(65_536)
                    answer(connection)
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for listener in listeners:
        listener.close()


def endless(connection: socket.socket) -> None:
    connection.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10000\r\n" + b"0" * 65_536 + b"\r\n")


def trickle(head: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(b"x")
            threading.Event().wait(0.02)

    return answer


def test_should_cut_a_body_that_never_ends(raw_server):
    with pytest.raises(UnusableAnswerError, match="answered more than 4194304 bytes"):
        post_json(raw_server(endless), {}, seconds=30)


@pytest.mark.parametrize("head", [OK + b"Content-Length: 100000\r\n\r\n", OK + b"X-Endless: "], ids=["body", "headers"])
def test_should_cut_an_answer_that_arrives_byte_by_byte(raw_server, head):
    began = time.monotonic()

    with pytest.raises(httpx.ReadTimeout, match=r"within 0\.4 s"):
        post_json(raw_server(trickle(head)), {}, seconds=0.4)

    assert time.monotonic() - began < 5


def test_should_refuse_an_encoded_body(raw_server):
    bomb = gzip.compress(b"0" * 10_000_000)
    head = OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)

    with pytest.raises(UnusableAnswerError, match="encoded"):
        post_json(raw_server(lambda connection: connection.sendall(head + bomb)), {}, seconds=30)


def test_should_name_an_endless_answer_in_the_template_check(tokenizer, raw_server):
    row = parse_example(
        {"id": "e", "messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}, "row"
    )

    with pytest.raises(RetryableError, match="answered more than 4194304 bytes"):
        require_same_tokens(ChatEncoder(tokenizer), [row], raw_server(endless), patience=0.1, sleep=lambda _: None)
