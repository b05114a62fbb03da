"""Each feature of a sentence, worked out by hand, and what the weights make of them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from askwiki import text as zh
from askwiki.answer.evidence import (
    FEATURES,
    READ_WITHIN,
    RETRIEVAL_WEIGHT,
    EvidenceScorer,
    ReadChunk,
    Table,
    fitted_weights,
    read_chunk,
)
from askwiki.answer.reader import Asked, Reading, Sheet, bundled_reader, weigh_question
from askwiki.embed import Vectors, bundled_encoder
from askwiki.index.lexical import LexicalIndex
from askwiki.question import kind_of
from askwiki.schema import Chunk, Hit

FORMS = ("number", "reason", "steps", "items", "defines", "decides")

FEES = (
    "接听来电按分钟计费。话费由企业付吗？其中市话费每分钟一角五分，长途另计。"
    "企业要交：\n\n- 月租。\n- 接听的话费，每月结算一次，逾期停机。"
)


def chunk(text: str, title: str = "资费", heading: str = "话费", key: str = "a") -> Chunk:
    return Chunk(f"{key}@0", key, title, (heading,) if heading else (), text, 0, len(text))


def hit(of: Chunk, score: float = 0.8, rank: int = 1, lexical: float = 0.5) -> Hit:
    return Hit(of, score, rank, lexical_score=lexical)


class Reader:
    """Scores the sentences of each page in turn 1, 2, 3 … times the section's share; "none" 0.5."""

    def __init__(self) -> None:
        self.read_of: list[tuple[Asked, list[Sheet], list[float]]] = []

    def page(self, sheet: Sheet) -> Sheet:
        return sheet

    def read(self, asked: Asked, pages: Sequence[Sheet], shares: Sequence[float]) -> Reading:
        self.read_of.append((asked, list(pages), list(shares)))
        scores = [
            share * np.arange(1, len(page.traits) + 1, dtype=np.float32)
            for page, share in zip(pages, shares, strict=True)
        ]
        return Reading(tuple(scores), 0.5)


def general(gram: str) -> float:
    return 2.0 + ord(gram[0]) % 7


@cache
def corpus() -> LexicalIndex:
    return LexicalIndex.build(
        [chunk("由企业付。"), chunk("彩铃。", "彩铃", ""), chunk("总机。", "总机", "")]
    )


def scorer(weights: Vectors | None = None, reader: object = None) -> EvidenceScorer:
    reader = Reader() if reader is None else reader
    return EvidenceScorer(bundled_encoder(), reader, corpus(), general, weights=weights)  # type: ignore[arg-type]


def column(table: Table, name: str) -> list[float]:
    found: list[float] = table.features[:, FEATURES.index(name)].tolist()
    return found


def texts_of(of: Chunk) -> list[str]:
    return [of.text[unit.start : unit.end] for unit in zh.units(of.text)]


def share(query: str, held: set[str], idf: Callable[[str], float] = general) -> float:
    """The share of the n-grams of `query` that are in `held`, by their weights."""
    common, weights = zh.question_weights(), {}
    for gram in set(zh.ngrams(query)):
        if len(gram) > 1:
            asking = [common.get(gram[i : i + 2], 1.0) for i in range(len(gram) - 1)]
            weights[gram] = idf(gram) * math.sqrt(len(gram)) * min(asking)
    return sum(weights[gram] for gram in weights if gram in held) / sum(weights.values())


# --- a section as it is read ---------------------------------------------------------------------


def test_a_section_is_cut_into_sentences_and_items() -> None:
    read = read_chunk(chunk(FEES), bundled_encoder(), bundled_reader())
    assert texts_of(chunk(FEES)) == [
        "接听来电按分钟计费。",
        "话费由企业付吗？",
        "其中市话费每分钟一角五分，长途另计。",
        "企业要交：",
        "月租。",
        "接听的话费，每月结算一次，逾期停机。",
    ]
    assert read.units == tuple(zh.units(FEES))
    assert read.grams.count == len(read.page.sheet.traits) == 6
    assert read.static.shape == (6, len(FEATURES))
    expected = bundled_encoder().encode_documents(texts_of(chunk(FEES)))
    assert read.vectors == pytest.approx(expected, abs=1e-6)
    with_heading = [f"资费 话费\n{text}" for text in texts_of(chunk(FEES))]
    expected = bundled_encoder().encode_documents(with_heading)
    assert read.heading_vectors == pytest.approx(expected, abs=1e-6)


