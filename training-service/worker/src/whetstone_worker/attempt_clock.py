"""How long an attempt has trained, which its limits and its manifest count."""

import time


class AttemptClock:
    """Wall-clock and accelerator seconds since the first step of the attempt, loading before it not included."""

    def __init__(self, accelerators: int, gpu_seconds_before: float) -> None:
        """``gpu_seconds_before`` are those of the attempts whose resume point this one continues."""
        self._accelerators = accelerators
        self._gpu_seconds_before = gpu_seconds_before
        self._began: float | None = None

    def start(self) -> None:
        """Starts the clock; later stages do not start it again."""
        if self._began is None:
            self._began = time.monotonic()

    def seconds(self) -> float:
        """Wall-clock seconds of this attempt."""
        return 0.0 if self._began is None else time.monotonic() - self._began

    def own_gpu_seconds(self) -> float:
        """Accelerator seconds of this attempt; 0 on a machine without one."""
        return self.seconds() * self._accelerators

    def gpu_seconds(self) -> float:
        """Accelerator seconds of this attempt and of those it continues."""
        return self._gpu_seconds_before + self.own_gpu_seconds()
