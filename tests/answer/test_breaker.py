"""Five failures in a row, then peace and quiet, then one question to see."""

import pytest

from askwiki.answer.breaker import FAILURES, Breaker


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def opened(clock: Clock) -> Breaker:
    breaker = Breaker(30, clock)
    for _ in range(FAILURES):
        assert breaker.allows()
        breaker.failed()
    return breaker


def test_it_opens_after_five_failures_in_a_row_and_not_before(clock: Clock) -> None:
    assert FAILURES == 5
    breaker = Breaker(30, clock)
    for _ in range(4):
        breaker.failed()
    assert breaker.allows()
    breaker.succeeded()
    for _ in range(4):
        breaker.failed()
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()


def test_after_the_cool_down_one_question_is_let_through(clock: Clock) -> None:
    breaker = opened(clock)
    clock.now += 29
    assert not breaker.allows()
    clock.now += 2
    assert breaker.allows()
    assert not breaker.allows()


def test_its_success_closes_the_breaker(clock: Clock) -> None:
    breaker = opened(clock)
    clock.now += 31
    assert breaker.allows()
    breaker.succeeded()
    assert breaker.allows()
    assert breaker.allows()


def test_its_failure_opens_it_for_as_long_again(clock: Clock) -> None:
    breaker = opened(clock)
    clock.now += 31
    assert breaker.allows()
    breaker.failed()
    clock.now += 29
    assert not breaker.allows()
    clock.now += 2
    assert breaker.allows()


def test_a_question_that_was_given_up_leaves_the_turn_to_the_next(clock: Clock) -> None:
    breaker = opened(clock)
    clock.now += 31
    assert breaker.allows()
    breaker.gave_up()
    assert breaker.allows()
