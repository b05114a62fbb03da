"""draft or model's sentences -> sentences with citations: the only maker of `Citation`.

It trusts no draft: a sentence is "verbatim" only if its text is exactly the spans it names, and
"supported" only if the judge finds the spans that bear it out. A sentence that rests on nothing is
struck, and so is one with a link, an address or a telephone number that its passage does not hold.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from askwiki import text as zh
from askwiki.answer import Draft, DraftSentence, Written
from askwiki.answer.conduct import misconduct
from askwiki.orders import is_doubtful
from askwiki.schema import Article, Chunk, Citation, Sentence, Span, Verdict

if TYPE_CHECKING:
    from askwiki.proof import Judgement, Source


class Judges(Protocol):
    """What decides whether passages bear a sentence out."""

    def judge(self, sentence: str, sources: "Sequence[Source]") -> "Judgement": ...


@dataclass(frozen=True, slots=True)
class Proved:
    """A checked draft: Markdown with `[n]` markers, its sentences and citations, what was struck."""

    text: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    struck: int = 0


def prove(drafts: Sequence[Draft], articles: Mapping[str, Article]) -> Proved:
    """Check every sentence of `drafts`, one draft a part of the question, and set them as Markdown.

    Citations are numbered from 1 in the order of the text, equal spans sharing a number.
    """
    prover = Prover(articles)
    prover.add_drafts(drafts)
    return prover.proved()


class Prover:
    """Proves one answer as it grows; each text it gives begins with the one before it.

    Args:
        articles: by id.
        judge: for sentences of a model; not needed for drafts.
        passages: what the model was shown, number n being `passages[n - 1]`.
        question: what it was asked.
    """

    def __init__(
        self,
        articles: Mapping[str, Article],
        judge: Judges | None = None,
        passages: Sequence[Chunk] = (),
        question: str = "",
    ) -> None:
        self._articles, self._judge, self._question = articles, judge, question
        self._sources = tuple(tuple(_sources(chunk)) for chunk in passages)
        self._numbers: dict[Span, int] = {}
        self._sentences: list[Sentence] = []
        self._blocks: list[str] = []
        self._setter = _Setter(growing=judge is not None)
        self._line = -1
        self._first: _Place | None = None
        self._last: _Place | None = None
        """Where the drafts' first sentence stands, and the last one so far."""
        self._core: list[bool] = []
        self.struck = 0
        self.faults: dict[str, int] = {}

    # --- what is said --------------------------------------------------------------------------

    def add_drafts(self, drafts: Sequence[Draft]) -> None:
        """Add the sentences of `drafts` that are spans of articles, a paragraph or more for each.

        What a later draft tells of a section that an earlier one quotes stands there, in the order of
        the article, or the sections would take turns. What another section says than the one before
        it stands under its heading, and so does a list that nothing leads into: away from that a
        sentence may read as if it spoke of something else.
        """
        for told in self._by_section(drafts):
            self._end_block()
            for place, sentence in told:
                self._tell(place, sentence)
            self._end_block()

    def _by_section(self, drafts: Sequence[Draft]) -> "list[list[_Told]]":
        """What of each draft is true and new, each sentence where it is to be told."""
        gathered: list[list[_Told]] = []
        texts = {sentence.text for sentence in self._sentences}
        for draft in drafts:
            own: list[_Told] = []
            for sentence in draft.sentences:
                if sentence.text in texts:
                    continue
                if not _is_verbatim(sentence, self._articles):
                    self.struck += 1
                    continue
                texts.add(sentence.text)
                place = _place(sentence.spans[0], self._articles)
                group = next((g for g in gathered if any(p == place for p, _ in g)), own)
                if group is own:
                    own.append((place, sentence))
                else:
                    _insert(group, place, sentence)
            gathered.append(own)
        return gathered

    def _tell(self, place: "_Place", sentence: DraftSentence) -> None:
        self._first = self._first or place
        bare = self._last is None and sentence.shape in ("bullet", "step")
        if bare or self._last not in (None, place):
            self._setter.head(_heading(place, self._first.article))
            sentence = replace(sentence, opens=True)
        self._last = place
        self._say(sentence, "verbatim")

    def add_written(self, written: Written) -> bool:
        """Add a model's sentence if its passages bear it out; whether they do."""
        if not self._is_new(written.text):
            return True
        spans = self._spans_of(written)
        if written.shape != "intro":
            self._core.append(bool(spans))
        if not spans:
            self.struck += 1
            return False
        sentence = DraftSentence(written.text, spans, written.shape)
        verdict: Verdict = "verbatim" if _is_verbatim(sentence, self._articles) else "supported"
        if self._setter and written.line == self._line:
            self._say(sentence, verdict, goes_on=True)
        else:
            self._say(replace(sentence, opens=written.shape == "prose"), verdict)
        self._line = written.line
        return True

    def add_note(self, note: str) -> None:
        """Add a paragraph that asserts nothing about the question and needs no source."""
        self._end_block()
        self._blocks.append(note)

    # --- what came of it -----------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The Markdown so far."""
        return "\n\n".join([*self._blocks, *self._setter.blocks()])

    @property
    def judged(self) -> int:
        """How many of the model's sentences were judged, those that only lead in left out."""
        return len(self._core)

    @property
    def core_is_struck(self) -> bool:
        """Whether the model's first sentence was struck."""
        return bool(self._core) and not self._core[0]

    @property
    def core_stands(self) -> bool:
        """Whether the model's first sentence is proved, and at least half of all it wrote."""
        return bool(self._core) and self._core[0] and sum(self._core) * 2 >= len(self._core)

    def proved(self) -> Proved:
        """All that was added and stands."""
        citations = tuple(
            _citation(number, span, self._articles) for span, number in self._numbers.items()
        )
        return Proved(self.text, tuple(self._sentences), citations, self.struck)

    # --- inside --------------------------------------------------------------------------------

    def _say(self, sentence: DraftSentence, verdict: Verdict, *, goes_on: bool = False) -> None:
        cited = tuple(self._numbers.setdefault(s, len(self._numbers) + 1) for s in sentence.spans)
        self._sentences.append(Sentence(sentence.text, cited, verdict))
        self._setter.add(sentence, cited, goes_on=goes_on)

    def _end_block(self) -> None:
        self._blocks.extend(self._setter.blocks())
        self._setter, self._line = _Setter(), -1

    def _is_new(self, text: str) -> bool:
        return all(sentence.text != text for sentence in self._sentences)

    def _spans_of(self, written: Written) -> tuple[Span, ...]:
        """The spans that bear `written` out, those of the passages it names tried first."""
        named = [n - 1 for n in written.passages if 0 < n <= len(self._sources)]
        others = [n for n in range(len(self._sources)) if n not in named]
        sources = [source for n in (*named, *others) for source in self._sources[n]]
        if self._judge is None or not sources:
            return ()
        judgement = self._judge.judge(written.text, sources)
        spans = _inside(judgement.spans, sources) if judgement.supported else ()
        faults = list(judgement.faults)
        if spans:
            wrong = self._misconduct(written.text, spans, sources)
            spans, faults = ((), [wrong]) if wrong else (spans, [])
        for fault in () if spans else faults:
            self.faults[fault] = self.faults.get(fault, 0) + 1
        return spans

    def _misconduct(self, text: str, spans: Sequence[Span], sources: "Sequence[Source]") -> str:
        """What a sentence that `spans` bear out does wrong all the same; "" if nothing."""
        if not _holds_contacts(text, spans, sources):
            return "contact"
        quotes = [self._articles[s.article_id].text[s.start : s.end] for s in spans]
        return misconduct(text, self._question, "\n".join(quotes))


