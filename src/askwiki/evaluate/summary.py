"""Run -> figures, with the questions that count as 0 called by name."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from askwiki.evaluate import metrics
from askwiki.evaluate.metrics import Score
from askwiki.evaluate.runner import Result, Run

_STATUSES = ("answered", "partial", "abstained", "failed", "missing")


@dataclass(frozen=True, slots=True)
class Group:
    """The questions of one kind, or all of them."""

    kind: str
    counts: Mapping[str, int]
    scores: Mapping[str, Score]


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a run.

    `names` holds the ids of the questions that "failed", are "missing", were "wrongly_refused" or
    "wrongly_answered", gave "inexact_citations", and of the "unjudged", of which nothing is
    expected.
    """

    k: int
    overall: Group
    kinds: tuple[Group, ...]
    names: Mapping[str, tuple[str, ...]]
    worst: tuple[str, ...]
    """Ids, worst first."""
    not_judged_by: tuple[str, ...]
    """Columns of the question set that no figure rests on."""

    def to_dict(self) -> dict[str, Any]:
        """Everything in plain values, ready for `json.dumps`."""
        return asdict(self)


def summarise(run: Run) -> Summary:
    """The figures overall and by kind, kinds in the order of their first question."""
    results = run.complete()
    kinds = dict.fromkeys(result.item.kind for result in results)
    columns = dict.fromkeys(name for item in run.items for name, _ in item.notes)
    return Summary(
        run.k,
        _group("", results, run.k),
        tuple(_group(kind, [r for r in results if r.item.kind == kind], run.k) for kind in kinds),
        {name: _ids(results, test) for name, test in _NAMED.items()},
        tuple(result.item.id for result in worth_reading(run)),
        tuple(columns),
    )


_NAMED: dict[str, Callable[[Result], bool]] = {
    "failed": lambda r: r.status == "failed",
    "missing": lambda r: r.status == "missing",
    "wrongly_refused": lambda r: r.status == "abstained" and not r.item.abstain,
    "wrongly_answered": lambda r: r.item.abstain and told(r),
    "inexact_citations": lambda r: (r.metrics["citations_exact"] or 0.0) < 1.0 and told(r),
    "unjudged": lambda r: r.metrics["right"] is None,
}


def _ids(results: Iterable[Result], test: Callable[[Result], bool]) -> tuple[str, ...]:
    return tuple(result.item.id for result in results if test(result))


def told(result: Result) -> bool:
    """Whether an answer was given, whole or in part."""
    return result.status in ("answered", "partial")


def _group(kind: str, results: Sequence[Result], k: int) -> Group:
    counts = Counter[str](result.status for result in results)
    must = sum(result.item.abstain for result in results)
    return Group(
        kind,
        {"questions": len(results), "to_answer": len(results) - must, "to_refuse": must}
        | {status: counts[status] for status in _STATUSES},
        _scores(results, k),
    )


def _scores(results: Sequence[Result], k: int) -> dict[str, Score]:
    given = [result for result in results if told(result)]
    pairs = [(r.confidence, r.metrics["right"]) for r in given]
    sure = [(c, right) for c, right in pairs if c is not None and right is not None]
    return {
        **{name: metrics.mean(r.metrics[name] for r in results) for name in mean_names(k)},
        "right_when_answered": metrics.mean(r.metrics["right"] for r in given),
        **metrics.abstention((r.item.abstain, r.status == "abstained") for r in results),
        "calibration_error": metrics.expected_calibration_error(sure),
        **metrics.latency([r.latency_ms for r in results if r.latency_ms is not None]),
    }


def mean_names(k: int) -> tuple[str, ...]:
    """The figures of a question of which a summary is the mean."""
    ranked = (*(f"hit@{n}" for n in metrics.cutoffs(k)), "reciprocal_rank", f"facts@{k}")
    answered = ("right", "answer_rate", "fact_recall", "all_facts", "right_article")
    return (*ranked, *answered, "citations_exact")


def worth_reading(run: Run, count: int = 10) -> tuple[Result, ...]:
    """The `count` worst results: most facts missing, then wrong article, then low rank.

    A question that failed, is missing, or was answered though it must be refused comes with
    those that state no fact. Results with nothing wrong are left out.
    """
    wrong = [result for result in run.complete() if _badness(result) < (1.0, 1.0, 1.0)]
    return tuple(sorted(wrong, key=_badness)[:count])


def _badness(result: Result) -> tuple[float, float, float]:
    """Smaller is worse; what does not apply is taken as good."""
    known = {name: 1.0 if value is None else value for name, value in result.metrics.items()}
    broken = result.status in ("failed", "missing") or (result.item.abstain and told(result))
    facts = 0.0 if broken else known["fact_recall"]
    return facts, known["right_article"], known["reciprocal_rank"]
