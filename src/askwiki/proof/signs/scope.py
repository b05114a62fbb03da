"""For whom, when and how strictly: all, only, must, may, usually, even if."""

import re
from collections.abc import Iterable, Sequence

from askwiki import text as zh
from askwiki.proof.alignment import Alignment
from askwiki.proof.lexicon import bundled_lexicon
from askwiki.proof.reading import Token, is_condition

_WAIVES = re.compile(r"(可以|可|(?<!可)能)不(?![能可会])|不必(?!要)|不用|无需|无须|不需要|不要求")
_WAIVED = re.compile(r"可不|可以不|不必|不用|无需|无须")
_ONLY_IF = re.compile(r"只有.*(才|能|可以|会)|除非")
_NARROWS = re.compile(r"只|仅|唯一|才|限于|专门|限")


def scope(a: Alignment, sentence: str) -> dict[str, float]:
    """What the sentence widens, narrows, obliges or allows beyond the places it rests on."""
    passage = a.passage
    above = passage.context.get(min(a.anchors.values(), default=-1))
    resting = {passage.sentence[passage.rows[row][0]] for row in a.rows.values()}
    wide = [
        token
        for token, sentence, unit in zip(
            passage.tokens, passage.sentence, passage.unit, strict=True
        )
        if sentence in resting or unit == above
    ]
    near = [passage.tokens[j] for row in set(a.rows.values()) for j in passage.rows[row]]
    return {
        **_reach(a, wide, near),
        **_force(a, wide, near),
        **_licence(a, zh.normalise(sentence), wide, near),
    }


def _has(tokens: Iterable[Token], *classes: str) -> bool:
    return any(t.classes.intersection(classes) for t in tokens)


def _graded(asked: bool, *enough: bool) -> float:
    """0 if nothing is asked or the last test holds, 1 if only the first does, 2 if none does."""
    if not asked:
        return 0.0
    return 2.0 if not enough[0] else 1.0 if not enough[-1] else 0.0


def _reach(a: Alignment, wide: Sequence[Token], near: Sequence[Token]) -> dict[str, float]:
    all_here = _has(a.tokens, "all_strong")
    any_all = _has(a.tokens, "all_strong", "all_weak")
    hedged = _has(near, "hedge_any") and not _has(a.tokens, "hedge_any")
    return {
        "all": _graded(
            all_here, _has(wide, "all_strong", "all_weak", "even"), _has(wide, "all_strong")
        ),
        "all_hedged": float(any_all and hedged),
        "each": float(_has(a.tokens, "all_weak") and not _has(wide, "all_strong", "all_weak")),
        "even": float(_has(a.tokens, "even") and not _has(wide, "even")),
        "only": _only(a, wide),
        "hedge_dropped": float(hedged),
    }


def _only(a: Alignment, wide: Sequence[Token]) -> float:
    worst = 0.0
    for i, token in enumerate(a.tokens):
        if "only_strong" not in token.classes or is_condition(a.clauses[a.clause_of[i]]):
            continue
        before = a.tokens[max(a.starts[a.clause_of[i]], i - 3) : i]
        if any(t.denies or t.text in ("如果", "若", "当") for t in before):
            continue
        kept = _has(wide, "only_strong") or any(t.text in ("才", "只要") for t in wide)
        worst = max(worst, 2.0 if not _NARROWS.search(a.passage.text) else 1.0 if not kept else 0.0)
    return worst


def _force(a: Alignment, wide: Sequence[Token], near: Sequence[Token]) -> dict[str, float]:
    asks_softly = _has(a.tokens, "bids")
    return {
        "must": _graded(
            any(_has(c.tokens, "must_strong") for c in a.clauses if not is_condition(c)),
            _has(wide, "must_strong", "binds"),
            _has(near, "must_strong") or any(_binds_firmly(t) for t in near),
        ),
        "must_for_may": float(
            _has(a.tokens, "must_any")
            and not asks_softly
            and not _has(near, "must_any")
            and _has(near, "may_any", "bids")
        ),
        "may_for_must": float(
            _has(a.tokens, "may_any")
            and not _has(wide, "may_any")
            and _has(near, "must_any", "must_strong")
        ),
        "may_for_no": float(
            _has(a.tokens, "may_any") and not _has(wide, "may_any") and _has(near, "neg")
        ),
    }


def _binds_firmly(token: Token) -> bool:
    return "binds" in token.classes and token.text not in ("要", "得")


def _licence(
    a: Alignment, sentence: str, wide: Sequence[Token], near: Sequence[Token]
) -> dict[str, float]:
    waives = _WAIVES.search(sentence) and not _has(wide, "needless")
    narrows = any(t.text in bundled_lexicon().members("needs_first") - {"后", "须"} for t in wide)
    kept = narrows or any(t.text in ("只能", "仅", "仅限", "方可", "只") for t in wide)
    only_if = bool(_ONLY_IF.search(sentence))
    stated = bool(re.search("只|仅|才|除非|方可", a.passage.text))
    return {
        "waived": float(bool(waives) and not _WAIVED.search(a.passage.text)),
        "only_if": _graded(only_if, stated, kept),
        "only_then": float(_has(a.tokens, "only_then") and not _has(wide, "needs_first")),
        "wherever": float(_has(a.tokens, "wherever") and not _has(wide, "enough")),
        "compared": float(_has(a.tokens, "compares") and not _has(wide, "compared")),
    }