def _sources(chunk: Chunk) -> "Iterator[Source]":
    """What of `chunk` is evidence: all but the sentences that may be orders."""
    from askwiki.proof import Source  # slow to import, and no use to a draft

    heading = " ".join((chunk.title, *chunk.heading))
    start = 0
    for unit in (u for u in zh.units(chunk.text) if is_doubtful(chunk.text[u.start : u.end])):
        if chunk.text[start : unit.start].strip():
            piece = chunk.text[start : unit.start]
            yield Source(chunk.article_id, heading, piece, chunk.start + start)
        start = unit.end
    if chunk.text[start:].strip():
        yield Source(chunk.article_id, heading, chunk.text[start:], chunk.start + start)


def _inside(spans: Sequence[Span], sources: "Sequence[Source]") -> tuple[Span, ...]:
    """`spans`, if every one lies in a source."""
    lie = all(any(_holds(source, span) for source in sources) for span in spans)
    return tuple(dict.fromkeys(spans)) if lie else ()


def _holds(source: "Source", span: Span) -> bool:
    end = source.start + len(source.text)
    return source.article_id == span.article_id and source.start <= span.start < span.end <= end


def _is_verbatim(sentence: DraftSentence, articles: Mapping[str, Article]) -> bool:
    if not sentence.spans:
        return False
    quotes = []
    for span in sentence.spans:
        article = articles.get(span.article_id)
        if article is None or not 0 <= span.start < span.end <= len(article.text):
            return False
        quotes.append(article.text[span.start : span.end])
    return "".join(quotes) == sentence.text