def test_what_a_sentence_is_by_itself() -> None:
    (table,) = scorer().tables("话费由谁付", [hit(chunk(FEES))])
    assert column(table, "first") == [1, 0, 0, 0, 0, 0]
    assert column(table, "short") == [0, 1, 0, 1, 1, 0]
    assert column(table, "asks") == [0, 1, 0, 0, 0, 0]
    assert column(table, "leans") == [0, 0, 1, 0, 0, 0]
    assert column(table, "intro") == [0, 0, 0, 1, 0, 0]
    lengths = [10, 8, 18, 5, 3, 18]
    assert [len(text) for text in texts_of(chunk(FEES))] == lengths
    expected = [max(-2, math.log(length / 40)) for length in lengths]
    assert expected[4] == -2
    assert column(table, "length") == pytest.approx(expected)


def test_a_long_sentence_is_no_longer_than_three_lines() -> None:
    (table,) = scorer().tables("话费", [hit(chunk("话" * 40 + "。" + "费" * 150 + "。"))])
    assert column(table, "length") == pytest.approx([math.log(41 / 40), 1.0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("因此要付费。", 1),
        ("这要付费。", 1),
        ("如欠费则停机。", 1),
        ("如何付费见合同。", 0),
        ("付费因此停止。", 0),
    ],
)
def test_what_points_back_leans(text: str, expected: int) -> None:
    (table,) = scorer().tables("话费", [hit(chunk(text))])
    assert column(table, "leans") == [expected]


def test_a_section_is_read_once() -> None:
    made = scorer()
    first = made.read(chunk(FEES))
    assert isinstance(first, ReadChunk)
    assert made.read(chunk(FEES)) is first
    assert made.read(chunk(FEES, heading="月租")) is not first
    before = first.static.copy()
    made.tables("话费由谁付", [hit(chunk(FEES))])
    assert (first.static == before).all()


# --- the words of the question -------------------------------------------------------------------


@pytest.mark.parametrize("query", ["企业要付话费吗", "接听的话费怎么结算", "资费 PBX 市话费"])
def test_the_shares_of_words_are_those_of_sets(query: str) -> None:
    (table,) = scorer().tables(query, [hit(chunk(FEES))])
    held = [set(zh.ngrams(text)) for text in texts_of(chunk(FEES))]
    heading = set(zh.ngrams("资费 话费"))
    words = [share(query, own) for own in held]
    expected = {
        "words": words,
        "words_here": [share(query, own, corpus().idf) for own in held],
        "heading": [share(query, heading)] * 6,
        "together": [share(query, own | heading) for own in held],
        "neighbours": [max([*words[max(0, i - 1) : i], *words[i + 1 : i + 2]]) for i in range(6)],
        "whole": [share(query, heading.union(*held))] * 6,
    }
    for name, values in expected.items():
        assert column(table, name) == pytest.approx(values, abs=1e-6), name
        assert max(values) > 0
    assert expected["words"] != pytest.approx(expected["words_here"])
    assert table.shares.tolist() == column(table, "together")


def test_a_sentence_alone_has_no_neighbours() -> None:
    (table,) = scorer().tables("话费由企业付", [hit(chunk("话费由企业付。"))])
    assert column(table, "words") == pytest.approx([1.0])
    assert column(table, "neighbours") == [0.0]


def test_the_cosines_are_of_the_sentence_without_and_with_its_headings() -> None:
    query, encode = "话费由谁付", bundled_encoder().encode_query
    (table,) = scorer().tables(query, [hit(chunk(FEES))])
    texts = texts_of(chunk(FEES))
    alone, headed = (
        encode(own) @ encode([query])[0] for own in (texts, [f"资费 话费\n{t}" for t in texts])
    )
    assert column(table, "cosine") == pytest.approx(alone.tolist(), abs=1e-6)
    assert column(table, "cosine_heading") == pytest.approx(headed.tolist(), abs=1e-6)
    assert alone != pytest.approx(headed, abs=0.01)


# --- what the question asks for ------------------------------------------------------------------


def test_a_stated_time_counts_where_it_is_asked_how_long() -> None:
    section = hit(chunk("审核要三天。审核要交资料。"))
    (asked,) = scorer().tables("审核要多久", [section])
    (other,) = scorer().tables("审核要交什么", [section])
    assert column(asked, "duration") == [1, 0]
    assert column(other, "duration") == [0, 0]


