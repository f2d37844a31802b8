"""The request to end, which arrives as SIGTERM."""

import signal


class Preemption:
    """Holds whether SIGTERM was received.

    A plain flag, because the interrupted code could hold any lock that the handler would need.
    """

    def __init__(self) -> None:
        self._received = False

    def install(self) -> None:
        """Registers the handler; works in the main thread only."""
        signal.signal(signal.SIGTERM, self._receive)

    def __call__(self) -> bool:
        """True once the process was asked to end."""
        return self._received

    def _receive(self, *_: object) -> None:
        self._received = True
