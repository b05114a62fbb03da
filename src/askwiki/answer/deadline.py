"""The wall-clock time that one question has."""

import threading
import time
from collections.abc import Callable


class Deadline:
    """The time one question has, counted from here, and whether anyone still waits for it.

    One is made a question and handed down; threads may share it.

    Args:
        seconds: how long the whole question may take.
    """

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._wake: list[Callable[[], None]] = []
        self._given_up = threading.Event()

    def left(self) -> float:
        """Seconds left, 0 when it is over or nobody waits any more."""
        return 0.0 if self._given_up.is_set() else max(0.0, self._ends - time.monotonic())

    @property
    def given_up(self) -> bool:
        """Whether whoever asked has gone."""
        return self._given_up.is_set()

    def give_up(self) -> None:
        """Nobody waits any more: whatever runs for the question stops."""
        with self._lock:
            self._given_up.set()
            wake, self._wake = self._wake, []
        for call in wake:
            call()

    def when_given_up(self, call: Callable[[], None]) -> None:
        """Have `call` called at `give_up`, or at once where that was."""
        with self._lock:
            if not self._given_up.is_set():
                self._wake.append(call)
                return
        call()

    def wait(self, seconds: float) -> None:
        """Sleep, no longer than there is time and somebody waits."""
        self._given_up.wait(min(seconds, self.left()))