@pytest.mark.parametrize(
    ("query", "name", "fits", "does_not"),
    [
        ("月租多少钱", "number", "月租三十元。", "月租另付。"),
        ("话费为什么高", "reason", "因为长途另计。", "长途另计。"),
        ("话费怎么查", "steps", "首先拨打热线。", "话费另计。"),
        ("资费有哪些", "items", "月租、话费、来显费。", "月租另付。"),
        ("月租是什么", "defines", "月租指每月的费用。", "月租另付。"),
        ("话费能退吗", "decides", "话费不能退。", "退话费走这里。"),
    ],
)
def test_the_form_that_is_asked_for_counts_alone(
    query: str, name: str, fits: str, does_not: str
) -> None:
    tables = scorer().tables(query, [hit(chunk(fits)), hit(chunk(f"{does_not}{fits}"))])
    assert [column(table, name) for table in tables] == [[1], [0, 1]]
    # The same sentences where something else is asked for.
    assert kind_of("月租") == "fact"
    tables += scorer().tables("月租", [hit(chunk(fits))])
    for form in FORMS:
        others = tables if form != name else tables[2:]
        assert not any(any(column(table, form)) for table in others)


def test_items_and_steps_of_a_list_have_the_form_by_their_place() -> None:
    numbered = chunk("办法：\n\n1. 甲。\n2. 乙。\n\n丙。")
    bullets = chunk("办法：\n\n- 甲。\n- 乙。\n\n丙。")
    hits = [hit(numbered), hit(bullets)]
    steps = [column(table, "steps") for table in scorer().tables("怎么办理", hits)]
    assert steps == [[0, 1, 1, 0], [0, 0, 0, 0]]
    items = [column(table, "items") for table in scorer().tables("有哪些办法", hits)]
    assert items == [[1, 1, 1, 0], [1, 1, 1, 0]]


# --- the hit and the reader ----------------------------------------------------------------------


def test_a_hit_gives_its_score_and_how_far_it_is_behind() -> None:
    hits = [hit(chunk(FEES), 0.75, 2), hit(chunk("话费另计。", key="b"), 0.8125)]
    tables = scorer().tables("话费", hits)
    assert [table.hit for table in tables] == hits
    assert [column(table, "hit") for table in tables] == [[0.75] * 6, [0.8125]]
    assert [column(table, "behind") for table in tables] == [[0.0625] * 6, [0.0]]


def test_the_reader_is_given_each_section_with_its_lexical_share() -> None:
    reader = Reader()
    made = scorer(reader=reader)
    hits = [hit(chunk(FEES), lexical=0.5), hit(chunk("话费另计。"), lexical=0.25)]
    tables = made.tables("话费由谁付", hits)
    assert [column(table, "reader") for table in tables] == [
        [0.0, 0.5, 1.0, 1.5, 2.0, 2.5],
        [-0.25],
    ]
    (asked, pages, shares) = reader.read_of[0]
    assert shares == [0.5, 0.25]
    assert all(page is made.read(h.chunk).page for page, h in zip(pages, hits, strict=True))
    expected = weigh_question("话费由谁付", general)
    assert asked.codes.tolist() == expected.codes.tolist()
    for found, wanted in zip(asked.grams, expected.grams, strict=True):
        assert found.values.tolist() == wanted.values.tolist()


def test_the_bundled_reader_weighs_sentences_against_none() -> None:
    hits = [hit(chunk(FEES)), hit(chunk("话费由企业付，主叫只付市话费。"), lexical=0.75)]
    reader, query = bundled_reader(), "话费由谁付"
    read = [read_chunk(h.chunk, bundled_encoder(), reader) for h in hits]
    reading = reader.read(weigh_question(query, general), [r.page for r in read], [0.5, 0.75])
    tables = scorer(reader=reader).tables(query, hits)
    for table, scores in zip(tables, reading.scores, strict=True):
        assert column(table, "reader") == pytest.approx((scores - reading.none).tolist())


def test_what_is_far_behind_the_best_is_not_read() -> None:
    reader = Reader()
    made = scorer(reader=reader)
    scores = [0.8 - READ_WITHIN - 0.01, 0.8 - READ_WITHIN + 0.01, 0.8, 0.3]
    hits = [hit(chunk(f"话费{n}。", key=str(n)), score) for n, score in enumerate(scores)]
    assert [table.hit for table in made.tables("话费", hits)] == hits[1:3]
    assert len(reader.read_of[0][1]) == 2
    assert {scored.hit.chunk.id for scored in made.score("话费", hits).units} == {"1@0", "2@0"}


