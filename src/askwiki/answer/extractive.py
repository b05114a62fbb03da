"""The default answerer: the sentences of the articles that answer, word for word.

It picks the best evidence, adds what belongs to it (the line before a list, the rest of the steps,
the sentence a 因此 points back to) and further sentences while they earn their place.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from askwiki import text as zh
from askwiki.answer import Draft, DraftSentence, Shape
from askwiki.answer.conduct import gives_contact, is_foreign, speaks_as_site
from askwiki.answer.durations import asks_how_long, states_how_long
from askwiki.answer.evidence import EvidenceScorer, Ranking, Scored
from askwiki.opposed import answers_the_opposite
from askwiki.orders import is_doubtful
from askwiki.question import Kind, Question, kind_of, subject_of
from askwiki.schema import Hit, Span

MAX_SENTENCES, MAX_CHARS = 6, 400
"""The most an answer takes where it is no list."""

LIST_CHARS = 900
"""The most a list or procedure may take."""

BESIDE_LIST_SENTENCES, BESIDE_LIST_CHARS = 3, 200
"""The most that stands beside a list."""

MARGINS = (4.0, 3.0, 1.0)
"""How far below the best sentence (log odds) a further one of the same section may score, one of
the same article, one of another article. Chosen by what answers hold and how long they grow
(`training/LOG.md`)."""

BESIDE_LIST_MARGINS = (4.0, 2.0, -1.0)
"""The same beside a list; nothing of other articles."""

_CONNECTIVE = re.compile(
    r"(?:因此|所以|此外|另外|同时|不过|但是?|而且?|其次|再者|首先|最后|总之|当然|然而|于是|并且|与此同时|换句话说|也就是说|具体来说|一般来说)[，,、]"
)
_ABOUT_ITSELF = re.compile(r"本文|(?:今天|接下来|下面)[，,]?(?:我们|让我们|就)|展望未来")
"""What a sentence begins with that says what the article is going to say, or what may once be."""

NEARLY_AS_GOOD = 4.0
"""How far below the best sentence one may score to be begun with because of its form: a step of the
same article where a procedure is asked for, a definition where the question asks for one."""

_DEFINES = (
    r"(?:所谓)?[“\"「]?{}[”\"」]?(?:[（(][^）)]*[）)])?(?!的)[^。；;：:]{{0,16}}?(?:是|指|即|为|称)"
)
"""How a sentence begins that says what its subject is."""

_ROW = re.compile(r"[^：；，。]{1,16}：([^：；。]{1,40})；[^：；，。]{1,16}：")
"""How a row of a table begins: the name of a column, its cell, the name of the next column."""
_FOREIGN = re.compile(r"[a-z0-9][a-z0-9.\-]*")

_ASKS_HOW = re.compile(r"怎么|怎样|如何|步骤|流程")

_POINTS_BACK = re.compile(
    r"^(?:因此|所以|其中|这(?!样做)|那|它|其(?!他|余)|该|此(?!外)|否则|反之|后者|前者|两者|二者|上述|以上|例如|比如)"
)


@dataclass(frozen=True, slots=True)
class ExtractiveAnswerer:
    """Answers with sentences of the hits; every one is a span."""

    scorer: EvidenceScorer

    def draft(self, question: Question, query: str, hits: Sequence[Hit]) -> Draft:
        """The evidence for `query`, in reading order; an empty draft without hits."""
        ranking = self.scorer.score(query, hits)
        if not ranking.units:
            return Draft()
        chosen = self._choose(query, ranking.units)
        known = any(hit.asked for hit in hits)  # to be answered: whoever taught it has seen to that
        signals = {
            **_signals(ranking, hits),
            # What leans on the question before says little by itself, and that sounds like anything.
            "strange": float(ranking.strange and not (question.follows_up or known)),
            "unstated": float(_leaves_open_how_long(query, chosen) and not known),
        }
        return Draft(tuple(self._sentences(chosen)), signals)

    def _choose(self, query: str, ranked: Sequence[Scored]) -> list[Scored]:
        kind = kind_of(query)
        good = (s for s in ranked if _says_something(s) and not _is_unasked(_text(s), query))
        best = next(good, ranked[0])
        if kind == "procedure" and best.unit.group is None:
            best = _first_step(query, best, ranked) or best
        if kind == "definition":
            best = _definition(query, best, ranked) or best
        chosen = self._list_around(kind, best, ranked)
        margins, sentences, chars = MARGINS, MAX_SENTENCES, MAX_CHARS
        if chosen:
            margins, sentences = BESIDE_LIST_MARGINS, len(chosen) + BESIDE_LIST_SENTENCES
            chars = _chars(chosen) + BESIDE_LIST_CHARS
        else:
            chosen = self._with_context(best, ranked)
        named = _rows_named(query, best, ranked)
        if named and _chars(named) <= LIST_CHARS:
            chosen = [s for s in chosen if not _is_row(_text(s))] + named
            ranked = [s for s in ranked if not _is_row(_text(s))]
        for other in ranked:
            if len(chosen) >= sentences or not _earns_its_place(other, chosen, best, margins):
                continue
            for unit_and_more in self._ways_to_add(other, ranked):
                more = [unit for unit in unit_and_more if unit not in chosen]
                if any(_is_unasked(_text(unit), query) for unit in more):
                    continue
                if _chars(chosen + more) <= chars:
                    chosen += more
                    break
        return _in_reading_order(chosen, best)

    def _ways_to_add(self, other: Scored, ranked: Sequence[Scored]) -> Iterator[list[Scored]]:
        """The list that `other` is in, or else what it needs beside it; no step stands alone."""
        if other.unit.group is not None:
            siblings = sorted((s for s in ranked if s.hit is other.hit), key=lambda s: s.index)
            members = [s for s in siblings if s.unit.group == other.unit.group]
            yield [*self._with_context(members[0], ranked)[:-1], *members]
        if not other.unit.ordered:
            yield self._with_context(other, ranked)

    def _list_around(self, kind: Kind, best: Scored, ranked: Sequence[Scored]) -> list[Scored]:
        """The whole list `best` belongs to or leads into, where the list is what was asked for."""
        siblings = sorted((s for s in ranked if s.hit is best.hit), key=lambda s: s.index)
        group = best.unit.group
        if group is None:
            group = self._list_of_section(kind, siblings)
        if group is None:
            return []
        members = [s for s in siblings if s.unit.group == group]
        whole = (
            best.unit.intro or any(s.unit.ordered for s in members) or kind in ("procedure", "list")
        )
        if not whole or _chars(members) > LIST_CHARS:
            return []
        if best not in members:
            return [best, *members]
        return members

    def _list_of_section(self, kind: Kind, siblings: Sequence[Scored]) -> int | None:
        """A question for steps or items takes the only list of the best section with it."""
        groups = {s.unit.group for s in siblings if s.unit.group is not None}
        if kind not in ("procedure", "list") or len(groups) != 1:
            return None
        return groups.pop()

    def _with_context(self, scored: Scored, ranked: Sequence[Scored]) -> list[Scored]:
        """`scored`, after the sentence it points back to or the intro of its list or table."""
        text = _text(scored)
        if _is_row(text):
            return [*_lead_of_table(scored, ranked), scored]
        if scored.index == 0 or not (_POINTS_BACK.match(text) or scored.unit.group is not None):
            return [scored]
        before = next(
            (s for s in ranked if s.hit is scored.hit and s.index == scored.index - 1), None
        )
        if before is None or (before.unit.group is not None and not before.unit.intro):
            return [scored]
        return [before, scored]

    def _sentences(self, chosen: Sequence[Scored]) -> list[DraftSentence]:
        drafts = []
        previous: Scored | None = None
        for scored in chosen:
            opens = previous is not None and previous.hit is not scored.hit
            drafts.append(_draft_sentence(scored, first=previous is None or opens, opens=opens))
            previous = scored
        return drafts


def _draft_sentence(scored: Scored, *, first: bool, opens: bool) -> DraftSentence:
    chunk, unit = scored.hit.chunk, scored.unit
    start = unit.start
    if first and unit.group is None:
        # A connective with nothing before it reads as a broken text: leave it out of the span.
        connective = _CONNECTIVE.match(chunk.text, unit.start, unit.end)
        start = connective.end() if connective else start
    span = Span(chunk.article_id, chunk.start + start, chunk.start + unit.end)
    text = chunk.text[start : unit.end]
    # A row of a table stands on a line of its own.
    return DraftSentence(text, (span,), "bullet" if _is_row(text) else _shape(unit), opens)


def _shape(unit: zh.Unit) -> Shape:
    if unit.group is None:
        return "prose"
    return "intro" if unit.intro else "step" if unit.ordered else "bullet"


def _earns_its_place(
    other: Scored, chosen: Sequence[Scored], best: Scored, margins: Sequence[float]
) -> bool:
    if other in chosen or len(_text(other)) < 8 or _text(other).endswith(("？", "?")):
        return False
    if not _says_something(other):
        return False
    if _is_wide_row(_text(other)) and not _is_wide_row(_text(best)):
        return False
    if best.score - other.score > margins[_distance(other.hit, best.hit)]:
        return False
    return all(_likeness(other, s) < 0.6 for s in chosen)


def _says_something(scored: Scored) -> bool:
    """Neither on the article itself, nor a line that leads into what stands elsewhere."""
    text = _text(scored)
    leads_nowhere = text.endswith(("：", ":")) and not scored.unit.intro
    return not leads_nowhere and not _ABOUT_ITSELF.match(text)


def _first_step(query: str, best: Scored, ranked: Sequence[Scored]) -> Scored | None:
    """The best step under a heading of the same article that asks how, if it is nearly as good.

    Never one that answers the opposite: who asks how to begin must not be told how to cancel.
    """
    return next(
        (
            scored
            for scored in ranked
            if scored.unit.ordered
            and scored.hit.chunk.article_id == best.hit.chunk.article_id
            and best.score - scored.score <= NEARLY_AS_GOOD
            and _ASKS_HOW.search(heading := "".join(scored.hit.chunk.heading[-1:]))
            and not answers_the_opposite(query, heading)
        ),
        None,
    )


def _definition(query: str, best: Scored, ranked: Sequence[Scored]) -> Scored | None:
    """The best sentence that begins by saying what the question asks for, if nearly as good."""
    subject = re.sub(r"^(?:什么|啥)(?:是|叫)", "", query.strip(' ?？。“”"'))
    subject = subject_of(subject) or subject
    begins = re.compile(_DEFINES.format(re.escape(subject)), re.IGNORECASE)
    near = (s for s in ranked if best.score - s.score <= NEARLY_AS_GOOD)
    return next((s for s in near if begins.match(_text(s))), None) if subject else None


def _distance(other: Hit, best: Hit) -> int:
    """0 for the same section, 1 for the same article, 2 for another."""
    return 0 if other is best else 1 if other.chunk.article_id == best.chunk.article_id else 2


def _is_unasked(text: str, query: str) -> bool:
    """Whether nothing but an order, or somebody's advertisement, would add `text` to an answer."""
    return gives_contact(text, query) or _is_never_fit(text)


