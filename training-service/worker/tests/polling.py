"""Waits for a condition, with a limit."""

import threading
import time
from collections.abc import Callable
from typing import Any


def until(condition: Callable[[], Any], seconds: float = 5.0) -> Any:
    """What the condition answers as soon as that is true."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, "did not happen in time"
        threading.Event().wait(0.01)
    return answer
