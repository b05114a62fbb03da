"""How both arms, the reranker, the conversation and a heading make the score of a hit."""

import random
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from askwiki import text as zh
from askwiki.embed import Vectors, bundled_encoder, unit_rows
from askwiki.index import Store, build_store
from askwiki.rerank import bundled_reranker
from askwiki.retrieve import (
    ASKED_WEIGHT,
    CARRIED_WEIGHT,
    DEFINING_WEIGHT,
    EXPANSION_WEIGHT,
    FADING,
    OPPOSED_WEIGHT,
    POOL,
    RERANK_WEIGHT,
    RERANKED,
    Retriever,
    _defines,
    _is_copy,
    _top,
    _with_synonyms,
    query_terms,
)
from askwiki.schema import Article, Chunk, Hit, Section
from askwiki.wordings import Wordings


def article(id: str, title: str, *sections: tuple[str, str]) -> Article:
    """Each section is (heading, text); an empty heading is the lead."""
    text, spans = "", []
    for heading, body in sections:
        spans.append(Section((heading,) if heading else (), len(text), len(text) + len(body)))
        text += f"{body}\n\n"
    return Article(id, title, text, tuple(spans), f"{id}.md")


COPIED = "接听来电按分钟计费，月租每月一付，多付的话费不退，余额转入下一个季度，账单每月五日寄出。"
HALF = "接听来电按分钟计费，月租每月一付，超出套餐的部分到次年结清，欠费满一季的号码停用收回。"

CORPUS = (
    article(
        "console",
        "话务台",
        ("", "话务台把打进来的电话接给分机。"),
        ("夜间服务", "下班以后话务台把来电送到值班手机。"),
        ("基本释义", "它是值班员用的桌面设备。"),
    ),
    article(
        "tone", "彩铃", ("录制", "彩铃由企业自己录制，审核后播放。"), ("更换", "换彩铃要审核。")
    ),
    article(
        "queue", "排队", ("时长", "排队超过三十秒时播放音乐。"), ("溢出", "排队满了就转手机。")
    ),
    article("mobile", "手机", ("短号", "手机之间拨短号免费。")),
)

COPIES = (
    article("a", "资费", ("", COPIED)),
    article("b", "资费", ("", COPIED.replace("五", "六"))),
    article("c", "资费", ("", HALF)),
)

QUESTIONS = (
    "话务台夜间服务",
    "彩铃怎么更换",
    "来电送到手机",
    "排队时播放什么音乐",
    "换铃声",
    "PBX",
)


class Compass:
    """东 points one way, 西 the other, 北 across; everything else nowhere."""

    id, digest, dimension = "compass", "d1", 2

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        rows = [(text.count("东") - text.count("西"), text.count("北")) for text in texts]
        return unit_rows(np.array(rows, np.float32))

    encode_documents = encode_query


