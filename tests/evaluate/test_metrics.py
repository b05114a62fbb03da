"""Exact numbers, by hand."""

from dataclasses import replace
from typing import Any

import pytest

from askwiki.evaluate.metrics import (
    Score,
    abstention,
    answer_text,
    citation_exactness,
    expected_calibration_error,
    fact_recall,
    facts_rank,
    first_citation_right,
    hit_at_k,
    holds,
    latency,
    mean,
    missing_facts,
    reciprocal_rank,
    relevant_rank,
    score,
)
from askwiki.evaluate.questions import Item
from askwiki.schema import Answer, Suggestion


class TestFacts:
    @pytest.mark.parametrize(
        ("text", "wording"),
        [
            ("由企業付市話費", "企业付市话费"),
            ("ＳＩＰ　中继", "sip中继"),
            ("SIP 中继", "SIP"),
            ("按 \\* 号\\_1", "按*号_1"),
            ("电 话\n费", "电话费"),
            ("15天内", "15 天"),
            ("1.400电话由企业付费", "400电话"),
            ("费率为0.1元", "0.1元"),
            ("拨打5、6", "5"),
            ("统一五天", "五天"),
            ("不支持转接", "不支持"),
            ("拨 # 键", "#"),
        ],
    )
    def test_found(self, text: str, wording: str) -> None:
        assert holds(text, wording)

    @pytest.mark.parametrize(
        ("text", "wording"),
        [
            ("15天内", "5天"),
            ("4000号段", "400"),
            ("每分钟0.15元", "15元"),
            ("每分钟1.5元", "1"),
            ("共1,000个", "1"),
            ("共5万个", "5"),
            ("二十五天", "五天"),
            ("二十天", "二"),
            ("SIP中继", "IP"),
            ("POST请求", "POS"),
            ("不支持转接", "支持转接"),
            ("", "费用"),
        ],
    )
    def test_not_found(self, text: str, wording: str) -> None:
        assert not holds(text, wording)

    def test_recall(self) -> None:
        facts = (("企业付", "被叫付"), ("十位",), ("月租",))
        assert missing_facts("由被叫付费，十位号码", facts) == (("月租",),)
        assert fact_recall("由被叫付费，十位号码", facts) == pytest.approx(2 / 3)
        assert fact_recall("无", facts) == 0.0

    def test_a_fact_without_words_is_refused(self) -> None:
        with pytest.raises(ValueError, match="without words"):
            holds("任何", " ")

    def test_only_sentences_of_an_answer_count(self, fake: Any) -> None:
        answer = fake.answered("400", "号码为十位。")
        answer = replace(answer, text="月租", suggestions=(Suggestion("x", "月租"),))
        assert answer_text(answer) == "号码为十位。"
        assert answer_text(replace(answer, status="abstained")) == ""
        assert answer_text(None) == ""


class TestRanks:
    def hits(self, fake: Any) -> list[Any]:
        return [
            fake.hit("总机", ("功能",), "企业付", 1),
            fake.hit("400", (), "十位", 2),
            fake.hit("400", ("计费", "资 费？"), "企业付，市话费", 3),
        ]

    @pytest.mark.parametrize(
        ("item", "rank"),
        [
            (Item("1", "q", "400"), 2),
            (Item("1", "q", "400电话"), 2),
            (Item("1", "q", "400", "资费?"), 3),
            (Item("1", "q", "400", "计费 > 资费？"), 3),
            (Item("1", "q", "400", "计费"), None),
            (Item("1", "q", "400", ""), 2),
            (Item("1", "q", "总机", ""), None),
            (Item("1", "q", "总机", "资费？"), None),
            (Item("1", "q", "40"), None),
            (Item("1", "q", facts=(("市话费",), ("企业付",))), 3),
            (Item("1", "q", facts=(("十位",), ("企业付",))), None),
            (Item("1", "q"), None),
        ],
    )
    def test_relevant(self, fake: Any, item: Item, rank: int | None) -> None:
        assert relevant_rank(self.hits(fake), item) == rank

    def test_facts_in_a_single_chunk(self, fake: Any) -> None:
        assert facts_rank(self.hits(fake), Item("1", "q", "总机", facts=(("市话费",),))) == 3
        assert facts_rank(self.hits(fake), Item("1", "q", facts=(("十位",), ("市话费",)))) is None
        assert facts_rank(self.hits(fake), Item("1", "q", "400")) is None

    def test_values(self) -> None:
        assert [hit_at_k(rank, 3) for rank in (1, 3, 4, None)] == [1, 1, 0, 0]
        assert [reciprocal_rank(rank) for rank in (1, 4, None)] == [1, 0.25, 0]


