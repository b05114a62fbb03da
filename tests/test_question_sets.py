"""The question sets that ship with the corpus: splits kept apart, every expectation real."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from askwiki import AskWiki
from askwiki.evaluate import read_questions
from askwiki.evaluate.metrics import holds
from askwiki.text import normalise

CORPUS = Path(__file__).parent.parent / "corpus"
SPLITS = ("train", "tune", "test")


def bare(question: str) -> str:
    return re.sub(r"[\W_]+", "", normalise(question))


def grams(question: str) -> frozenset[str]:
    text = bare(question)
    return frozenset(text[i : i + 2] for i in range(len(text) - 1)) or frozenset([text])


def asked() -> list[str]:
    return [
        question
        for path in sorted((CORPUS / "asked").glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
        for question in json.loads(line)["questions"]
    ]


def questions(split: str) -> list[str]:
    """Those that stand alone and say something: what is noise is alike by nature."""
    if split == "asked":
        return asked()
    items = read_questions(CORPUS / "questions" / f"{split}.jsonl")
    return [i.question for i in items if not i.history and len(bare(i.question)) > 3]


def test_the_number_in_an_id_decides_the_split() -> None:
    for split in SPLITS:
        for item in read_questions(CORPUS / "questions" / f"{split}.jsonl"):
            number = re.fullmatch(r"[a-z]+-(\d+)\.\d", item.id)
            if number:
                last = int(number[1]) % 10
                expected = "test" if last in (0, 5) else "tune" if last == 1 else "train"
                assert split == expected, item.id


@pytest.mark.parametrize(
    ("held", "others"),
    [("tune", ("asked", "train")), ("test", ("asked", "train", "tune"))],
)
def test_no_question_is_a_near_copy_of_one_held_back(held: str, others: tuple[str, ...]) -> None:
    index: dict[str, list[int]] = {}
    known = [grams(question) for question in questions(held)]
    for number, question in enumerate(known):
        for gram in question:
            index.setdefault(gram, []).append(number)
    copies = []
    for question in (one for other in others for one in questions(other)):
        own = grams(question)
        shared = Counter(number for gram in own for number in index.get(gram, ()))
        if any(count / len(own | known[number]) >= 0.8 for number, count in shared.items()):
            copies.append(question)
    assert copies == []


@pytest.mark.parametrize("split", SPLITS)
def test_every_expected_section_exists_and_its_article_holds_the_facts(
    wiki: AskWiki, split: str
) -> None:
    places = {
        (a.id, s.path[-1] if s.path else ""): a.text[s.start : s.end]
        for a in wiki.articles.values()
        for s in a.sections
    }
    everything = "\n".join(article.text for article in wiki.articles.values())
    missing = []
    for item in read_questions(CORPUS / "questions" / f"{split}.jsonl"):
        if item.abstain:
            continue
        assert item.article is not None
        assert item.section is not None
        text = places[item.article, item.section]
        if item.kind == "two_part":  # the second part may stand in any other section
            assert any(holds(text, way) for fact in item.facts for way in fact), item.id
            text = everything
        missing += [
            (item.id, fact) for fact in item.facts if not any(holds(text, way) for way in fact)
        ]
    assert missing == []


def test_every_section_but_leads_has_at_least_three_judged_questions(wiki: AskWiki) -> None:
    judged = Counter(
        (item.article, item.section)
        for split in SPLITS
        for item in read_questions(CORPUS / "questions" / f"{split}.jsonl")
    )
    sections = {(a.id, s.path[-1]) for a in wiki.articles.values() for s in a.sections if s.path}
    assert {place for place in sections if judged[place] < 3} == set()


def test_every_section_has_at_least_three_questions() -> None:
    for path in sorted((CORPUS / "asked").glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            assert len(json.loads(line)["questions"]) >= 3, line


def test_there_are_enough_questions_of_each_hard_kind() -> None:
    items = [i for s in SPLITS for i in read_questions(CORPUS / "questions" / f"{s}.jsonl")]
    refused = Counter(item.kind for item in items if item.abstain)
    assert sum(refused.values()) >= 300
    assert (
        min(refused[kind] for kind in ("other_subject", "same_trade", "not_stated", "noise")) >= 60
    )
    assert sum(item.kind == "two_part" for item in items) >= 60
    conversations = {item.id.split(".")[0] for item in items if item.history}
    assert len(conversations) >= 60
