"""Each failure that can be played is one that the caller sees as such."""

from typing import get_args

import pytest

from askwiki.answer import faults
from askwiki.answer.calls import pieces
from askwiki.answer.deadline import Deadline
from askwiki.errors import ModelError
from askwiki.settings import Fault

KINDS = {
    "refused": "unreachable",
    "unauthorised": "unauthorised",
    "busy": "busy",
    "broken": "server",
    "hang": "late",
    "slow": "deadline",
    "cut": "unfinished",
    "error": "unreadable",
    "flood": "endless",
}


def test_there_is_a_kind_for_every_fault_but_babble() -> None:
    assert set(KINDS) | {"babble"} == set(get_args(Fault))


@pytest.mark.parametrize("fault", KINDS)
def test_a_fault_fails_in_its_way(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "SLOW_S", 0.1)
    with pytest.raises(ModelError) as raised:
        list(pieces(lambda: faults.play(fault), Deadline(2.0), 0.3))
    assert raised.value.kind == KINDS[fault]


def test_babble_is_a_whole_reply_that_says_what_must_not_be_said() -> None:
    text = "".join(p.text for p in pieces(lambda: faults.play("babble"), Deadline(5), 5))
    assert "http://" in text
    assert "13800000000" in text
