"""Leaves a language model alone that keeps failing."""

import threading
import time
from collections.abc import Callable

FAILURES = 5
"""In a row, after which the model is left alone."""


class Breaker:
    """Closed while the model answers; open for `cooldown_s` after five failures in a row.

    After that one question is let through at a time: its success closes the breaker, its failure
    opens it for as long again. Threads may share it.
    """

    def __init__(self, cooldown_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._cooldown_s, self._clock = cooldown_s, clock
        self._lock = threading.Lock()
        self._failures = 0
        self._closed = True
        self._tries_again_at = 0.0
        self._trying = False

    def allows(self) -> bool:
        """Whether the model may be asked; a True has to be followed by one of the three below."""
        with self._lock:
            if self._closed:
                return True
            if self._trying or self._clock() < self._tries_again_at:
                return False
            self._trying = True
            return True

    def succeeded(self) -> None:
        """The model answered."""
        with self._lock:
            self._failures, self._closed, self._trying = 0, True, False

    def failed(self) -> None:
        """The model gave no answer."""
        with self._lock:
            self._failures += 1
            if self._trying or self._failures >= FAILURES:
                self._closed = False
                self._tries_again_at = self._clock() + self._cooldown_s
            self._trying = False

    def gave_up(self) -> None:
        """The question was given up before it showed either."""
        with self._lock:
            self._trying = False
