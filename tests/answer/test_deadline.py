"""One wall clock a question."""

import threading
import time

from askwiki.answer.deadline import Deadline


def test_time_runs_down_to_nothing() -> None:
    deadline = Deadline(0.05)
    assert 0.0 < deadline.left() <= 0.05
    time.sleep(0.06)
    assert deadline.left() == 0.0
    assert not deadline.given_up


def test_giving_up_leaves_no_time_and_calls_everyone_once() -> None:
    deadline = Deadline(60)
    called: list[str] = []
    deadline.when_given_up(lambda: called.append("before"))
    deadline.give_up()
    deadline.give_up()
    deadline.when_given_up(lambda: called.append("after"))
    assert called == ["before", "after"]
    assert (deadline.left(), deadline.given_up) == (0.0, True)


def test_giving_up_ends_a_wait() -> None:
    deadline = Deadline(60)
    threading.Timer(0.05, deadline.give_up).start()
    began = time.monotonic()
    deadline.wait(30)
    assert time.monotonic() - began < 5


def test_no_wait_is_longer_than_what_is_left() -> None:
    began = time.monotonic()
    Deadline(0.05).wait(30)
    assert time.monotonic() - began < 5
