"""What the network beside the judge is given, and that it tells what it was trained to tell."""

import json
from pathlib import Path

import numpy as np

from askwiki.proof.alignment import Alignment
from askwiki.proof.entailment import (
    BORNE,
    RELATIONS,
    TRAITS,
    borne,
    bundled_entailment,
    passage_words,
    relations,
)
from askwiki.proof.passage import read_passage

PASSAGE = read_passage("审核 流程", "运营商不得代填材料；单位须在3天内提交。")
PAIRS = Path(__file__).parent.parent.parent / "benchmarks" / "judge_pairs.jsonl"
HELD_OUT = [
    row
    for row in map(json.loads, PAIRS.read_text("utf-8").splitlines())
    if row["half"] == "held-out"
]
TEXTS = [t.text for t in (*PASSAGE.heading, *PASSAGE.tokens)]


def laid(sentence: str) -> Alignment:
    return Alignment(sentence, PASSAGE)


def test_words_are_cut_into_characters_after_those_of_the_headings() -> None:
    words = passage_words(PASSAGE)
    assert TEXTS[:2] == ["审核", "流程"]
    assert "".join(map(chr, words.codes)) == "".join(TEXTS)
    ends = [*words.starts[1:], len(words.codes)]
    assert [
        "".join(map(chr, words.codes[start:end]))
        for start, end in zip(words.starts, ends, strict=True)
    ] == TEXTS
    assert words.traits.shape == (len(TEXTS), TRAITS)


def test_traits_say_what_a_word_does_and_where_its_clause_begins() -> None:
    words = passage_words(PASSAGE)
    kind = {name: n for n, name in enumerate(("word", "grammar", "number", "latin", "mark"))}
    number = next(n for n, text in enumerate(TEXTS) if text.startswith("3"))
    assert words.traits[number, kind["number"]] == 1
    assert words.traits[TEXTS.index("须"), kind["grammar"]] == 1
    first, closer, heading = words.traits[:, -3], words.traits[:, -2], words.traits[:, -1]
    assert [text for text, flag in zip(TEXTS, first, strict=True) if flag] == [
        *("审核", "运营商", "单位"),
    ]
    assert closer[TEXTS.index("运营商")] == 1  # its clause ends at a semicolon
    assert closer[TEXTS.index("单位")] == 0
    assert heading.tolist() == [1, 1] + [0] * (len(TEXTS) - 2)
    assert words.unit[:2].tolist() == [0, 0]
    assert words.unit[TEXTS.index("单位")] == words.unit[TEXTS.index("运营商")] + 1


def test_relations_say_what_is_known_of_two_words() -> None:
    a = laid("单位应在5天内提交，审核归运营商。")
    table = relations(a)
    said = [t.text for t in a.tokens]
    assert table.shape == (len(said), len(TEXTS), RELATIONS)

    def of(one: str, two: str) -> list[float]:
        return table[said.index(one), TEXTS.index(two)].tolist()

    number = next(text for text in TEXTS if text.startswith("3"))
    assert of("单位", "单位") == [1, 0, 0, 1, 1]
    assert of("审核", "审核") == [1, 0, 0, 0, 0]  # in the headings
    five = next(text for text in said if text.startswith("5"))
    assert of(five, number)[:3] == [0, 0, 1]  # two of a kind that are not the same
    assert of("提交", "材料")[:3] == [0, 0, 0]


def test_opposites_are_marked() -> None:
    a = Alignment("高峰要加人。", read_passage("", "低谷要减人。"))
    table = relations(a)
    assert table[0, 0].tolist()[:2] == [0, 1]


def test_what_is_borne_says_where() -> None:
    a = laid("单位负责审核，罚款不退。")
    said = [t.text for t in a.tokens]
    table = borne(a)
    assert table.shape == (len(said), BORNE)
    assert table[said.index("单位")].tolist()[:5] == [1, 0, 0, 0, 1]
    assert table[said.index("审核")].tolist()[:4] == [0, 0, 1, 0]
    assert table[said.index("罚款")].tolist()[:4] == [0, 0, 0, 1]


def test_nothing_to_read_is_even() -> None:
    network = bundled_entailment()
    assert network.logit(Alignment("。", PASSAGE)) == 0
    assert network.logit(Alignment("单位提交。", read_passage("", ""))) == 0


def _area(passages: list[tuple[str, str]]) -> float:
    """How often the network gives an altered sentence of the held-out pairs more than a true one."""
    network = bundled_entailment()
    logits = [
        network.logit(Alignment(row["claim"], read_passage(*passage)))
        for row, passage in zip(HELD_OUT, passages, strict=True)
    ]
    altered = [x for x, row in zip(logits, HELD_OUT, strict=True) if not row["supported"]]
    true = [x for x, row in zip(logits, HELD_OUT, strict=True) if row["supported"]]
    return sum(a > t for a in altered for t in true) / (len(altered) * len(true))


def test_it_tells_altered_sentences_by_their_passages() -> None:
    own = [(f"{row['title']} {row['section']}", row["passage"]) for row in HELD_OUT]
    other = own[len(own) // 2 :] + own[: len(own) // 2]
    beside_its_own = _area(own)
    assert beside_its_own > 0.9
    assert _area(other) < beside_its_own - 0.2


def test_a_passage_read_before_gives_the_same() -> None:
    network, a = bundled_entailment(), laid("单位须在3天内提交。")
    fresh = read_passage.__wrapped__("审核 流程", "运营商不得代填材料；单位须在3天内提交。")
    assert network.logit(a) == network.logit(a)
    assert np.isclose(network.logit(a), network.logit(Alignment("单位须在3天内提交。", fresh)))


def test_words_it_does_not_know_do_no_harm() -> None:
    odd = Alignment("𠮷野家\U0001f600須提交", read_passage("", "𠮷野家须提交𪚥。"))
    assert np.isfinite(bundled_entailment().logit(odd))
