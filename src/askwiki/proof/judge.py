"""The judge of written sentences. First working version; being replaced."""

import re
from collections.abc import Sequence
from functools import cache

from askwiki import text as zh
from askwiki.proof.records import Judgement, Source
from askwiki.schema import Span

_NUMBER = re.compile(r"\d+(?:\.\d+)?%?")
_STRONG = ("不", "未", "无", "没", "禁止", "仅", "只", "都", "任何", "所有", "必须", "一律", "唯一")


class Judge:
    """Decides whether a sentence is supported by passages."""

    def judge(self, sentence: str, sources: Sequence[Source]) -> Judgement:
        """Judge `sentence` against all of `sources`; it never raises."""
        claim = zh.normalise(sentence).strip(" \n\t。.!！")
        if not re.search(r"\w", claim):
            return Judgement(False, (), ("empty",), 0.0)
        best: tuple[float, Source, int, int] | None = None
        for source in sources:
            for start, end in zh.sentences(source.text):
                share = _share(claim, zh.normalise(source.text[start:end] + source.heading))
                if best is None or share > best[0]:
                    best = (share, source, start, end)
        if best is None:
            return Judgement(False, (), ("uncovered",), 0.0)
        share, source, start, end = best
        span = Span(source.article_id, source.start + start, source.start + end)
        bearing = zh.normalise(source.heading + source.text)
        faults = [] if share >= 0.6 else ["uncovered"]
        if not set(_NUMBER.findall(claim)) <= set(_NUMBER.findall(bearing)):
            faults.append("number")
        sentence_text = zh.normalise(source.text[start:end])
        if any((word in claim) != (word in sentence_text) for word in _STRONG if word in claim):
            faults.append("negation")
        return Judgement(not faults, (span,), tuple(faults), share)


def _share(claim: str, source: str) -> float:
    pairs = [claim[i : i + 2] for i in range(len(claim) - 1)] or [claim]
    return sum(pair in source for pair in pairs) / len(pairs)


@cache
def bundled_judge() -> Judge:
    """The judge with the bundled weights."""
    return Judge()
