"""Fits the judge of written sentences: `src/askwiki/data/judge.json`.

    python training/judge.py DATA

Learns from the claims of DATA (training and tuning intents), from `training/judge_pairs.jsonl` and
from the tuning half of `benchmarks/judge_pairs.jsonl`; test intents and the held-out half are not
read. Half a logistic regression, half boosted trees, over the signs of `askwiki.proof.signs` and what
networks that have not seen a claim's passage say of it (`claims_read.npz`, made by `entailment.py`);
the freely worded pairs (passages t200 and up) count `FREE_WEIGHT` each, or they would outvote the
others; and each claim the more, the less its words alone tell what it is (`habits.py`).
The threshold is the one at which nine of ten altered claims are caught when every intent and passage
is judged by a fit that has not seen it (six folds). Prints those figures; same data, same file.
"""

import argparse
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from askwiki.proof.passage import read_passage
from askwiki.proof.signs import signs
from askwiki.proof.weigh import READ, Weights
from data import encyclopaedia, intents, read_lines, sections, split_of
from habits import cross_fitted, evened

ROOT = Path(__file__).parent.parent
OUT = ROOT / "src" / "askwiki" / "data" / "judge.json"
CLAIMS_READ = ROOT / "training" / "claims_read.npz"
SEED = 20261122
FOLDS = 6
FREE_FROM = 200
FREE_WEIGHT = 0.3
FREE, WRITTEN = "own, freely worded", "own, eight a passage"
CAUGHT = 0.9
"""Share of altered claims that the threshold catches in cross-validation."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A written sentence with its source; claims of one `group` share it."""

    group: str
    heading: str
    passage: str
    text: str
    supported: bool
    kind: str
    origin: str


def shared_claims(folder: Path) -> list[Claim]:
    """The claims of the data folder, test intents left out."""
    passages = {i.id: i for i in intents(folder)}
    found = []
    for row in read_lines(folder / "claims_train.jsonl"):
        if split_of(int(row["intent"].rsplit("-", 1)[1])) == "test":
            continue
        intent = passages[row["intent"]]
        for c in row["claims"]:
            found.append(
                Claim(
                    row["intent"],
                    intent.heading,
                    intent.passage,
                    c["text"],
                    c["supported"],
                    c["kind"],
                    "shared claims",
                )
            )
    return found


def own_claims(path: Path, half: str, origin: str) -> list[Claim]:
    """Our own pairs of one half; those from passage t200 on are of the origin `FREE`."""
    return [
        Claim(
            row["id"].split("-")[0],
            f"{row['title']} {row['section']}",
            row["passage"],
            row["claim"],
            row["supported"],
            row["kind"],
            FREE if _is_free(row["id"]) else origin,
        )
        for row in read_lines(path)
        if row["half"] == half
    ]


def written_claims(folder: Path) -> list[Claim]:
    """Claims written in eight on each of some three thousand passages, none that is judged by.

    A passage of the wiki stands there; others are named: an intent, a row of `sections`, the digest of
    an encyclopaedia paragraph.
    """
    rows, known = sections(folder), {i.id: i for i in intents(folder)}
    contexts = {digest_of(r.context): r.context for r in encyclopaedia(folder)}
    found = []
    for record in read_lines(ROOT / "training" / "questions" / "claims.jsonl"):
        if "passage" in record:
            heading, passage = f"{record['title']} {record['section']}", record["passage"]
        elif "intent" in record:
            heading, passage = known[record["intent"]].heading, known[record["intent"]].passage
        elif "row" in record:
            heading, passage = rows[record["row"]].path, rows[record["row"]].text
        else:
            heading, passage = "", contexts[record["context"]]
        found += [
            Claim(record["id"], heading, passage, c["text"], c["supported"], c["kind"], WRITTEN)
            for c in record["claims"]
        ]
    return found


