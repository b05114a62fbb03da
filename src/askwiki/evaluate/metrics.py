"""What an answer is worth: pure functions, each with its formula and source.

None means that a figure does not apply to a question. Whatever applies and was not delivered,
because the question failed, is missing or was refused, is 0.
"""

import math
import re
import statistics
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from askwiki.errors import AskWikiError
from askwiki.evaluate.questions import Fact, Item
from askwiki.schema import Answer, Chunk, Citation, Hit
from askwiki.text import normalise

ArticleText = Callable[[str], str]
"""Article id -> canonical text; raises an AskWikiError where there is no such article."""

# --- facts in a text ------------------------------------------------------------------------------

_ESCAPE = re.compile(r"\\(?=[!-/:-@\[-`{-~])")
_NUMERALS = "一二三四五六七八九十百千万亿"


def holds(text: str, wording: str) -> bool:
    """Whether `text` states `wording`.

    Both are normalised; white space and the backslashes of Markdown do not count. A wording is
    not found inside a longer number or Latin word ("5天" in "15天", "十天" in "二十天", "IP" in
    "SIP"), nor straight after a negation ("支持转接" in "不支持转接").
    """
    return _pattern(wording).search(_bare(text)) is not None


def _bare(text: str) -> str:
    return _ESCAPE.sub("", normalise(text))


@lru_cache(maxsize=4096)
def _pattern(wording: str) -> re.Pattern[str]:
    chars = "".join(_bare(wording).split())
    if not chars:
        raise ValueError(f"a fact without words is in every text: {wording!r}")
    body = r"\s*".join(re.escape(char) for char in chars)
    return re.compile(_not_before(chars[0]) + body + _not_after(chars[-1]))


def _not_before(first: str) -> str:
    guard = "(?<![不未没无非])"
    if first in "0123456789":  # a digit and a point at the start of a line are a list marker
        return guard + r"(?<![0-9])(?<![^\n][0-9]\.)"
    if first in _NUMERALS:  # 一 before a numeral is mostly the end of a word: 统一, 之一
        return guard + f"(?<![{_NUMERALS[1:]}])"
    return guard + "(?<![a-z])" if "a" <= first <= "z" else guard


def _not_after(last: str) -> str:
    if last in "0123456789":
        return r"(?!\.?[0-9]|,[0-9]{3}(?![0-9])|[万亿])"
    if last in _NUMERALS:
        return f"(?![{_NUMERALS}])"
    return "(?![a-z])" if "a" <= last <= "z" else ""