class TestCitations:
    def test_first_citation(self, fake: Any) -> None:
        answer = fake.answered("400", "号码为十位。")
        assert first_citation_right(answer, Item("1", "q", "400")) == 1
        assert first_citation_right(answer, Item("1", "q", "总机")) == 0
        assert first_citation_right(replace(answer, sentences=()), Item("1", "q", "400")) == 0
        assert first_citation_right(replace(answer, citations=()), Item("1", "q", "400")) == 0
        assert first_citation_right(None, Item("1", "q", "400")) == 0

    def test_exact(self, fake: Any) -> None:
        text = fake.wiki({}, {}).article_text
        answer: Answer = fake.answered("400", "号码为十位。", "400电话由企业付市话费。")
        one, two = answer.citations
        assert citation_exactness(answer, text) == 1
        moved = replace(answer, citations=(one, replace(two, start=1)))
        assert citation_exactness(moved, text) == 0.5
        strange = replace(answer, citations=(one, replace(two, article_id="无")))
        assert citation_exactness(strange, text) == 0.5
        past = replace(two, start=-5, end=-1, quote="为十位。"[:4])
        assert citation_exactness(replace(answer, citations=(one, past)), text) == 0.5
        empty = replace(two, start=3, end=3, quote="")
        assert citation_exactness(replace(answer, citations=(one, empty)), text) == 0.5

    def test_a_sentence_without_a_citation_spoils_it(self, fake: Any) -> None:
        text = fake.wiki({}, {}).article_text
        answer: Answer = fake.answered("400", "号码为十位。")
        bare = replace(answer.sentences[0], citations=())
        unknown = replace(answer.sentences[0], citations=(2,))
        assert citation_exactness(replace(answer, sentences=(*answer.sentences, bare)), text) == 0
        assert citation_exactness(replace(answer, sentences=(unknown,)), text) == 0
        assert citation_exactness(replace(answer, sentences=()), text) == 0


class TestScore:
    ITEM = Item("1", "q", "400", facts=(("十位",), ("月租",)))

    def test_answered(self, fake: Any) -> None:
        wiki = fake.wiki({}, {})
        answer = fake.answered("400", "号码为十位。")
        hits = [fake.hit("总机", (), "x"), fake.hit("400", (), "十位，月租", 2)]
        assert score(self.ITEM, answer, hits, wiki.article_text, 5) == {
            "hit@1": 0, "hit@3": 1, "hit@5": 1, "reciprocal_rank": 0.5, "facts@5": 1,
            "right": 0, "answer_rate": 1, "fact_recall": 0.5, "all_facts": 0, "right_article": 1,
            "citations_exact": 1,
        }  # fmt: skip

    def test_refused(self, fake: Any) -> None:
        hits = [fake.hit("400", (), "十位")]
        sly = replace(fake.answered("400", "号码为十位。"), status="abstained")
        assert score(self.ITEM, sly, hits, str, 1) == {
            "hit@1": 1, "reciprocal_rank": 1, "facts@1": 0,
            "right": 0, "answer_rate": 0, "fact_recall": 0, "all_facts": 0, "right_article": 0,
            "citations_exact": None,
        }  # fmt: skip

    def test_nothing_came(self) -> None:
        assert score(self.ITEM, None, (), str, 2) == {
            "hit@1": 0, "hit@2": 0, "reciprocal_rank": 0, "facts@2": 0,
            "right": 0, "answer_rate": 0, "fact_recall": 0, "all_facts": 0, "right_article": 0,
            "citations_exact": None,
        }  # fmt: skip

    @pytest.mark.parametrize(("which", "right"), [("refused", 1), ("answered", 0), ("none", 0)])
    def test_must_abstain(self, fake: Any, which: str, right: int) -> None:
        answer = {"refused": fake.refused, "answered": fake.answered("400", "号码为十位。")}
        text = fake.wiki({}, {}).article_text
        scores = score(Item("1", "q", abstain=True), answer.get(which), (), text, 1)
        exact = 1 if which == "answered" else None
        known = {name: value for name, value in scores.items() if value is not None}
        assert known == {"right": right} | ({"citations_exact": exact} if exact else {})

    def test_hits_past_k_do_not_count(self, fake: Any) -> None:
        hits = [fake.hit("总机", (), "x"), fake.hit("400", (), "十位，月租", 2)]
        scores = score(self.ITEM, None, hits, str, 1)
        assert (scores["hit@1"], scores["reciprocal_rank"], scores["facts@1"]) == (0, 0, 0)

    def test_without_facts_the_article_decides(self, fake: Any) -> None:
        answer, text = fake.answered("400", "号码为十位。"), fake.wiki({}, {}).article_text
        rights = [score(Item("1", "q", a), answer, (), text, 1)["right"] for a in ("400", "总机")]
        assert rights == [1, 0]
        assert score(Item("1", "q"), answer, (), text, 1)["right"] is None


