"""The judge of written sentences on pairs it has not learned from.

    python benchmarks/judge.py [--data DATA] [--out benchmarks/judge.md]

Pairs: the held-out half of `benchmarks/judge_pairs.jsonl`, (passage, sentence) written for this
project, split by passage before any error was looked at; where DATA is given, the claims of its test
intents; and `benchmarks/judge_answers.jsonl`, sentences of answers as a faithful and a careless
language model would write them, with the six passages that a search found. Every sentence is judged
twice: beside its passage alone, and among six sections: of the same article, or those found.
"""

import argparse
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "training"))

from askwiki import text as zh  # noqa: E402
from askwiki.chunk import chunk_article  # noqa: E402
from askwiki.corpus import load_corpus  # noqa: E402
from askwiki.proof import Judgement, Source, bundled_judge  # noqa: E402
from data import intents, read_lines, split_of  # noqa: E402
from habits import Habits, evened  # noqa: E402
from judge import all_claims, written_claims  # noqa: E402

SECTIONS = 6


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence with the passage it was written from, and the other sections beside it."""

    id: str
    source: Source
    others: tuple[Source, ...]
    text: str
    supported: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Verdict:
    pair: Pair
    alone: Judgement
    among: Judgement
    seconds: float


def own_pairs() -> list[Pair]:
    """The held-out half, each with five more sections of its article."""
    sections = defaultdict(list)
    for article in load_corpus(ROOT / "corpus").articles:
        for chunk in chunk_article(article):
            heading = f"{chunk.title} {' '.join(chunk.heading)}"
            sections[article.id].append(Source(article.id, heading, chunk.text, chunk.start))
    return [
        Pair(
            row["id"],
            source := Source(row["article"], f"{row['title']} {row['section']}", row["passage"], 0),
            tuple(s for s in sections[row["article"]] if s.heading != source.heading)[
                : SECTIONS - 1
            ],
            row["claim"],
            row["supported"],
            row["kind"],
        )
        for row in read_lines(ROOT / "benchmarks" / "judge_pairs.jsonl")
        if row["half"] == "held-out"
    ]


def shared_pairs(folder: Path) -> list[Pair]:
    """The claims of test intents, each with the passages of five intents of the same field."""
    known = {i.id: i for i in intents(folder)}
    of_field = defaultdict(list)
    for i in known.values():
        of_field[i.field].append(Source(i.id, i.heading, i.passage, 0))
    found = []
    for row in read_lines(folder / "claims_train.jsonl"):
        if split_of(int(row["intent"].rsplit("-", 1)[1])) != "test":
            continue
        intent = known[row["intent"]]
        field = of_field[intent.field]
        at = next(n for n, s in enumerate(field) if s.article_id == intent.id)
        others = tuple((field[at + 1 :] + field[:at])[: SECTIONS - 1])
        for n, claim in enumerate(row["claims"]):
            key = f"{intent.id}.{n}"
            found.append(
                Pair(key, field[at], others, claim["text"], claim["supported"], claim["kind"])
            )
    return found


def answer_pairs() -> list[Pair]:
    """Sentences of answers, each with the passage it is nearest to and the others that were found."""
    found = []
    for row in read_lines(ROOT / "benchmarks" / "judge_answers.jsonl"):
        sources = [
            Source(p["article"], " ".join((p["title"], *p["heading"])), p["text"], p["start"])
            for p in row["passages"]
        ]
        for n, said in enumerate(row["sentences"]):
            own = said["passage"] - 1
            others = (*sources[:own], *sources[own + 1 :])
            kind = "faithful" if said["supported"] else "careless"
            key = f"{row['id']}.{n}"
            found.append(Pair(key, sources[own], others, said["text"], said["supported"], kind))
    return found


def judged(pairs: Sequence[Pair]) -> list[Verdict]:
    judge = bundled_judge()
    verdicts = []
    for pair in pairs:
        alone = judge.judge(pair.text, [pair.source])
        start = time.perf_counter()
        among = judge.judge(pair.text, [*pair.others, pair.source])
        verdicts.append(Verdict(pair, alone, among, time.perf_counter() - start))
    return verdicts


def share(verdicts: Sequence[Verdict], supported: bool, among: bool = False) -> float:
    """Share of the true pairs that pass, or of the altered ones that are caught."""
    wanted = [v for v in verdicts if v.pair.supported == supported]
    right = sum((v.among if among else v.alone).supported == supported for v in wanted)
    return right / len(wanted)


def control(verdicts: Sequence[Verdict], habits: Habits | None) -> Iterator[str]:
    """What the words of the sentences alone tell, and the figures without it."""
    if habits is None:
        return
    altered = np.array([not v.pair.supported for v in verdicts])
    odds = habits.log_odds([v.pair.text for v in verdicts])
    weights = evened(odds, altered)
    struck = np.array([not v.alone.supported for v in verdicts])
    caught = np.average(struck[altered], weights=weights[altered])
    passed = np.average(~struck[~altered], weights=weights[~altered])
    score = np.array([-v.alone.score for v in verdicts])
    alone, own = roc_auc_score(altered, odds), roc_auc_score(altered, score)
    even = roc_auc_score(altered, score, sample_weight=weights)
    left = roc_auc_score(altered, odds, sample_weight=weights)
    yield f"\nThe words of the sentences alone, without any passage, tell true from altered with an AUROC of {alone:.3f}, learned from the training claims (`training/habits.py`): their writers have habits. The judge has {own:.3f}; {even:.3f} where every sentence weighs the inverse of the chance that its words give to what it is, so that words alone have {left:.3f}. Under those weights {caught:.3f} of the altered are caught and {passed:.3f} of the true pass."


def curve(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """What other thresholds would give."""
    altered = sorted(v.alone.score for v in verdicts if not v.pair.supported)
    true = [v.alone.score for v in verdicts if v.pair.supported]
    yield "| altered caught | true passed |\n|---|---|"
    for caught in (0.99, 0.95, 0.9, 0.85, 0.8, 0.7):
        cut = altered[min(len(altered) - 1, int(caught * len(altered)))]
        yield f"| {caught:.2f} | {sum(s > cut for s in true) / len(true):.3f} |"


def by_kind(verdicts: Sequence[Verdict]) -> Iterator[str]:
    struck = 1 - share(verdicts, True)
    yield "| kind | pairs | recall | precision | recall among six |\n|---|---|---|---|---|"
    for kind in sorted({v.pair.kind for v in verdicts if not v.pair.supported}):
        mine = [v for v in verdicts if v.pair.kind == kind and not v.pair.supported]
        caught, among = share(mine, False), share(mine, False, among=True)
        precision = f"{caught / (caught + struck):.3f}" if caught else "—"
        yield f"| {kind} | {len(mine)} | {caught:.3f} | {precision} | {among:.3f} |"
    yield ""
    yield "| true, kind | pairs | passed | passed among six |\n|---|---|---|---|"
    for kind in sorted({v.pair.kind for v in verdicts if v.pair.supported}):
        mine = [v for v in verdicts if v.pair.kind == kind and v.pair.supported]
        yield f"| {kind} | {len(mine)} | {share(mine, True):.3f} | {share(mine, True, True):.3f} |"


def errors(verdicts: Sequence[Verdict], most: int = 25) -> Iterator[str]:
    missed = [v for v in verdicts if not v.pair.supported and v.alone.supported]
    struck = [v for v in verdicts if v.pair.supported and not v.alone.supported]
    for title, wrong in (("Altered, passed", missed), ("True, struck", struck)):
        yield f"\n{title}: {len(wrong)}. The first {min(most, len(wrong))}, surest first:\n"
        sure = sorted(wrong, key=lambda v: v.alone.score, reverse=title.startswith("Altered"))
        for v in sure[:most]:
            named = f" ({', '.join(v.alone.faults)})" if v.alone.faults else ""
            yield f"- {v.pair.kind}: {v.pair.text}{named}"


def unseen(verdicts: Sequence[Verdict], passages: Sequence[str]) -> Iterator[str]:
    """The same figures on passages that no training claim was written on."""
    known = {line for passage in passages for line in lines_of(passage)}
    new = [v for v in verdicts if not known & set(lines_of(v.pair.source.text))]
    yield f"\nOf these sentences {len(new)} rest on passages that share no line with one that training claims were written on (other claims than these): of those {share(new, False, True):.3f} of the altered are caught and {share(new, True, True):.3f} of the true pass, among six sections."


def lines_of(passage: str) -> list[str]:
    """Its sentences of ten characters or more."""
    cut = (passage[unit.start : unit.end].strip() for unit in zh.units(passage))
    return [line for line in cut if len(line) >= 10]


def section(title: str, verdicts: Sequence[Verdict], habits: Habits | None = None) -> Iterator[str]:
    true = sum(v.pair.supported for v in verdicts)
    yield f"\n## {title}\n"
    yield f"{len(verdicts)} pairs, {true} true and {len(verdicts) - true} altered.\n"
    yield "| | altered caught | true passed |\n|---|---|---|"
    for name, among in (("beside its passage", False), ("among six sections", True)):
        caught, passed = share(verdicts, False, among), share(verdicts, True, among)
        yield f"| {name} | {caught:.3f} | {passed:.3f} |"
    yield from control(verdicts, habits)
    yield "\nOther thresholds, beside its passage:\n"
    yield from curve(verdicts)
    yield "\nRecall: share of the altered pairs of a kind that are caught. Precision: as if true and altered pairs of the kind were equally many.\n"
    yield from by_kind(verdicts)
    yield from errors(verdicts)


def report(data: Path | None) -> Iterator[str]:
    yield "# The judge of written sentences\n"
    yield (__doc__ or "").split("\n\n")[2].replace("\n", " ")
    yield "\nTarget: at least 0.95 of altered sentences caught while 0.9 of true ones pass. What each line says is measured; errors are listed below.\n"
    habits = Habits([*all_claims(data), *written_claims(data)]) if data else None
    own = judged(own_pairs())
    times = [1000 * v.seconds for v in own]
    yield f"One sentence among {SECTIONS} sections: median {statistics.median(times):.1f} ms, 95 % within {sorted(times)[int(0.95 * len(times))]:.1f} ms, sources read for the first time included."
    yield from section("Our own pairs, held-out half", own, habits)
    if data is None:
        yield "\n## Claims of the test intents\n\nNot run: no data folder was given."
    else:
        yield from section("Claims of the test intents", judged(shared_pairs(data)), habits)
    answers = judged(answer_pairs())
    yield from section("Sentences of answers", answers, habits)
    if data is not None:
        learned = [*all_claims(data), *written_claims(data)]
        yield from unseen(answers, [claim.passage for claim in learned])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder of training data")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "judge.md")
    arguments = parser.parse_args()
    if arguments.data is None:
        print("no --data: the claims of the test intents are left out", file=sys.stderr)
    arguments.out.write_text("\n".join(report(arguments.data)) + "\n", "utf-8")
    print(f"written to {arguments.out}")


if __name__ == "__main__":
    main()
