"""Being asked to end."""

import signal


class Preemption:
    """Remembers a SIGTERM until somebody asks. A plain flag: a lock could be held by the very code the signal hits."""

    def __init__(self) -> None:
        self._asked = False

    def install(self) -> None:
        """Takes over SIGTERM; works in the main thread only."""
        signal.signal(signal.SIGTERM, self._ask)

    def __call__(self) -> bool:
        """True once the process was asked to end."""
        return self._asked

    def _ask(self, *_: object) -> None:
        self._asked = True