class TestMany:
    def test_mean(self) -> None:
        assert mean([1.0, None, 0.0, 0.5]) == Score(0.5, 3)
        assert mean([None]) == Score(None, 0)

    def test_abstention(self) -> None:
        pairs = [(True, True)] * 3 + [(True, False)] + [(False, True)] * 2 + [(False, False)] * 4
        found = abstention(iter(pairs))
        assert found["abstention_precision"] == Score(0.6, 5)
        assert found["abstention_recall"] == Score(0.75, 4)
        assert found["abstention_f1"] == Score(pytest.approx(2 / 3), 10)

    def test_never_refusing_is_no_precision(self) -> None:
        found = abstention([(True, False), (False, False)])
        assert [score.value for score in found.values()] == [0, 0, 0]
        assert [score.value for score in abstention([(False, False)]).values()] == [None] * 3

    def test_calibration(self) -> None:
        # Bin (0.7, 0.8]: 3 of 0.8, one right: 3/5 * |1/3 - 0.8|; (0.2, 0.3]: 2 of 0.25, none right.
        pairs = [(0.8, 1.0), (0.8, 0.0), (0.8, 0.0), (0.25, 0.0), (0.25, 0.0)]
        expected = 3 / 5 * (0.8 - 1 / 3) + 2 / 5 * 0.25
        assert expected_calibration_error(pairs) == Score(pytest.approx(expected), 5)

    def test_calibration_at_the_edges(self) -> None:
        # 0.7 is in (0.6, 0.7] with 0.65, where gaps cancel; 0.71 would be in the next.
        assert expected_calibration_error([(0.7, 1.0), (0.65, 0.0)]).value == pytest.approx(0.175)
        assert expected_calibration_error([(0.71, 1.0), (0.65, 0.0)]).value == pytest.approx(0.47)
        assert expected_calibration_error([(0.0, 0.0), (1.0, 1.0)]) == Score(0.0, 2)
        assert expected_calibration_error([]) == Score(None, 0)

    @pytest.mark.parametrize("confidence", [-0.1, 1.1, float("nan")])
    def test_calibration_refuses_what_is_no_chance(self, confidence: float) -> None:
        with pytest.raises(ValueError, match="between 0 and 1"):
            expected_calibration_error([(confidence, 1.0)])

    def test_latency(self) -> None:
        assert latency([float(n) for n in range(20, 0, -1)]) == {
            "latency_median_ms": Score(10.5, 20),
            "latency_p95_ms": Score(19.0, 20),
        }
        assert latency([7.0, 5.0, 9.0])["latency_p95_ms"] == Score(9.0, 3)
        assert latency([])["latency_median_ms"] == Score(None, 0)