def missing_facts(text: str, facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """The facts of which `text` states no wording."""
    return tuple(fact for fact in facts if not any(holds(text, wording) for wording in fact))


def fact_recall(text: str, facts: Sequence[Fact]) -> float:
    """Facts found / facts expected; `facts` must not be empty.

    Source: nugget recall of the TREC question answering track (Voorhees 2003), every nugget vital.
    """
    return 1.0 - len(missing_facts(text, facts)) / len(facts)


def answer_text(answer: Answer | None) -> str:
    """The sentences of an answer, a line each: no suggestions, nothing of a refusal."""
    if answer is None or answer.status == "abstained":
        return ""
    return "\n".join(sentence.text for sentence in answer.sentences)


# --- ranked hits ----------------------------------------------------------------------------------


def relevant(chunk: Chunk, item: Item) -> bool:
    """Whether `chunk` is where the answer is expected.

    That is a chunk of the expected article, and of the expected section where one is named (its
    last heading, or the path joined by ">"; "" is the lead). Where no article is named, a chunk
    that alone states every fact.
    """
    if item.article is None:
        return bool(item.facts) and not missing_facts(chunk.text, item.facts)
    if not same_article(item.article, chunk.article_id, chunk.title):
        return False
    if item.section is None:
        return True
    if not item.section or not chunk.heading:
        return not item.section and not chunk.heading
    names = {_squeezed(chunk.heading[-1]), _squeezed(">".join(chunk.heading))}
    return _squeezed(item.section) in names


def same_article(expected: str, article_id: str, title: str) -> bool:
    """Whether `expected` is the id, or the title but for width, case, script and white space."""
    return expected == article_id or _squeezed(expected) == _squeezed(title)


def _squeezed(text: str) -> str:
    return "".join(normalise(text).split())


def relevant_rank(hits: Sequence[Hit], item: Item) -> int | None:
    """The place of the first relevant hit, from 1; None where there is none."""
    return next((n for n, hit in enumerate(hits, 1) if relevant(hit.chunk, item)), None)


def facts_rank(hits: Sequence[Hit], item: Item) -> int | None:
    """The place of the first hit whose chunk alone states every fact; None where there is none."""
    if not item.facts:
        return None
    texts = enumerate((hit.chunk.text for hit in hits), 1)
    return next((n for n, text in texts if not missing_facts(text, item.facts)), None)


def hit_at_k(rank: int | None, k: int) -> float:
    """1 where rank <= k, else 0 (success@k; Craswell 2009)."""
    return 1.0 if rank is not None and rank <= k else 0.0


def reciprocal_rank(rank: int | None) -> float:
    """1 / rank, 0 where nothing relevant was found; its mean is MRR (Voorhees 1999)."""
    return 0.0 if rank is None else 1.0 / rank


# --- citations ------------------------------------------------------------------------------------


def first_citation_right(answer: Answer | None, item: Item) -> float:
    """1 where the first citation of the first sentence is of the expected article, else 0."""
    if answer is None or answer.status == "abstained" or item.article is None:
        return 0.0
    numbered = {citation.number: citation for citation in answer.citations}
    first = next((n for sentence in answer.sentences for n in sentence.citations), None)
    citation = None if first is None else numbered.get(first)
    if citation is None:
        return 0.0
    return float(same_article(item.article, citation.article_id, citation.title))


def citation_exactness(answer: Answer, article_text: ArticleText) -> float:
    """Citations with `text[start:end] == quote` / citations.

    0 where the answer has no sentence, or a sentence has no citation or an unknown number.
    """
    known = {citation.number for citation in answer.citations}
    cited = [sentence.citations for sentence in answer.sentences]
    if not known or not cited or not all(numbers and known >= set(numbers) for numbers in cited):
        return 0.0
    exact = sum(is_exact(citation, article_text) for citation in answer.citations)
    return exact / len(answer.citations)


def is_exact(citation: Citation, article_text: ArticleText) -> bool:
    """Whether the quote is the very span of the article that the citation names."""
    try:
        text = article_text(citation.article_id)
    except AskWikiError:
        return False
    inside = 0 <= citation.start < citation.end <= len(text)
    return inside and text[citation.start : citation.end] == citation.quote


# --- one question ---------------------------------------------------------------------------------


def cutoffs(k: int) -> tuple[int, ...]:
    """The depths at which hits are counted: 1, 3 and `k`."""
    return tuple(sorted({depth for depth in (1, 3) if depth < k} | {k}))


def score(
    item: Item, answer: Answer | None, hits: Sequence[Hit], article_text: ArticleText, k: int
) -> dict[str, float | None]:
    """Every figure of one question, None where it does not apply.

    `answer` is None and `hits` empty where the question failed or is missing.

    right: for an item that must abstain, that it was refused; else that all facts are stated;
    without facts, that the first citation is of the expected article.
    """
    told = answer is not None and answer.status != "abstained"
    refused = answer is not None and answer.status == "abstained"
    recall = fact_recall(answer_text(answer), item.facts) if _has_facts(item) else None
    of_article = None if item.abstain or not item.article else first_citation_right(answer, item)
    all_facts = None if recall is None else float(recall == 1.0)
    right = all_facts if all_facts is not None else of_article
    return {
        **_rank_scores(item, hits, k),
        "right": float(refused) if item.abstain else right,
        "answer_rate": None if item.abstain else float(told),
        "fact_recall": recall,
        "all_facts": all_facts,
        "right_article": of_article,
        "citations_exact": citation_exactness(answer, article_text) if answer and told else None,
    }


def _has_facts(item: Item) -> bool:
    return bool(item.facts) and not item.abstain


def _rank_scores(item: Item, hits: Sequence[Hit], k: int) -> dict[str, float | None]:
    placed = not item.abstain and bool(item.article or item.facts)
    rank = relevant_rank(hits[:k], item) if placed else None
    scores = {f"hit@{n}": hit_at_k(rank, n) if placed else None for n in cutoffs(k)}
    scores["reciprocal_rank"] = reciprocal_rank(rank) if placed else None
    held = facts_rank(hits[:k], item) if _has_facts(item) else None
    scores[f"facts@{k}"] = hit_at_k(held, k) if _has_facts(item) else None
    return scores


# --- many questions -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Score:
    """A figure over `n` questions; None where it applies to none."""

    value: float | None
    n: int


def mean(values: Iterable[float | None]) -> Score:
    """The mean of those that apply."""
    known = [value for value in values if value is not None]
    return Score(math.fsum(known) / len(known) if known else None, len(known))


def abstention(pairs: Iterable[tuple[bool, bool]]) -> Mapping[str, Score]:
    """Precision, recall and F1 of refusing, from pairs of (must abstain, did abstain).

    tp / (tp + fp), tp / (tp + fn), 2 tp / (2 tp + fp + fn) (van Rijsbergen 1979). Where
    something had to be refused and nothing was, precision is 0 rather than undefined.
    """
    pairs = list(pairs)
    tp = sum(must_abstain and abstained for must_abstain, abstained in pairs)
    must = sum(must_abstain for must_abstain, _ in pairs)
    did = sum(abstained for _, abstained in pairs)
    return {
        "abstention_precision": Score(_ratio(tp, did, must > 0), did),
        "abstention_recall": Score(_ratio(tp, must, False), must),
        "abstention_f1": Score(_ratio(2 * tp, did + must, False), len(pairs)),
    }


def _ratio(part: int, whole: int, zero: bool) -> float | None:
    if whole:
        return part / whole
    return 0.0 if zero else None


def expected_calibration_error(pairs: Iterable[tuple[float, float]], bins: int = 10) -> Score:
    """sum over bins of |bin| / n * |mean rightness - mean confidence|, from such pairs.

    Bins are of equal width, ((m - 1) / M, m / M], and 0 is in the first (Guo et al. 2017, eq. 3).
    """
    edges = [number / bins for number in range(1, bins + 1)]
    gaps = [0.0] * bins
    n = 0
    for confidence, right in pairs:
        if not 0.0 <= confidence <= 1.0:
            raise ValueError(f"a confidence is between 0 and 1, got {confidence}")
        gaps[bisect_left(edges, confidence)] += right - confidence
        n += 1
    return Score(math.fsum(map(abs, gaps)) / n if n else None, n)


def latency(milliseconds: Sequence[float]) -> Mapping[str, Score]:
    """Median, and the 95th percentile by nearest rank: the ceil(0.95 n)-th smallest; in ms."""
    ordered = sorted(milliseconds)
    n = len(ordered)
    if not ordered:
        return {"latency_median_ms": Score(None, 0), "latency_p95_ms": Score(None, 0)}
    p95 = ordered[(95 * n + 99) // 100 - 1]
    return {
        "latency_median_ms": Score(statistics.median(ordered), n),
        "latency_p95_ms": Score(p95, n),
    }