def digest_of(text: str) -> str:
    """What names a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def all_claims(folder: Path) -> list[Claim]:
    """Every claim that is learned from, but for `written_claims`."""
    return [
        *shared_claims(folder),
        *own_claims(ROOT / "training" / "judge_pairs.jsonl", "train", "own, training"),
        *own_claims(ROOT / "benchmarks" / "judge_pairs.jsonl", "tune", "own, tuning half"),
    ]


def _is_free(key: str) -> bool:
    return key.startswith("t") and int(key.split("-")[0][1:]) >= FREE_FROM


def weights_of(claims: list[Claim]) -> np.ndarray:
    """(n,) how much each claim counts in a fit."""
    return np.array([FREE_WEIGHT if c.origin == FREE else 1.0 for c in claims])


def table(claims: list[Claim], read: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """(n, signs) float64, the last of them `read`; (n,) 1 for altered; the names of the signs."""
    rows = [signs(c.text, read_passage(c.heading, c.passage))[1] for c in claims]
    x = np.array([[*row.values(), float(logit)] for row, logit in zip(rows, read, strict=True)])
    return x, np.array([not c.supported for c in claims], float), [*rows[0], READ]


def read_claims(claims: list[Claim]) -> np.ndarray:
    """(n,) what `entailment.py` left of each claim."""
    with np.load(CLAIMS_READ) as stored:
        read: np.ndarray = stored["read"]
        digest = str(stored["digest"])
    if digest != digest_of("".join(claim.text for claim in claims)):
        raise SystemExit(f"{CLAIMS_READ} is of other claims: run entailment.py")
    return read


def fit(
    x: np.ndarray, y: np.ndarray, w: np.ndarray, names: list[str], threshold: float = 0.5
) -> Weights:
    """Both models on all of `x` under the weights `w`, as they are stored."""
    mean, scale = x.mean(0), np.where(x.std(0) > 0, x.std(0), 1.0)
    linear = LogisticRegression(C=0.1, max_iter=5000).fit((x - mean) / scale, y, sample_weight=w)
    boosted = GradientBoostingClassifier(
        n_estimators=400,
        max_depth=5,
        learning_rate=0.035,
        subsample=0.5,
        max_features=0.1,
        min_samples_leaf=10,
        random_state=SEED,
    ).fit(x, y, sample_weight=w)
    share = float(np.average(y, weights=w))
    return Weights.of(
        {
            "signs": names,
            "mean": np.round(mean, 6).tolist(),
            "scale": np.round(scale, 6).tolist(),
            "linear": np.round(linear.coef_[0], 6).tolist(),
            "bias": round(float(linear.intercept_[0]), 6),
            "base": round(float(np.log(share / (1 - share))), 6),
            "trees": [nodes(e[0].tree_, boosted.learning_rate) for e in boosted.estimators_],
            "threshold": threshold,
        }
    )


def nodes(tree: object, rate: float) -> list[list[float]]:
    """A tree as `weigh` walks it."""
    found: list[list[float]] = []
    for k in range(tree.node_count):  # type: ignore[attr-defined]
        left, right = int(tree.children_left[k]), int(tree.children_right[k])  # type: ignore[attr-defined]
        if left < 0:
            found.append([round(rate * float(tree.value[k][0][0]), 6)])  # type: ignore[attr-defined]
        else:
            cut = round(float(tree.threshold[k]), 6)  # type: ignore[attr-defined]
            found.append([int(tree.feature[k]), cut, left, right])  # type: ignore[attr-defined]
    return found


def chances(weights: Weights, x: np.ndarray) -> np.ndarray:
    """(n,) the stored model's chance of a fault."""
    return np.array([weights.chance(dict(zip(weights.signs, row, strict=True))) for row in x])


def folds_of(claims: list[Claim]) -> np.ndarray:
    """(n,) the fold of each claim; those on one passage share it."""
    groups = sorted({c.group for c in claims})
    order = np.random.default_rng(SEED).permutation(len(groups))
    fold_of = {group: int(order[k]) % FOLDS for k, group in enumerate(groups)}
    return np.array([fold_of[c.group] for c in claims])


def cross_validated(
    claims: list[Claim], x: np.ndarray, y: np.ndarray, w: np.ndarray, names: list[str]
) -> np.ndarray:
    """(n,) each claim's chance by a fit without its passage."""
    fold = folds_of(claims)
    chance = np.zeros(len(claims))
    for k in range(FOLDS):
        chance[fold == k] = chances(
            fit(x[fold != k], y[fold != k], w[fold != k], names), x[fold == k]
        )
    return chance


def lowest_share(values: np.ndarray, w: np.ndarray, share: float) -> float:
    """The value below which `share` of the weight lies."""
    order = np.argsort(values)
    reached = np.cumsum(w[order]) / w.sum()
    return float(values[order][np.searchsorted(reached, share)])


def report(name: str, chance: np.ndarray, y: np.ndarray, threshold: float) -> None:
    strict = np.quantile(chance[y == 0], 0.9)
    print(
        f"{name}: {len(y)} claims, AUROC {roc_auc_score(y, chance):.3f}, at the threshold "
        f"{(chance[y == 1] > threshold).mean():.3f} of altered caught, "
        f"{(chance[y == 0] <= threshold).mean():.3f} of true passed; where 0.9 of true pass, "
        f"{(chance[y == 1] > strict).mean():.3f} caught"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of training data")
    folder = parser.parse_args().data
    claims = all_claims(folder)
    x, y, names = table(claims, read_claims(claims))
    odds = cross_fitted([*claims, *written_claims(folder)])[: len(claims)]
    w = weights_of(claims) * evened(odds, y > 0)
    chance = cross_validated(claims, x, y, w, names)
    threshold = round(lowest_share(chance[y == 1], w[y == 1], 1 - CAUGHT), 4)
    report("all, six folds", chance, y, threshold)
    for origin in sorted({c.origin for c in claims}):
        mine = np.array([c.origin == origin for c in claims])
        report(f"  {origin}", chance[mine], y[mine], threshold)
    weights = fit(x, y, w, names, threshold)
    fields = {name: getattr(weights, name) for name in Weights.__slots__}
    OUT.write_text(json.dumps(fields, separators=(",", ":")) + "\n", "utf-8")
    print(f"{len(names)} signs, threshold {threshold}, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