@lru_cache(4096)
def _is_never_fit(text: str) -> bool:
    return is_foreign(text) or speaks_as_site(text) or is_doubtful(text)


def _is_row(text: str) -> bool:
    """Whether `text` is a row of a table."""
    return _is_wide_row(text) or bool(_ROW.match(text))


def _is_wide_row(text: str) -> bool:
    """Whether `text` is a row of three cells or more, which reads badly after a sentence."""
    return text.count("：") >= 3


def _lead_of_table(row: Scored, ranked: Sequence[Scored]) -> list[Scored]:
    """The sentence that leads into the table of `row` with a colon, if there is one."""
    before = [s for s in ranked if s.hit is row.hit and s.index < row.index]
    above = max((s for s in before if not _is_row(_text(s))), key=lambda s: s.index, default=None)
    return [above] if above and _text(above).endswith(("：", ":")) else []


def _rows_named(query: str, best: Scored, ranked: Sequence[Scored]) -> list[Scored]:
    """The rows in the section of `best` that the question names by their first cell, or by a figure
    or foreign word in it: 失败码486, 用专线还是VPN beside 互联网VPN."""
    asked = zh.normalise(query)

    def is_named(text: str) -> bool:
        row = _ROW.match(text)
        if row is None or _is_unasked(text, query):
            return False
        cell = zh.normalise(row[1])
        return any(len(name) > 1 and name in asked for name in (cell, *_FOREIGN.findall(cell)))

    return [s for s in ranked if s.hit is best.hit and is_named(_text(s))]


