"""The pairs we wrote: enough of each kind, and split by passage."""

import json
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
OURS = ROOT / "benchmarks" / "judge_pairs.jsonl"
TRAINING = ROOT / "training" / "judge_pairs.jsonl"
KINDS = (
    *("number", "unit", "negation", "roles", "scope"),
    *("merged", "invented", "condition", "order", "entity"),
)


def rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_half_are_true_and_every_kind_has_twenty() -> None:
    pairs = rows(OURS)
    altered = Counter(r["kind"] for r in pairs if not r["supported"])
    assert len(pairs) == 550
    assert sum(bool(r["supported"]) for r in pairs) == 272
    assert {k: altered[k] >= 20 for k in KINDS} == dict.fromkeys(KINDS, True)


def test_no_passage_is_in_both_halves_or_in_training() -> None:
    halves: dict[str, set[object]] = {"tune": set(), "held-out": set()}
    for row in rows(OURS):
        halves[str(row["half"])].add(row["passage"])
    training = {r["passage"] for r in rows(TRAINING)}
    assert halves["tune"] & halves["held-out"] == set()
    assert (halves["tune"] | halves["held-out"]) & training == set()


@pytest.mark.parametrize("path", [OURS, TRAINING])
def test_ids_and_claims_are_single(path: Path) -> None:
    for field in ("id", "claim"):
        counts = Counter(str(r[field]) for r in rows(path))
        assert [value for value, n in counts.items() if n > 1] == []
