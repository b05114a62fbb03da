"""The network that is trained is the one that runs, and training it makes it better."""

import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import entailment
from askwiki.network import CharacterNetwork
from askwiki.proof.alignment import Alignment
from askwiki.proof.entailment import Entailment
from askwiki.proof.passage import read_passage
from entailment import Network, batches, characters_of, logits, train
from judge import Claim
from layers import export

DOERS = ("单位", "运营商", "客户", "服务商", "代理商", "法院")
DEEDS = ("提交材料", "缴纳话费", "签订合同", "出具发票")


def claims() -> list[Claim]:
    """Who does what, and the same with another doer who is named as well."""
    made = []
    for number, (one, two) in enumerate((a, b) for a in DOERS for b in DOERS if a != b):
        first, second = DEEDS[number % 4], DEEDS[(number + 1) % 4]
        passage = f"{one}应当{first}。{two}应当{second}。"
        for doer, deed, true in (
            (one, first, True),
            (two, second, True),
            (two, first, False),
            (one, second, False),
        ):
            made.append(Claim(str(number), "", passage, f"由{doer}{deed}。", true, "roles", ""))
    return made


@pytest.fixture
def fresh() -> tuple[Network, str]:
    torch.manual_seed(1)
    torch.set_num_threads(1)
    own = claims()
    characters = characters_of(own)
    return Network(len(characters) + 2), characters


def test_numpy_gives_what_torch_gives(fresh: tuple[Network, str], tmp_path: Path) -> None:
    model, characters = fresh
    own = claims()[:12]
    own.append(
        Claim(
            "",
            "话费 合同",
            "- 客户：\n  - 缴纳话费，5元。\n- 没有别的。",
            "5元话费由客户缴。",
            True,
            "",
            "",
        )
    )
    own.append(Claim("", "", "。", "客户缴纳话费。", True, "", ""))
    own.append(Claim("", "", "客户缴纳话费。", "。", True, "", ""))
    passages, pairs = entailment._prepared(own)
    export(model, characters, tmp_path, "test")
    loaded = Entailment.load(tmp_path)
    expected = logits(model, pairs, passages, loaded.rows_of)
    found = [loaded.logit(Alignment(c.text, read_passage(c.heading, c.passage))) for c in own]
    assert np.ptp(expected) > 0.01
    assert found == pytest.approx(expected, abs=0.01)  # int8 tables here


def test_training_learns_who_does_what(fresh: tuple[Network, str]) -> None:
    model, characters = fresh
    rows = CharacterNetwork(characters, {}).rows_of
    passages, pairs = entailment._prepared(claims())
    held = [pair for n, pair in enumerate(pairs) if n // 4 % 5 == 0]
    seen = [pair for n, pair in enumerate(pairs) if n // 4 % 5]

    def right() -> float:
        found = logits(model, held, passages, rows) > 0
        return float((found == np.array([pair.altered > 0 for pair in held])).mean())

    before = right()
    train(model, seen, passages, rows, 40, 3e-3)
    assert before < 0.8
    assert right() > 0.9


def test_batches_hold_every_pair_once_and_passages_whole() -> None:
    passages, pairs = entailment._prepared(claims())
    made = batches(pairs, passages, random.Random(1))
    assert sorted(n for batch in made for n in batch) == list(range(len(pairs)))
    of = [{pairs[n].passage for n in batch} for batch in made]
    assert sum(map(len, of)) == len(passages)


def test_claims_on_the_wiki_share_no_passage_with_the_held_out_pairs() -> None:
    root = Path(entailment.__file__).parent.parent
    pairs = (root / "benchmarks" / "judge_pairs.jsonl").read_text("utf-8").splitlines()
    rows = map(json.loads, pairs)
    held = {row["passage"] for row in rows if row["half"] == "held-out"}
    lines = (root / "training" / "questions" / "claims.jsonl").read_text("utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    assert not [r["id"] for r in records if any(_overlap(r.get("passage", ""), p) for p in held)]
    told = [claim for record in records for claim in record["claims"]]
    assert abs(sum(c["supported"] for c in told) / len(told) - 0.5) < 0.01
    assert len({r["id"] for r in records}) == len(records)


def _overlap(one: str, other: str) -> bool:
    """Whether a quarter of the shorter one's 4-grams are in the other too."""
    own, theirs = ({text[i : i + 4] for i in range(len(text) - 3)} for text in (one, other))
    return len(own & theirs) > 0.25 * max(1, min(len(own), len(theirs)))


def test_what_words_alone_tell_is_not_left_to_the_network() -> None:
    """Where words alone tell all, the network that was told so beforehand says little."""
    own = [
        Claim(str(n), "", f"{doer}应当提交材料。", f"由{doer}提交材料{end}。", end == "等", "", "")
        for n, doer in enumerate(DOERS)
        for end in ("等", "才")
    ] * 4
    characters = characters_of(own)
    rows = CharacterNetwork(characters, {}).rows_of
    passages, pairs = entailment._prepared(own)
    spread = []
    for habit in (0.0, 4.0):
        torch.manual_seed(1)
        model = Network(len(characters) + 2)
        known = [replace(p, habit=habit if p.altered else -habit) for p in pairs]
        train(model, known, passages, rows, 30, 3e-3)
        spread.append(float(np.ptp(logits(model, pairs, passages, rows))))
    assert spread[0] > 4
    assert spread[1] < spread[0] / 2