def _likeness(a: Scored, b: Scored) -> float:
    """Share of the shorter text's bigrams that the other has too."""
    one, two = ({t[i : i + 2] for i in range(len(t) - 1)} for t in (_text(a), _text(b)))
    return len(one & two) / max(1, min(len(one), len(two)))


def _in_reading_order(chosen: Sequence[Scored], best: Scored) -> list[Scored]:
    """The best hit's sentences first, each section in its own order."""
    return sorted(dict.fromkeys(chosen), key=lambda s: (s.hit is not best.hit, s.hit.rank, s.index))


def _text(scored: Scored) -> str:
    return scored.hit.chunk.text[scored.unit.start : scored.unit.end]


def _chars(chosen: Sequence[Scored]) -> int:
    return sum(s.unit.end - s.unit.start for s in chosen)


def _leaves_open_how_long(query: str, chosen: Sequence[Scored]) -> bool:
    """Whether the question asks how long and none of the sentences states a time."""
    if not asks_how_long(zh.normalise(query)):
        return False
    return not any(states_how_long(zh.normalise(_text(s))) for s in chosen)


def _signals(ranking: Ranking, hits: Sequence[Hit]) -> dict[str, float]:
    """The figures `confidence` weighs; each also says something to a reader of the trace."""
    ranked = ranking.units
    best = ranked[0]
    others = [s.score for s in ranked[1:] if s.hit is not best.hit]
    # What the conversation was about makes no question on another subject answerable.
    fused = max(hit.score - hit.lifted for hit in hits)
    dense = max(hit.dense_score for hit in hits)
    return {
        "answerable": ranking.answerable,
        "known": ranking.known,
        "size": ranking.size,
        "familiar": ranking.familiar,
        "match": max(hit.match_score for hit in hits),
        "lexical": max(hit.lexical_score for hit in hits),
        "dense": dense,
        "fused": fused,
        "lead": hits[0].score - hits[1].score if len(hits) > 1 else hits[0].score,
        "evidence": best.score,
        "evidence_lead": best.score - max(others, default=best.score - 2.0),
        "share": best.share,
        "agrees": float(best.hit.rank == 1),
        "both_arms": float(best.hit.lexical_rank == 1) + float(best.hit.dense_rank == 1),
    }