def some_characters(rng: random.Random, count: int) -> str:
    return "".join(chr(rng.randrange(0x4E00, 0x4E00 + 3000)) for _ in range(count))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return build_store(CORPUS, bundled_encoder(), tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """More sections than an arm gives, each with the word 彩铃 and characters of its own."""
    rng = random.Random(1)
    sections = [
        ("", f"{'彩铃' * (n % 5 + 1)}{some_characters(rng, 8 + n)}") for n in range(POOL + 30)
    ]
    articles = [article("one", "甲", *sections), article("two", "别的", ("", "没有那两个字。"))]
    return build_store(articles, bundled_encoder(), tmp_path_factory.mktemp("large"))


@pytest.fixture
def copies(tmp_path: Path) -> Store:
    return build_store(COPIES, bundled_encoder(), tmp_path / "index")


def search(store: Store, **more: object) -> Retriever:
    return Retriever(store, bundled_encoder(), **more)  # type: ignore[arg-type]


def arms(store: Store, query: str) -> tuple[Vectors, Vectors]:
    """What BM25 and the cosine make of every chunk, the former over its best."""
    weights = {term: zh.question_weights().get(term, 1.0) for term in set(zh.tokens(query))}
    widened = dict(weights)
    for name in zh.expansions(query):
        widened |= {t: EXPANSION_WEIGHT for t in zh.tokens(name) if t not in weights}
    lexical = store.lexical.scores(widened) / store.lexical.best(weights)
    vector = bundled_encoder().encode_query([query])
    return lexical, store.dense.scores(vector, range(len(store.chunks)))


def within(arms: tuple[Vectors, Vectors]) -> tuple[Vectors, Vectors]:
    """As they are fused: neither below 0, nor BM25 above 1."""
    lexical, cosine = arms
    return np.minimum(lexical, 1.0), np.maximum(cosine, 0.0)


def by_id(hits: Sequence[Hit]) -> dict[str, Hit]:
    assert len({hit.chunk.id for hit in hits}) == len(hits)
    return {hit.chunk.id: hit for hit in hits}


def places(hits: Sequence[Hit]) -> list[tuple[str, str]]:
    return [(hit.chunk.article_id, "/".join(hit.chunk.heading)) for hit in hits]


def place_of(store: Store, article: str, heading: str) -> Chunk:
    wanted = (heading,) if heading else ()
    return next(c for c in store.chunks if (c.article_id, c.heading) == (article, wanted))


# --- both arms -----------------------------------------------------------------------------------


@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_score_is_the_two_arms_by_their_weight(
    store: Store, question: str, weight: float
) -> None:
    lexical, cosine = within(arms(store, question))
    fused = (1 - weight) * lexical + weight * cosine
    hits = by_id(search(store, dense_weight=weight).retrieve(question, 50))
    assert hits.keys() == {c.id for c, score in zip(store.chunks, fused, strict=True) if score > 0}
    for row, chunk in enumerate(store.chunks):
        if chunk.id in hits:
            hit = hits[chunk.id]
            assert hit.chunk is chunk
            assert hit.score == pytest.approx(fused[row], rel=1e-5)
            assert hit.lexical_score == pytest.approx(lexical[row], rel=1e-5)
            assert hit.dense_score == pytest.approx(cosine[row], rel=1e-5, abs=1e-7)
            assert (hit.lifted, hit.match_score) == (0, 0)


def test_a_cosine_below_zero_counts_nothing(tmp_path: Path) -> None:
    # One "东" among 4 tokens where the mean is 2.5: BM25 is 1 / (1 + 1.2 * (0.4 + 0.6 * 4 / 2.5))
    # of its best. What has no word of the question and no cosine above 0 is no hit.
    texts = ("东西 西", "西 西", "北 北", "甲 乙")
    articles = [article(str(n), "", ("", text)) for n, text in enumerate(texts)]
    found = Retriever(build_store(articles, Compass(), tmp_path / "index"), Compass())
    (hit,) = found.retrieve("东")
    assert (hit.chunk.text, hit.dense_score) == ("东西 西", 0.0)
    assert hit.lexical_score == pytest.approx(1 / 2.632)
    assert hit.score == pytest.approx(0.7 / 2.632)


def test_what_synonyms_bring_beyond_the_best_is_cut(tmp_path: Path) -> None:
    text = " ".join(zh.expansions("pbx"))
    assert "总机" in text
    articles = [article("a", "", ("", text)), article("b", "", ("", "pbx，一种设备。"))]
    made = build_store(articles, bundled_encoder(), tmp_path / "index")
    widened = _with_synonyms("pbx", {"pbx": 1.0})
    assert made.lexical.scores(widened).max() > made.lexical.best({"pbx": 1.0})
    hits = search(made, dense_weight=0.0).retrieve("pbx")
    assert (hits[0].chunk.article_id, hits[0].score) == ("a", 1.0)
    assert 0 < hits[1].score < 1


@pytest.mark.parametrize("reranked", [False, True])
@pytest.mark.parametrize("question", QUESTIONS)
def test_ranks_count_from_one_in_the_order_of_scores(
    store: Store, question: str, reranked: bool
) -> None:
    found = search(store, reranker=bundled_reranker() if reranked else None)
    hits = found.retrieve(question, 50)
    assert len(hits) > 3
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert found.retrieve(question, 2) == hits[:2]


def test_an_arm_gives_no_rank_to_what_it_did_not_find(large: Store) -> None:
    lexical, _ = arms(large, "彩铃")
    rows = range(len(large.chunks))
    words = [row for row in sorted(rows, key=lambda r: (-lexical[r], r)) if lexical[row] > 0]
    vector = bundled_encoder().encode_query(["彩铃"])
    meaning = large.dense.search(vector, len(rows))[0].tolist()
    assert len(words) == POOL + 30
    hits = by_id(search(large).retrieve("彩铃", 500))
    assert hits.keys() == {large.chunks[row].id for row in {*words[:POOL], *meaning[:POOL]}}
    for order, name in ((words, "lexical_rank"), (meaning, "dense_rank")):
        ranks = {large.chunks[row].id: rank for rank, row in enumerate(order[:POOL], 1)}
        assert {key: getattr(hit, name) for key, hit in hits.items()} == {
            key: ranks.get(key) for key in hits
        }
        assert any(getattr(hit, name) is None for hit in hits.values())


def test_a_hit_says_why_it_was_kept(store: Store) -> None:
    matched = search(store, reranker=bundled_reranker()).retrieve("彩铃更换")[0]
    assert (matched.lexical_rank, matched.dense_rank) == (1, 1)
    assert matched.why == (
        f"words: rank 1, {matched.lexical_score:.2f} of the best possible; "
        f"meaning: rank 1, cosine {matched.dense_score:.2f}; match: {matched.match_score:.2f}"
    )
    # The short heading of the other article shares no word with the question.
    wordless = by_id(search(store).retrieve("彩铃更换", 50))[place_of(store, "mobile", "短号").id]
    assert wordless.lexical_rank is None
    assert wordless.why == f"meaning: rank {wordless.dense_rank}, cosine {wordless.dense_score:.2f}"


@pytest.mark.parametrize("k", [0, -1])
def test_fewer_than_one_hit_cannot_be_asked_for(store: Store, k: int) -> None:
    with pytest.raises(ValueError, match=f"k must be at least 1, got {k}"):
        search(store).retrieve("彩铃", k)


def test_an_empty_store_finds_nothing(tmp_path: Path) -> None:
    found = search(build_store([], bundled_encoder(), tmp_path / "index"))
    assert found.retrieve("彩铃", 3) == []
    assert found.topic_of(["彩铃", "排队"]) == {}


# --- the reranker --------------------------------------------------------------------------------


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_match_is_mixed_with_the_fused_score(store: Store, question: str) -> None:
    fused = by_id(search(store).retrieve(question, 50))
    hits = by_id(search(store, reranker=bundled_reranker()).retrieve(question, 50))
    rows = [store.late[row] for row in range(len(store.chunks))]
    matches = bundled_reranker().match(question, rows)
    assert hits.keys() == fused.keys()
    for chunk, match in zip(store.chunks, matches, strict=True):
        if chunk.id in hits:
            expected = (1 - RERANK_WEIGHT) * fused[chunk.id].score + RERANK_WEIGHT * max(match, 0)
            assert hits[chunk.id].score == pytest.approx(expected, rel=1e-5)
            assert hits[chunk.id].match_score == pytest.approx(match, rel=1e-5)


def test_a_match_below_zero_takes_nothing_away(store: Store) -> None:
    class Against:
        def match(self, question: str, sections: Sequence[object]) -> Vectors:
            return np.full(len(sections), -0.5, np.float32)

    plain = search(store).retrieve("彩铃更换", 3)
    hits = search(store, reranker=Against()).retrieve("彩铃更换", 3)
    assert [hit.match_score for hit in hits] == [-0.5] * 3
    expected = [(1 - RERANK_WEIGHT) * hit.score for hit in plain]
    assert [hit.score for hit in hits] == pytest.approx(expected)


def test_only_the_first_by_fused_score_are_looked_at(large: Store) -> None:
    plain = search(large).retrieve("彩铃", 40)
    hits = by_id(search(large, reranker=bundled_reranker()).retrieve("彩铃", 40))
    assert hits.keys() == {hit.chunk.id for hit in plain}
    looked_at = {key for key, hit in hits.items() if hit.match_score != 0}
    assert looked_at == {hit.chunk.id for hit in plain[:RERANKED]}
    for hit in plain[RERANKED:]:
        assert hits[hit.chunk.id].score == pytest.approx((1 - RERANK_WEIGHT) * hit.score)


def test_it_looks_at_as_many_where_one_is_wanted(large: Store) -> None:
    class Last:
        def match(self, question: str, sections: Sequence[object]) -> Vectors:
            return np.array([0.0] * (len(sections) - 1) + [1.0], np.float32)

    plain = search(large).retrieve("彩铃", RERANKED + 1)
    (hit,) = search(large, reranker=Last()).retrieve("彩铃", 1)
    assert hit.chunk == plain[RERANKED - 1].chunk
    assert (hit.rank, hit.match_score) == (1, 1.0)


# --- barred sections and copies ------------------------------------------------------------------


def test_what_is_barred_is_never_found(store: Store) -> None:
    before = search(store).retrieve("话务台夜间服务", 50)
    barred = frozenset(hit.chunk.id for hit in (before[0], before[2]))
    held = search(replace(store, barred=barred))
    left = [hit for hit in before if hit.chunk.id not in barred]
    assert places(held.retrieve("话务台夜间服务", 50)) == places(left)
    assert places(held.retrieve("话务台夜间服务", 1)) == places(before[1:2])


def test_a_conversation_is_not_about_what_is_barred(store: Store) -> None:
    barred = frozenset(c.id for c in store.chunks if c.article_id == "tone")
    assert "tone" in search(store).topic_of(["彩铃由企业自己录制"])
    held = search(replace(store, barred=barred)).topic_of(["彩铃由企业自己录制"])
    assert held and "tone" not in held


def test_a_near_copy_is_left_out_and_a_section_half_alike_is_kept(copies: Store) -> None:
    question = "月租每月一付，账单每月五日寄出"
    assert places(search(copies).retrieve(question)) == [("a", ""), ("c", "")]
    assert places(search(copies).retrieve(question.replace("五", "六"))) == [("b", ""), ("c", "")]
    assert places(search(copies).retrieve(question, 2)) == [("a", ""), ("c", "")]


def test_the_copy_of_what_is_barred_takes_its_place(copies: Store) -> None:
    held = replace(copies, barred=frozenset({place_of(copies, "a", "").id}))
    hits = search(held).retrieve("月租每月一付，账单每月五日寄出")
    assert places(hits) == [("b", ""), ("c", "")]


def jaccard(a: str, b: str) -> Fraction:
    one, other = ({text[i : i + 2] for i in range(len(text) - 1)} for text in (a, b))
    return Fraction(len(one & other), len(one | other)) if one | other else Fraction(1)


def changed(rng: random.Random, text: str, count: int) -> str:
    """`text` with `count` characters changed, put in or taken out."""
    characters = list(text)
    for at in rng.sample(range(len(characters)), count):
        characters[at] = rng.choice(("", some_characters(rng, 1), some_characters(rng, 2)))
    return "".join(characters)


def test_a_copy_is_what_has_nine_tenths_of_the_bigrams_in_common() -> None:
    rng, near, copied = random.Random(2), 0, 0
    for _ in range(1500):
        text = some_characters(rng, rng.randint(2, 400))
        other = changed(rng, text, min(len(text), rng.randint(0, 1 + len(text) // 15)))
        share = jaccard(text, other)
        near += Fraction(85, 100) < share < Fraction(95, 100)
        copied += share > Fraction(9, 10)
        assert _is_copy(text, other) == _is_copy(other, text) == (share > Fraction(9, 10))
    assert near > 500
    assert 500 < copied < 1400


def test_repeated_characters_are_told_apart_as_any() -> None:
    rng, copied = random.Random(3), 0
    for _ in range(2000):
        text = "".join(rng.choices("总机转接", k=rng.randint(2, 60)))
        other = "".join(rng.choices("总机转接", k=rng.randint(2, 60)))
        copied += jaccard(text, other) > Fraction(9, 10)
        assert _is_copy(text, other) == (jaccard(text, other) > Fraction(9, 10))
    assert copied > 50


@pytest.mark.parametrize("parts", [1, 2, 7, 50])
def test_nine_tenths_themselves_are_no_copy(parts: int) -> None:
    text = "".join(chr(0x4E00 + n) for n in range(10 * parts + 1))  # 10 x parts bigrams
    assert jaccard(text, text[: 9 * parts + 1]) == Fraction(9, 10)
    assert not _is_copy(text, text[: 9 * parts + 1])
    assert _is_copy(text, text[: 9 * parts + 2])


def test_texts_equal_or_empty() -> None:
    assert _is_copy("总机转接分机。", "总机转接分机。")
    assert _is_copy("总总总总", "总总")  # one bigram, the same
    assert _is_copy("", "")
    assert not _is_copy("", "总机")
    assert not _is_copy("总机", "")
    assert not _is_copy("总机", "机总")


# --- the conversation ----------------------------------------------------------------------------


@pytest.mark.parametrize("reranked", [False, True])
def test_a_topic_lifts_the_sections_of_its_articles(store: Store, reranked: bool) -> None:
    found = search(store, reranker=bundled_reranker() if reranked else None)
    left = 1 - RERANK_WEIGHT if reranked else 1
    topic = {"queue": 1.0, "tone": 0.25}
    before, after = (
        by_id(hits) for hits in (found.retrieve("手机", 50), found.retrieve("手机", 50, topic))
    )
    assert after.keys() == before.keys()
    assert {hit.chunk.article_id for hit in after.values()} == {a.id for a in CORPUS}
    for key, hit in after.items():
        lift = left * CARRIED_WEIGHT * topic.get(hit.chunk.article_id, 0.0)
        assert hit.lifted == pytest.approx(lift)
        assert hit.score == pytest.approx(before[key].score + lift)


def test_a_topic_puts_its_article_first(store: Store) -> None:
    found = search(store, dense_weight=0.0)
    plain, led = found.retrieve("播放"), found.retrieve("播放", topic={"tone": 1.0})
    assert places(plain) == [("queue", "时长"), ("tone", "录制")]
    assert places(led) == [("tone", "录制"), ("queue", "时长")]
    assert [hit.rank for hit in led] == [1, 2]
    assert found.retrieve("播放", topic={"unknown": 1.0}) == plain


def test_a_topic_is_the_articles_of_the_three_best_sections(store: Store) -> None:
    # The reranker does not take part: it would read each question of a conversation again.
    for question in QUESTIONS[:4]:
        best = search(store).retrieve(question)[:3]
        expected: dict[str, float] = {}
        for hit in best:
            share = hit.score / best[0].score
            expected[hit.chunk.article_id] = max(share, expected.get(hit.chunk.article_id, 0))
        topic = search(store, reranker=bundled_reranker()).topic_of([question])
        assert topic == pytest.approx(expected)
        assert max(topic.values()) == 1.0


def test_each_question_is_read_in_the_light_of_those_before(store: Store) -> None:
    found = search(store)
    first = found.topic_of(["审核"])
    best = found.retrieve("播放", 3, first)
    assert places(best) != places(found.retrieve("播放", 3))
    expected = {name: FADING * share for name, share in first.items()}
    for hit in best:
        name = hit.chunk.article_id
        expected[name] = max(expected.get(name, 0.0), hit.score / best[0].score)
    assert found.topic_of(["审核", "播放"]) == pytest.approx(expected)


def test_a_topic_fades_with_each_question_on_something_else(store: Store) -> None:
    found = search(store, dense_weight=0.0)
    asked = ["彩铃由企业自己录制", "排队超过三十秒", "排队超过三十秒", "排队超过三十秒"]
    shares = [found.topic_of(asked[:n]) for n in (1, 2, 3, 4)]
    assert [share["tone"] for share in shares] == pytest.approx([1.0, 0.7, 0.49, 0.343])
    assert [share["queue"] for share in shares[1:]] == [1.0, 1.0, 1.0]


def test_no_questions_make_no_topic(store: Store) -> None:
    assert search(store).topic_of([]) == {}
    assert search(store, dense_weight=0.0).topic_of(["？"]) == {}


# --- headings that define ------------------------------------------------------------------------


@pytest.mark.parametrize("reranked", [False, True])
def test_the_section_of_which_just_this_was_asked_before_comes_first(
    tmp_path: Path, reranked: bool
) -> None:
    question = "分机响了没人接怎么办"
    other = article("desk", "分机没人接", ("响了没人接", "分机响了没人接怎么办，看这里。"))
    queue = article("queue", "排队", ("溢出", "排队满了就转手机。"))
    taught = replace(queue, sections=(replace(queue.sections[0], asked=(question,)),))
    retriever = Retriever(
        build_store((other, taught), bundled_encoder(), tmp_path / "taught"),
        bundled_encoder(),
        reranker=bundled_reranker() if reranked else None,
    )
    for asked in (question, f"{question}呢？", "怎么办，分机响了没人接"):
        first, second = retriever.retrieve(asked, 2)
        assert first.chunk.article_id == "queue"
        assert first.why.startswith("asked of this section before")
        assert (first.asked, second.asked) == (True, False)
        assert first.lifted == 0.0  # that it was asked before is evidence
        assert not second.why.startswith("asked")
    nearly = retriever.retrieve("分机响了没人管怎么办", 2)
    assert [hit.why.startswith("asked") for hit in nearly] == [False, False]
    found = by_id(retriever.retrieve(question, 2))
    object.__setattr__(retriever, "_asked", Wordings([]))
    plain = by_id(retriever.retrieve(question, 2))
    more = {key: hit.score - plain[key].score for key, hit in found.items()}
    known = place_of(retriever.store, "queue", "溢出").id
    unasked = place_of(retriever.store, "desk", "响了没人接").id
    assert more == {known: pytest.approx(ASKED_WEIGHT), unasked: 0.0}


def test_a_heading_that_says_the_opposite_falls_behind_unless_it_was_asked_for(
    tmp_path: Path,
) -> None:
    end = article("end", "总机", ("怎么取消总机", "总机怎么取消，问当初办理的地方。"))
    start = article("start", "总机", ("开通", "总机的办理分三步，看这里就行了。"))

    def found(*articles: Article, folder: str) -> list[Hit]:
        store = build_store(articles, bundled_encoder(), tmp_path / folder)
        return Retriever(store, bundled_encoder()).retrieve("总机怎么办理", 2)

    first, second = found(end, start, folder="plain")
    assert [hit.chunk.article_id for hit in (first, second)] == ["start", "end"]
    assert (first.lifted, second.lifted) == (0.0, -OPPOSED_WEIGHT)
    assert first.score < second.score - second.lifted  # it would have come first
    taught = replace(end, sections=(replace(end.sections[0], asked=("总机怎么办理",)),))
    first = found(taught, start, folder="taught")[0]
    assert (first.chunk.article_id, first.lifted) == ("end", 0.0)


@pytest.mark.parametrize("reranked", [False, True])
def test_a_heading_that_defines_is_lifted_where_a_definition_is_asked_for(
    store: Store, reranked: bool
) -> None:
    found = search(store, reranker=bundled_reranker() if reranked else None)
    defining = place_of(store, "console", "基本释义").id
    asked = by_id(found.retrieve("话务台是什么", 50))
    lifted = {key: hit.lifted for key, hit in asked.items() if hit.lifted}
    assert lifted == {defining: DEFINING_WEIGHT}
    lexical, cosine = within(arms(store, "话务台是什么"))
    row = [chunk.id for chunk in store.chunks].index(defining)
    score = 0.7 * lexical[row] + 0.3 * cosine[row]
    if reranked:
        match = bundled_reranker().match("话务台是什么", [store.late[row]])[0]
        score = (1 - RERANK_WEIGHT) * score + RERANK_WEIGHT * max(match, 0)
    assert asked[defining].score == pytest.approx(score + DEFINING_WEIGHT, rel=1e-5)
    assert not any(hit.lifted for hit in found.retrieve("话务台怎么用", 50))


def test_a_topic_and_a_heading_lift_together(store: Store) -> None:
    hits = by_id(
        search(store, reranker=bundled_reranker()).retrieve("话务台是什么", 50, {"console": 0.5})
    )
    carried = (1 - RERANK_WEIGHT) * CARRIED_WEIGHT * 0.5
    lead, defining = (place_of(store, "console", heading) for heading in ("", "基本释义"))
    assert hits[lead.id].lifted == pytest.approx(carried)
    assert hits[defining.id].lifted == pytest.approx(carried + DEFINING_WEIGHT)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("释义",), True),
        (("基本释义",), True),
        (("基础概念",), True),
        (("总机", "简介"), True),
        (("简介", "总机"), False),
        (("简介与定义",), False),
        (("功能介绍",), False),
        (("基本",), False),
        ((), False),
    ],
)
def test_the_last_heading_alone_says_whether_it_defines(
    path: tuple[str, ...], expected: bool
) -> None:
    assert _defines(Hit(Chunk("a@0", "a", "概述", path, "甲。", 0, 2), 0.5, 1)) is expected


# --- terms ---------------------------------------------------------------------------------------


def test_words_that_most_questions_have_count_less() -> None:
    common = zh.question_weights()
    terms = query_terms("怎么怎么录制彩铃")
    assert list(terms) == list(dict.fromkeys(zh.tokens("怎么怎么录制彩铃")))
    assert terms == {term: common.get(term, 1.0) for term in terms}
    assert (terms["怎么"], terms["彩铃"]) == (common["怎么"], 1.0)
    assert terms["怎么"] < 1
    assert query_terms("？！") == {}


def test_the_terms_of_a_synonym_count_less_than_a_word_of_the_question(tmp_path: Path) -> None:
    assert "总机" in zh.expansions("pbx")
    widened = _with_synonyms("pbx 总", {"pbx": 1.0, "总": 0.6})
    assert (widened["pbx"], widened["总"]) == (1.0, 0.6)
    assert widened["机"] == widened["总机"] == EXPANSION_WEIGHT
    articles = [article("a", "", ("", "总机")), article("b", "", ("", "分店"))]
    made = build_store(articles, bundled_encoder(), tmp_path / "index")
    (hit,) = search(made, dense_weight=0.0).retrieve("pbx")
    own = made.lexical.scores({"总": 0.3, "机": 0.3, "总机": 0.3})[0]
    assert hit.chunk.article_id == "a"
    assert hit.score == pytest.approx(own / made.lexical.idf("pbx"))


# --- the best of an arm --------------------------------------------------------------------------


def test_the_best_come_first_and_ties_by_position() -> None:
    scores = np.array([0.5, 2.0, 0.0, 0.5, -1.0, 2.0, 0.1], np.float32)
    assert _top(scores, 10).tolist() == [1, 5, 0, 3, 6]
    assert _top(scores, 5).tolist() == [1, 5, 0, 3, 6]
    assert _top(scores, 4).tolist() == [1, 5, 0, 3]
    assert _top(scores, 2).tolist() == [1, 5]
    assert _top(np.zeros(3, np.float32), 2).tolist() == []
    assert _top(scores, 10).dtype == np.int64


def test_the_best_are_those_of_a_full_sort() -> None:
    rng = np.random.default_rng(5)
    for size in (1, 2, 50, 400):
        scores = rng.permutation(np.linspace(-1, 1, size, dtype=np.float32))
        expected = [i for i in sorted(range(size), key=lambda i: -scores[i]) if scores[i] > 0]
        for k in (1, 2, 100, size):
            assert _top(scores, k).tolist() == expected[:k]


def test_equal_scores_at_the_cut_are_taken_by_position() -> None:
    assert _top(np.array([1, 1, 1, 1, 1, 2], np.float32), 3).tolist() == [5, 0, 1]


def test_sections_of_one_character_are_copies_only_if_they_are_the_same() -> None:
    assert _is_copy("有", "有")
    assert not _is_copy("有", "无")