@dataclass(frozen=True, slots=True)
class _Place:
    """A section; its path is empty for the lead and where a span lies in none."""

    article: Article
    path: tuple[str, ...]


_Told = tuple[_Place, DraftSentence]


def _place(span: Span, articles: Mapping[str, Article]) -> _Place:
    article = articles[span.article_id]
    inside = (s.path for s in article.sections if s.start <= span.start and span.end <= s.end)
    return _Place(article, next(inside, ()))


def _insert(told: list[_Told], place: _Place, sentence: DraftSentence) -> None:
    """Put `sentence` among what is told of its section, as the article has it.

    An item that does not follow the one before it begins a list of its own.
    """
    start = sentence.spans[0].start
    own = [at for at, (other, _) in enumerate(told) if other == place]
    before = [at for at in own if told[at][1].spans[0].start < start]
    if before and sentence.shape in ("bullet", "step"):
        gap = place.article.text[told[before[-1]][1].spans[-1].end : start]
        if re.search(r"[^\W\d]", gap):
            sentence = replace(sentence, opens=True)
    told.insert(before[-1] + 1 if before else own[0], (place, sentence))


def _heading(place: _Place, own: Article) -> str:
    """What a section is called beside those of `own`; "" where its heading may be an order."""
    name = place.path[-1] if place.path else ""
    title = "" if place.article is own and name else place.article.title
    names = [part for part in (title, name) if part]
    return "" if any(map(is_doubtful, names)) else "：".join(names)


def _citation(number: int, span: Span, articles: Mapping[str, Article]) -> Citation:
    place = _place(span, articles)
    article = place.article
    return Citation(
        number,
        article.id,
        article.title,
        " > ".join(place.path),
        article.source,
        article.url,
        article.text[span.start : span.end],
        span.start,
        span.end,
    )


# --- links, addresses, telephone numbers -----------------------------------------------------------

_MARKUP = re.compile(r"!?\[[^\]]*\]\s*[(\[]|<\s*[/!?a-z]|&#?\w+;", re.IGNORECASE)
_ADDRESS = re.compile(
    r"[a-z][a-z0-9+.\-]*://[^\s，。；、）)]*|[\w.+\-]*@[\w.\-]+|(?:[a-z0-9\-]+\.)+[a-z]{2,}[^\s，。；、）)]*"
)
_CALLED = re.compile(r"(?:[0-9][\s\-—–()（）.·]{0,2}){4,}[0-9]")
_SPELLED = str.maketrans("零〇一二三四五六七八九幺两", "00123456789" + "12")
_SPELLED_RUN = re.compile("[零〇一二三四五六七八九幺两]{5,}")


