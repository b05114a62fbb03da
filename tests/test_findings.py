"""What is found for a question."""

from typing import Any

import pytest

from askwiki import AskWiki
from askwiki.answer import Draft
from askwiki.findings import MOST_PASSAGES, UNSURE, Finder, Findings, Part, names_of, trace_of
from askwiki.homophones import AT_LEAST, Homophones
from askwiki.question import read_question
from askwiki.schema import Chunk, Hit, Trace

NOTHING_SETTLED = {"strange": 0.0, "unstated": 0.0}
USUAL = {"answerable": 4.0, "fused": 0.8, "dense": 0.6, "familiar": 1.0, "known": 1.0, "size": 8.0}
USUAL |= NOTHING_SETTLED
STRANGE = {"answerable": -4.0, "fused": 0.1, "dense": 0.2, "size": 8.0, **NOTHING_SETTLED}


def hit(key: str, score: float = 0.5) -> Hit:
    return Hit(Chunk(key, key[0], key[0].upper(), (), "文", 0, 1), score, 1)


def part(query: str, *keys: str, **signals: float) -> Part:
    return Part(query, tuple(map(hit, keys)), Draft((), signals))


def findings(*parts: Part, sure: tuple[Part, ...] = ()) -> Findings:
    return Findings(parts, sure, Trace("", "other", ()))


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        (USUAL, True),
        (STRANGE | {"familiar": 0.5, "known": 1.0}, True),
        (STRANGE | {"familiar": -1.0, "known": 1.0}, False),
        (STRANGE | {"familiar": 0.5, "known": 0.0}, False),
        ({}, False),
    ],
)
def test_a_question_is_in_scope_by_its_wording_or_its_chance(
    signals: dict[str, float], expected: bool
) -> None:
    assert findings(part("问", **signals)).in_scope is expected


def test_one_part_in_scope_is_enough() -> None:
    strange = part("甲", **(STRANGE | {"familiar": -1.0, "known": 0.0}))
    assert findings(strange, part("乙", **USUAL)).in_scope


def test_the_parts_that_are_not_sure_are_missing() -> None:
    one, two = part("甲", **USUAL), part("乙")
    assert findings(one, two, sure=(one,)).missing == [two]
    assert (one.confidence > 0.5, two.confidence) == (True, 0.0)


def test_passages_of_the_parts_take_turns_and_come_once() -> None:
    one, two = part("甲", "a#1", "b#1", "c#1"), part("乙", "b#1", "d#1")
    passages = findings(one, two, sure=(one, two)).passages()
    assert [chunk.id for chunk in passages] == ["a#1", "b#1", "d#1", "c#1"]
    many = part("甲", *(f"a#{n}" for n in range(40)))
    assert len(findings(many, sure=(many,)).passages()) == MOST_PASSAGES


def test_the_trace_names_the_signals_of_each_part() -> None:
    asked = read_question("400怎么办理？要多久？")
    some = USUAL | {"known": 0.12345}
    parts = [part("甲", "a#1", **some), part("乙", "a#1", "b#1", **USUAL)]
    trace = trace_of(asked, parts, {})
    assert (trace.signals["1.known"], trace.signals["2.known"]) == (0.1235, 1.0)
    assert len(trace.signals) == 2 * len(USUAL)
    assert [(h.chunk.id, h.rank) for h in trace.hits] == [("a#1", 1), ("b#1", 2)]
    assert trace_of(asked, parts[:1], {}).signals["known"] == 0.1235


class Written:
    """The words of a corpus that holds one of them in all its passages."""

    def __init__(self, word: str) -> None:
        self.word = word

    def count(self, term: str) -> int:
        return AT_LEAST if term in self.word else 0


class Recorded:
    """A retriever and an answerer that are as sure of each query as they are told."""

    encoder = None

    def __init__(self, **fused: float) -> None:
        self.fused, self.asked = fused, list[str]()
        self.unstated = 0.0

    def topic_of(self, past: object) -> dict[str, float]:
        return {}

    def retrieve(self, query: str, k: int, topic: object) -> list[Hit]:
        self.asked.append(query)
        return [hit("a#1")]

    def draft(self, asked: object, query: str, hits: object) -> Draft:
        told = {"fused": self.fused[query], "dense": self.fused[query], "unstated": self.unstated}
        return Draft((), USUAL | told)


def found(text: str, **fused: float) -> tuple[list[str], list[str]]:
    """The queries that were searched for, and those that were answered."""
    both: Any = Recorded(**fused)
    homophones = Homophones(Written("分机"), AT_LEAST, lambda word: word in "号怎么改")
    finder = Finder(both, both, frozenset({"总机"}), homophones, 6, 0.2)
    return both.asked, [part.query for part in finder.find(read_question(text)).parts]


LED, ALONE = "我们是做物流的，录音能存多久", "录音能存多久"


def test_an_unsure_question_is_read_without_its_lead_in() -> None:
    assert part("", **(USUAL | {"fused": -2.0, "dense": -2.0})).confidence < UNSURE
    assert found(LED, **{LED: -2.0, ALONE: 0.8}) == ([LED, ALONE], [ALONE])


def test_where_it_is_no_surer_alone_the_lead_in_stays() -> None:
    assert found(LED, **{LED: -2.0, ALONE: -2.0}) == ([LED, ALONE], [LED])


def test_a_question_that_is_sure_is_read_once() -> None:
    assert found(LED, **{LED: 0.8, ALONE: 0.9}) == ([LED], [LED])


def test_what_lacks_nothing_but_how_long_is_read_once() -> None:
    both: Any = Recorded(**{LED: 0.8, ALONE: 0.9})
    both.unstated = 1.0
    finder = Finder(both, both, frozenset(), Homophones(Written("分机"), 5, len), 6, 0.2)
    findings = finder.find(read_question(LED))
    assert both.asked == [LED]
    assert findings.sure == ()
    assert findings.unstated
    both.unstated = 0.0
    assert not finder.find(read_question(LED)).unstated


def test_a_name_alone_asks_what_it_is() -> None:
    assert found("总机？", **{"总机？是什么": 0.8})[1] == ["总机？是什么"]


def test_what_was_typed_by_sound_is_searched_as_it_is_meant() -> None:
    asked, answered = found("分鸡号怎么改？", **{"分机号怎么改？": 0.8})
    assert (asked, answered) == (["分机号怎么改？"], ["分机号怎么改？"])


def test_the_trace_tells_how_a_question_was_read(wiki: AskWiki) -> None:
    assert wiki.ask("你好，彩玲怎么换").trace.read_as == "彩铃怎么换"
    assert wiki.ask("你好，彩铃怎么换").trace.read_as == ""


def test_articles_are_known_by_their_titles_and_what_those_are_about(wiki: AskWiki) -> None:
    names = names_of(wiki.store)
    assert {"企业总机", "企业总机的费用与计费"} <= names
    assert "总机多少钱" not in names
