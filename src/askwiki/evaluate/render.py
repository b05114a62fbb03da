"""Figures -> the spreadsheet and the page to read."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

from askwiki.evaluate.labels import Labels
from askwiki.evaluate.metrics import Score
from askwiki.evaluate.runner import Result, Run
from askwiki.evaluate.summary import Group, Summary, mean_names, told, worth_reading

# --- the spreadsheet ------------------------------------------------------------------------------


def sheet(run: Run, labels: Labels) -> str:
    """The results as CSV, a row each, with nothing that a spreadsheet would calculate."""
    table = io.StringIO()
    writer = csv.writer(table)
    names = list(mean_names(run.k))
    writer.writerow([_safe(labels(name)) for name in (*_COLUMNS, *names)])
    for result in run.complete():
        row = [*_cells(result, labels), *(_rounded(result.metrics[name]) for name in names)]
        writer.writerow([_safe(cell) if isinstance(cell, str) else cell for cell in row])
    return table.getvalue()


_COLUMNS = (
    "id",
    "kind",
    "question",
    "expected_article",
    "expected_section",
    "must_abstain",
    "status",
    "reason",
    "confidence",
    "rank",
    "text",
    "missing_facts",
    "cited",
    "hits",
    "latency_ms",
    "why",
    "notes",
)


def _cells(result: Result, labels: Labels) -> list[str | float | None]:
    """The cells under `_COLUMNS`."""
    item = result.item
    return [
        item.id,
        item.kind,
        item.question,
        item.article,
        item.section,
        labels("yes") if item.abstain else labels("no"),
        labels(result.status),
        result.reason,
        result.confidence,
        result.ranks.get("relevant"),
        result.text,
        "；".join(result.missing_facts),
        "；".join(f"{c['title']} > {c['section']}" for c in result.citations),
        "；".join(result.hits),
        None if result.latency_ms is None else round(result.latency_ms, 1),
        why(result, labels),
        "；".join(f"{name}={value}" for name, value in item.notes),
    ]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _safe(cell: str) -> str:
    """`cell` so that no spreadsheet takes it for a formula (OWASP: CSV injection)."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r", *"＝＋－＠")) else cell


# --- the page to read -----------------------------------------------------------------------------


def why(result: Result, labels: Labels) -> str:
    """What is wrong with a result, in words."""
    if result.status in ("failed", "missing"):
        return ": ".join(filter(None, (labels(result.status), result.error)))
    answered = _why_answered(result, labels) if told(result) else []
    if result.status == "abstained" and not result.item.abstain:
        answered = [f"{labels('wrongly_refused')} ({result.reason})"]
    return "; ".join([*answered, *_why_ranked(result, labels)])


def _why_answered(result: Result, labels: Labels) -> list[str]:
    found = [labels("wrongly_answered")] if result.item.abstain else []
    if result.missing_facts:
        found.append(f"{labels('missing_facts')}: {'、'.join(result.missing_facts)}")
    if result.metrics["right_article"] == 0:
        found.append(f"{labels('wrong_article')}: {result.item.article}")
    if (result.metrics["citations_exact"] or 0.0) < 1:
        found.append(labels("inexact_citations"))
    return found


def _why_ranked(result: Result, labels: Labels) -> list[str]:
    rank = result.ranks["relevant"]
    if result.metrics["reciprocal_rank"] == 0:
        return [labels("not_in_top")]
    return [labels("at_rank").format(rank)] if rank is not None and rank > 1 else []


def page(run: Run, summary: Summary, setup: Mapping[str, str], labels: Labels) -> str:
    """The summary as Markdown, the set-up first."""
    names = summary.overall.scores
    ranked = [name for name in names if "@" in name or name == "reciprocal_rank"]
    others = [name for name in names if name not in ranked]
    cut = others.index("abstention_precision")
    blocks = [
        f"# {labels('report')}",
        _section(labels("setup"), _setup(summary, setup, labels)),
        _section(labels("counts"), _counts(summary, labels)),
        _section(labels("answers"), _figures(summary, others[:cut], labels)),
        _section(labels("retrieval"), _figures(summary, ranked, labels)),
        _section(labels("refusals"), _figures(summary, others[cut:], labels)),
        _section(labels("by_name"), _by_name(summary, labels)),
        _section(labels("worst"), _worst(run, labels)),
        _section(labels("meaning"), "\n".join(f"- {line}" for line in labels.lines)),
    ]
    return "\n\n".join(blocks) + "\n"


def _section(title: str, body: str) -> str:
    return f"## {title}\n\n{body}"


def _setup(summary: Summary, setup: Mapping[str, str], labels: Labels) -> str:
    rows = [
        (labels("questions"), str(summary.overall.counts["questions"])),
        (labels("depth"), str(summary.k)),
        *((labels(name), value) for name, value in setup.items()),
    ]
    if summary.not_judged_by:
        rows.append((labels("not_judged_by"), "、".join(summary.not_judged_by)))
    return _table(("", ""), rows)


def _counts(summary: Summary, labels: Labels) -> str:
    names = list(summary.overall.counts)
    rows = [
        (name, *(str(group.counts[count]) for count in names))
        for name, group in _groups(summary, labels)
    ]
    return _table((labels("kind"), *map(labels, names)), rows)


def _figures(summary: Summary, names: Sequence[str], labels: Labels) -> str:
    rows = [
        (title, *(_figure(name, group.scores[name]) for name in names))
        for title, group in _groups(summary, labels)
    ]
    return _table((labels("kind"), *map(labels, names)), rows)


def _groups(summary: Summary, labels: Labels) -> list[tuple[str, Group]]:
    kinds = [(group.kind or labels("no_kind"), group) for group in summary.kinds]
    return [(labels("all"), summary.overall), *kinds]


def _figure(name: str, score: Score) -> str:
    """The figure with the number of questions it rests on."""
    if score.value is None:
        return "—"
    return f"{score.value:.1f} ({score.n})" if "_ms" in name else f"{score.value:.3f} ({score.n})"


def _by_name(summary: Summary, labels: Labels) -> str:
    lines = [
        f"- {labels(name)} ({len(ids)}): {_plain('、'.join(ids)) or '—'}"
        for name, ids in summary.names.items()
    ]
    return "\n".join(lines)


def _worst(run: Run, labels: Labels) -> str:
    rows = [
        (r.item.id, r.item.kind, r.item.question, labels(r.status), why(r, labels))
        for r in worth_reading(run)
    ]
    if not rows:
        return labels("none_wrong")
    return _table(tuple(map(labels, ("id", "kind", "question", "status", "why"))), rows)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *(list(map(_plain, row)) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plain(text: str) -> str:
    """One line of at most 200 characters that Markdown shows as it is."""
    line = " ".join(text.split())
    line = line if len(line) <= 200 else line[:199] + "…"
    return re.sub(r"[\\`*_<>\[\]|#~$]", r"\\\g<0>", line)