# --- the ranking ---------------------------------------------------------------------------------


def test_a_score_is_the_weighed_features_and_the_place_of_the_hit() -> None:
    weights = np.random.default_rng(1).normal(size=len(FEATURES)).astype(np.float32)
    hits = [hit(chunk(FEES), 0.75, 2), hit(chunk("话费由企业付。", key="b"), 0.8)]
    made = scorer(weights=weights)
    expected = {}
    for table in made.tables("话费由谁付", hits):
        for index, (row, held) in enumerate(zip(table.features, table.shares, strict=True)):
            score = math.fsum(map(float.__mul__, row.tolist(), weights.tolist()))
            found = (score + RETRIEVAL_WEIGHT * table.hit.score, held)
            expected[table.hit.chunk.id, index] = found
    ranking = made.score("话费由谁付", hits)
    assert len(ranking.units) == len(expected) == 7
    for scored in ranking.units:
        score, held = expected[scored.hit.chunk.id, scored.index]
        assert scored.score == pytest.approx(score, rel=1e-5)
        assert scored.share == pytest.approx(held)
        assert scored.unit == zh.units(scored.hit.chunk.text)[scored.index]
        assert scored.hit in hits
    scores = [scored.score for scored in ranking.units]
    assert scores == sorted(scores, reverse=True)


def test_the_fitted_weights_are_taken_where_none_are_given() -> None:
    hits = [hit(chunk(FEES))]
    assert fitted_weights().shape == (len(FEATURES),)
    assert scorer().score("话费", hits) == scorer(weights=fitted_weights()).score("话费", hits)


def test_ties_are_in_order_of_rank_then_place() -> None:
    hits = [hit(chunk(FEES, key=key), 0.5, rank) for key, rank in (("b", 2), ("c", 3), ("a", 1))]
    ranking = scorer(weights=np.zeros(len(FEATURES), np.float32)).score("话费", hits)
    assert {scored.score for scored in ranking.units} == {RETRIEVAL_WEIGHT * 0.5}
    found = [(scored.hit.chunk.article_id, scored.index) for scored in ranking.units]
    assert found == [(key, index) for key in "abc" for index in range(6)]


def test_the_odds_of_any_answer_are_those_of_all_sentences_together() -> None:
    hits = [hit(chunk("话费另计。月租另付。"), lexical=1.0), hit(chunk("话费。"), lexical=0.25)]
    odds = [1.0 - 0.5, 2.0 - 0.5, 0.25 - 0.5, -30.0]
    expected = math.log(sum(map(math.exp, odds)))
    assert scorer().score("话费", hits).answerable == pytest.approx(expected)


def test_no_hits_rank_nothing() -> None:
    ranking = scorer().score("话费", [])
    assert ranking.units == ()
    assert ranking.answerable == -30.0


# --- what the corpus knows -----------------------------------------------------------------------


def test_words_of_the_corpus_are_known() -> None:
    ranking = scorer().score("话费，由企业付！", [])
    assert ranking.known == 1.0
    assert ranking.size == pytest.approx(math.log(1 + 3.5 / 0.5))


def test_a_word_that_the_corpus_lacks_is_not_known() -> None:
    assert not {"话费", "费龘", "龘靐"} & zh.question_weights().keys()
    expected = general("话费") / sum(map(general, ("话费", "费龘", "龘靐")))
    assert 0 < expected < 1
    assert scorer().score("话费龘靐", []).known == pytest.approx(expected)
    assert scorer().score("龘靐", []).known == 0.0


def test_a_question_word_that_the_corpus_lacks_hardly_counts() -> None:
    lacking = general("怎么") * zh.question_weights()["怎么"]
    expected = general("彩铃") / (general("彩铃") + lacking)
    assert scorer().score("怎么 彩铃", []).known == pytest.approx(expected)
    assert expected > 0.7


def test_a_question_without_words_knows_nothing() -> None:
    assert scorer().score("？", []).known == 0.0


def test_a_hit_further_down_changes_nothing_above() -> None:
    best, low = hit(chunk(FEES)), hit(chunk("彩铃。", key="b"), 0.2, 2)
    assert scorer().score("话费", [best, low]) == scorer().score("话费", [best])
    closer = replace(low, score=0.79)
    assert len(scorer().score("话费", [best, closer]).units) == 7