def _holds_contacts(text: str, spans: Sequence[Span], sources: "Sequence[Source]") -> bool:
    """Whether the passages that `spans` lie in hold every address and long number of `text`."""
    cited = [source for source in sources if any(_holds(source, span) for span in spans)]
    passage = zh.normalise(" ".join(f"{source.heading} {source.text}" for source in cited))
    claim = zh.normalise(text)
    exact = [*_MARKUP.findall(claim), *_ADDRESS.findall(claim)]
    return all(part in passage for part in exact) and _numbers(claim) <= _numbers(passage)


def _numbers(text: str) -> set[str]:
    """Runs of five digits or more, however they are grouped or spelled."""
    spelled = {run.translate(_SPELLED) for run in _SPELLED_RUN.findall(text)}
    return spelled | {re.sub(r"\D", "", run) for run in _CALLED.findall(text)}


# --- Markdown --------------------------------------------------------------------------------------


class _Setter:
    """Sets sentences as Markdown: prose runs on, items and steps get a line each.

    `growing` text is shown while it grows, so nothing that comes later may change how it is set.
    """

    def __init__(self, *, growing: bool = False) -> None:
        self._growing = growing
        self._blocks: list[list[tuple[str, str, str]]] = []
        self._last = ""
        self._step = 0

    def __bool__(self) -> bool:
        return bool(self._blocks)

    def add(self, sentence: DraftSentence, cited: Sequence[int], *, goes_on: bool = False) -> None:
        """Set `sentence` after those before it; `goes_on` in the item or paragraph of the last."""
        markers = "".join(f"[{number}]" for number in cited)
        text = sentence.text.replace("\n", " ")
        if goes_on:
            self._blocks[-1].append(("", text, markers))
            return
        listed = sentence.shape in ("bullet", "step")
        fresh = not self._blocks or sentence.opens
        if listed != (self._last in ("bullet", "step")):
            fresh = True
        if fresh:
            self._blocks.append([])
            self._step = 0
        self._step += 1
        lead = f"{self._step}. " if sentence.shape == "step" else "- " if listed else ""
        if listed and not fresh:
            lead = f"\n{lead}"
        self._blocks[-1].append((lead, text, markers))
        self._last = sentence.shape

    def head(self, heading: str) -> None:
        """Set what follows under `heading`, if there is one."""
        if heading:
            self._blocks.append([(f"**{escape(heading)}**", "", "")])

    def blocks(self) -> list[str]:
        return [_set(block, self._growing) for block in self._blocks]


def _set(block: Sequence[tuple[str, str, str]], growing: bool) -> str:
    pairs = {mark for mark in "*~$" if growing or sum(text.count(mark) for _, text, _ in block) > 1}
    return "".join(lead + escape(text, pairs) + markers for lead, text, markers in block)


_ALWAYS = re.compile(
    r"[\\`<\[\]]|(?<!\w)_|_(?!\w)"
    # Many renderers make links of bare addresses.
    r"|:(?=//)|(?<=\w)@(?=\w)|(?<=www)\.",
    re.IGNORECASE,
)
_AT_START = re.compile(r"^(?:[#>+\-=](?=\s|[#>+\-=]|$)|\d+(?=[.)]\s))")


def escape(text: str, pairs: Collection[str] = "*~$") -> str:
    """`text` so that Markdown shows it as it is: an article can never become markup.

    Only what would act is escaped, `pairs` being the marks that act when two meet.
    """
    escaped = _ALWAYS.sub(r"\\\g<0>", text)
    for mark in pairs:
        escaped = escaped.replace(mark, f"\\{mark}")
    start = _AT_START.match(escaped)
    if start is None:
        return escaped
    end = start.end()
    return f"{escaped[:end]}\\{escaped[end:]}" if escaped[0].isdigit() else f"\\{escaped}"
