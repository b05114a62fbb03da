"""Whether a question sounds like the corpus."""

from math import inf, isclose, log

import pytest

from askwiki.answer.familiarity import SMOOTHING, VOCABULARY, Familiarity, _elsewhere
from askwiki.index.lexical import LexicalIndex
from askwiki.pipeline import AskWiki
from askwiki.schema import Chunk


def corpus(*texts: str) -> LexicalIndex:
    return LexicalIndex.build(
        [Chunk(f"a#{n}", "a", "", (), text, 0, len(text)) for n, text in enumerate(texts)]
    )


def test_it_is_the_mean_log_ratio_of_the_smoothed_shares_of_the_terms() -> None:
    words = corpus("总机转分机", "总机", "彩铃 ivr")
    here = words.n_postings + SMOOTHING * VOCABULARY
    there = _elsewhere().total + SMOOTHING * VOCABULARY
    counts = _elsewhere().counts
    assert (words.count("总机"), words.count("ivr"), counts.get("总机", 0)) == (2, 1, 0)
    expected = [
        log((n + SMOOTHING) / here) - log((counts.get(term, 0) + SMOOTHING) / there)
        for term, n in (("总机", 2), ("ivr", 1))
    ]
    assert isclose(Familiarity(words).of("总机ivr"), sum(expected) / 2)


@pytest.mark.parametrize("question", ["", "？", "a", "机"])
def test_a_question_without_terms_says_nothing(question: str) -> None:
    assert Familiarity(corpus("总机")).of(question) == 0.0


def test_the_same_question_is_familiar_to_one_corpus_and_strange_to_another() -> None:
    kitchen = Familiarity(corpus("红烧肉要先焯水", "红烧肉炖一小时", "红烧肉放冰糖上色"))
    office = Familiarity(corpus("总机转分机", "总机的欢迎词", "总机夜间转值班手机"))
    assert kitchen.of("红烧肉怎么上色") > office.of("红烧肉怎么上色")
    assert kitchen.of("总机怎么转分机") < office.of("总机怎么转分机")


def test_strange_is_what_is_stranger_than_nearly_all_that_is_asked_of_a_corpus() -> None:
    words = corpus("总机转分机", "总机的欢迎词", "总机夜间转值班手机")
    usual, odd = "总机怎么转分机", "红烧肉怎么上色"
    of = Familiarity(words).of
    assert of(odd) < of(usual)
    assert Familiarity.among(words, [usual] * 199).least == -inf  # too few say nothing
    assert Familiarity.among(words, [usual] * 195 + [odd] * 5).least == of(odd)
    assert Familiarity.among(words, [odd] * 3 + [usual] * 297).least == of(usual)
    many = [usual] * 97_000 + [odd] * 3_000
    assert Familiarity.among(words, many).least == of(odd)


def test_a_latin_word_that_only_the_corpus_has_makes_no_question_strange() -> None:
    words = corpus("FXS端口的REN", "Excel表格", "总机转分机", "总机的欢迎词")
    familiarity = Familiarity(words, least=inf)  # all is stranger than that
    assert _elsewhere().counts["excel"] > 0
    assert "ren" not in _elsewhere().counts
    assert not familiarity.strange("REN是什么")
    assert familiarity.strange("Excel是什么")  # asked elsewhere too
    assert familiarity.strange("总机是什么")  # not Latin
    assert familiarity.strange("QQQ是什么")  # not in the corpus
    assert not Familiarity(words).strange("红烧肉怎么做")  # nothing is known of what is asked


def test_what_is_asked_of_the_wiki_sounds_like_it_and_what_is_asked_elsewhere_does_not(
    wiki: AskWiki,
) -> None:
    familiarity = Familiarity(wiki.store.lexical)
    asked = [q for a in wiki.articles.values() for s in a.sections for q in s.asked][::40]
    ours = sum(familiarity.of(question) > 0 for question in asked) / len(asked)
    foreign = ("空调制冷效果差是什么原因", "孩子发烧吃什么药", "股票开户去哪里", "论文查重要多久")
    assert ours > 0.9
    assert [question for question in foreign if familiarity.of(question) > 0] == []
