"""Decides whether a written sentence is borne out by the passages it was written from.

A sentence of a source, word for word, always is. Any other is laid beside the most similar
passages; its signs and what a network makes of the two are weighed, and what is certain (a number
that no passage has, an opposite, a permission for a prohibition) rules alone.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from askwiki import text as zh
from askwiki.proof.alignment import AKIN, Alignment
from askwiki.proof.entailment import Entailment, bundled_entailment
from askwiki.proof.passage import Passage, read_passage
from askwiki.proof.records import Judgement, Source
from askwiki.proof.signs import signs
from askwiki.proof.weigh import READ, Weights, bundled_weights
from askwiki.schema import Span

MAX_CHARS = 600
"""A longer sentence is no sentence: it is refused rather than judged for seconds."""

LOOKED_AT = 2
"""So many passages, the most similar ones, are read closely."""

LEAST_BORNE = 0.45
"""A sentence of which a passage bears less, by weight, is not about it."""

CERTAIN = 0.98
"""The least chance of a fault that a certain sign gives."""

_CERTAIN: Mapping[str, float] = {**{"number": 1, "period": 2, "slot_name": 1, "allowed": 2}}
_FAULTS: tuple[tuple[str, Mapping[str, float]], ...] = (
    ("number", {"number": 1, "number_away": 1, "bound": 1}),
    ("unit", {"unit": 1, "period": 1}),
    ("negation", {"no_added": 3, "no_dropped": 2, "allowed": 2}),
    ("opposite", {"slot_opposite": 1, "opposite": 1, "opposite_beside": 1}),
    ("roles", {"doer_led": 1, "doer_before": 2, "party": 2, "nouns_turned": 2, "slot_doer": 1}),
    ("roles", {"agent_other": 2, "agent_unnamed": 2}),
    ("scope", {"all": 1, "all_hedged": 1, "only": 1, "only_if": 1, "wherever": 1, "even": 1}),
    ("modality", {"must": 1, "must_for_may": 1, "may_for_must": 1, "may_for_no": 1, "waived": 1}),
    ("order", {"turned_steps": 0.5, "before_after": 1, "turned_marked": 0.6}),
    ("condition", {"condition_apart": 0.5}),
    ("merged", {"topic_parallel": 0.3, "exchanged": 2, "traded": 2, "moved_like": 3}),
    ("name", {"slot_name": 1, "new_name": 1, "new_doer": 1, "slot_new_noun_tight": 2}),
    ("name", {"rival_new": 3}),
    ("invented", {"new_first": 6}),
)
_MARKUP = re.compile(r"\*\*|__|`|~~|\[\d{1,3}\]")
_LEAD = re.compile(r"^\s*(?:[-*+•·>#]+\s+|\d{1,2}[.、)]\s*(?!\d)|[(（]\d{1,2}[)）]\s*)+")
_SPACE_AND_END = re.compile(r"\s+|[。.!！?？;；:：]+$")


@dataclass(frozen=True, slots=True)
class Judge:
    """The judge; `weights.threshold` is the chance of a fault above which a sentence falls."""

    weights: Weights
    network: Entailment

    def judge(self, sentence: str, sources: Sequence[Source]) -> Judgement:
        """Judge `sentence` against all of `sources`; it never raises.

        `spans` of a sentence that is not supported are the places nearest to it.
        """
        claim = _LEAD.sub("", _MARKUP.sub("", zh.visible(sentence))).strip()
        if not re.search(r"\w", claim):
            return Judgement(False, (), ("empty",), 0.0)
        exact = _verbatim(claim, sources)
        if exact:
            return Judgement(True, exact, (), 1.0)
        if len(claim) > MAX_CHARS:
            return Judgement(False, (), ("too_long",), 0.0)
        readings = [self._whole(claim, source) for source in _likely(claim, sources)]
        return min(
            readings, key=lambda r: -r.score, default=Judgement(False, (), ("unfounded",), 0.0)
        )

    def _whole(self, claim: str, source: Source) -> Judgement:
        """The judgement of `claim`; what follows a quoted sentence must stand on its own too."""
        judgement = self._beside(claim, source)
        rest = _after_quote(claim, source)
        if not (judgement.supported and re.search(r"\w", rest)):
            return judgement
        alone = self._beside(rest, source)
        if alone.supported:
            return judgement
        return replace(judgement, supported=False, faults=alone.faults, score=alone.score)

    def _beside(self, claim: str, source: Source) -> Judgement:
        passage = read_passage(source.heading, source.text)
        if not passage.tokens:
            return Judgement(False, (), ("unfounded",), 0.0)
        alignment, found = signs(claim, passage)
        resting = _resting(alignment, passage)
        if found["borne"] < LEAST_BORNE or not resting:
            return Judgement(False, (), ("unfounded",), 0.0)
        chance = self.weights.chance({**found, READ: self.network.logit(alignment)})
        if any(found[name] >= least for name, least in _CERTAIN.items()):
            chance = max(chance, CERTAIN)
        supported = chance <= self.weights.threshold
        spans = tuple(
            Span(source.article_id, source.start + start, source.start + end)
            for start, end in resting
        )
        faults = () if supported else _named(found)
        return Judgement(supported, spans, faults, 1 - chance)


def _named(found: Mapping[str, float]) -> tuple[str, ...]:
    """Names of the faults whose signs are there; "wording" where none stands out."""
    names = [
        name
        for name, signals in _FAULTS
        if any(found[sign] >= least for sign, least in signals.items())
    ]
    return tuple(dict.fromkeys(names)) or ("wording",)


# --- word for word -----------------------------------------------------------------------------


def _plain(text: str) -> str:
    return _SPACE_AND_END.sub("", zh.normalise(text))


def _verbatim(claim: str, sources: Sequence[Source]) -> tuple[Span, ...]:
    """The spans of whole sentences of one source that are `claim`, word for word."""
    wanted = _plain(claim)
    for source in sources:
        units = [(u.start, u.end) for u in zh.units(source.text)]
        plain = [_plain(source.text[start:end]) for start, end in units]
        for first, text in enumerate(plain):
            last = first
            while text and wanted.startswith(text) and len(text) < len(wanted):
                last += 1
                if last == len(plain):
                    break
                text = _joined(wanted, text, plain[last])
            if text == wanted and last < len(plain):
                return tuple(
                    Span(source.article_id, source.start + start, source.start + end)
                    for start, end in units[first : last + 1]
                )
    return ()


def _after_quote(claim: str, source: Source) -> str:
    """What follows a whole sentence of the source, word for word, and a comma; else nothing."""
    text = zh.normalise(claim)
    for unit in zh.units(source.text):
        quote = _plain(source.text[unit.start : unit.end])
        if quote and text.startswith(f"{quote},"):
            return text[len(quote) + 1 :]
    return ""


def _joined(wanted: str, text: str, more: str) -> str:
    """`text` with the next sentence, parted by whatever mark `wanted` has there."""
    rest = wanted[len(text) :]
    mark = rest[: len(rest) - len(rest.lstrip("。.!！?？;；:："))]
    return text + mark + more if mark else text + more


# --- where to look -----------------------------------------------------------------------------


def _likely(claim: str, sources: Sequence[Source]) -> list[Source]:
    """The sources that share most with the claim, best first."""
    text = zh.normalise(claim)
    pairs = {text[i : i + 2] for i in range(len(text) - 1)} or {text}

    def shared(source: Source) -> int:
        body = zh.normalise(source.text) + "\n" + zh.normalise(source.heading)
        return sum(pair in body for pair in pairs)

    ranked = sorted(enumerate(sources), key=lambda s: (-shared(s[1]), s[0]))
    return [source for _, source in ranked[:LOOKED_AT]]


def _resting(a: Alignment, passage: Passage) -> list[tuple[int, int]]:
    """The sentences of the source that the claim rests on, in reading order."""
    weights: dict[int, float] = {}
    for i in a.said:
        place = a.at(i, AKIN)
        if place is not None:
            sentence = passage.sentence[place]
            weights[sentence] = weights.get(sentence, 0.0) + a.tokens[i].weight
    if not weights:
        return []
    least = 0.25 * sum(weights.values())
    anchors = {passage.sentence[passage.rows[row][0]] for row in a.rows.values()}
    kept = {s for s, w in weights.items() if w >= least} | (anchors & set(weights))
    return [passage.spans[s] for s in sorted(kept or {max(weights, key=lambda s: weights[s])})]


@cache
def bundled_judge() -> Judge:
    """The judge with the bundled weights and network."""
    return Judge(bundled_weights(), bundled_entailment())
