"""Training on articles of one's own, on a small case in words that nobody knows."""

import hashlib
import io
import json
import random
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("datasets")
pytest.importorskip("accelerate")

import convert
import own
from askwiki import AskWiki
from askwiki.corpus import load_corpus
from askwiki.embed import StaticEncoder, bundled_encoder, load_encoder
from askwiki.errors import IndexMismatchError, QuestionSetError, SettingsError
from askwiki.evaluate import Item, read_questions
from askwiki.retrieve import Retriever
from askwiki.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore")  # torch and datasets warn of their own ways

MACHINES = ("青砚", "赭帆", "玳楹", "绀篁", "缃麓", "黛汀", "绛埙")
WORDS = {  # what an article calls a part: two words of people for it
    "璩阙": ("嘟篓", "旮囡"),
    "翮樑": ("叭叽", "趔欻"),
    "沅镛": ("咕摞", "囫镲"),
    "锷坫": ("嗒啵", "嵖饸"),
    "甓庑": ("吱瓯", "犄氆"),
    "鞲瓠": ("嘭簸", "鼙魍"),
}
FILES = ("table.npy", "scales.npy", "idf.npy", "vocabulary.txt")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `corpus` of seven articles, six sections each, and `questions.jsonl`."""
    folder = tmp_path_factory.mktemp("case")
    (folder / "corpus" / "asked").mkdir(parents=True)
    questions, asked = [], []
    for n, machine in enumerate(MACHINES):
        parts = [f"## {part}\n\n{machine}的{part}要先看好再用。" for part in WORDS]
        text = "\n\n".join([f"# {machine}", *parts])
        (folder / "corpus" / f"m{n}.md").write_text(text, "utf-8")
        for part, (said, also) in WORDS.items():
            place = {"article": f"m{n}", "section": part}
            questions.append({"question": f"{machine}那个{said}咋弄", **place})
            if n % 2:
                asked.append({**place, "questions": [f"{also}怎么办"]})
    for name, rows in (("questions.jsonl", questions), ("corpus/asked/a.jsonl", asked)):
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / name).write_text(lines, "utf-8")
    return folder


@pytest.fixture(scope="module")
def trained(case: Path) -> Iterator[tuple[Path, str]]:
    """The folder that the command wrote, and what it printed."""
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed):
        patch.chdir(case)
        assert own.main(["corpus", "questions.jsonl", "--out", "mine"]) == 0
    yield case / "mine", printed.getvalue()


def test_the_held_back_sections_are_found_after_and_not_before(trained: tuple[Path, str]) -> None:
    lines = trained[1].splitlines()
    assert lines[:2] == [
        "7 articles; 42 questions, of which 42 name one section and stand alone",
        "held back for judging: 9 of 42 sections, 9 questions",
    ]
    first = next(line.split() for line in lines if line.startswith("hit@1"))
    assert float(first[1]) < 0.5  # a sixth by chance
    assert float(first[2]) == 1.0
    assert "It helped." in lines


def test_the_files_are_in_the_bundled_format_with_their_digests(
    trained: tuple[Path, str],
) -> None:
    folder = trained[0]
    assert sorted(path.name for path in folder.iterdir()) == sorted([*FILES, "model.json"])
    card = json.loads((folder / "model.json").read_text("utf-8"))
    sums = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}
    assert card == {
        "id": f"{bundled_encoder().id}+own",
        "dimension": 192,
        "digest": hashlib.sha256("".join(sums.values()).encode()).hexdigest(),
        "sha256": sums,
    }
    assert f"digest {card['digest'][:12]}: run it with ASKWIKI_ENCODER=mine" in trained[1]


def test_rows_of_words_that_no_article_holds_are_the_bundled_ones(
    trained: tuple[Path, str], case: Path
) -> None:
    old, new = convert.read_weights(convert.OUT), convert.read_weights(trained[0])
    count = len(old.vocabulary)
    assert new.vocabulary[:count] == old.vocabulary
    assert {"璩阙", "嘟篓"} <= set(new.vocabulary[count:])
    assert (new.idf[:count] == old.idf).all()
    assert (new.idf[count:] == old.idf.max()).all()
    rows = {gram: row for row, gram in enumerate(old.vocabulary)}
    far = [rows[gram] for gram in ("电话", "发票", "话费")]
    assert (new.rows[far] == old.rows[far]).all()
    assert (new.rows[rows["用"]] != old.rows[rows["用"]]).any()


def test_the_same_command_gives_the_same_digest(
    trained: tuple[Path, str], case: Path, tmp_path: Path
) -> None:
    own.run(case / "corpus", case / "questions.jsonl", tmp_path / "again")
    digests = [StaticEncoder.load(f).digest for f in (trained[0], tmp_path / "again")]
    assert digests[0] == digests[1]


def test_the_wiki_runs_it_and_refuses_the_index_of_another(
    trained: tuple[Path, str], case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    AskWiki.build(case / "corpus", tmp_path / "index")
    monkeypatch.setenv("ASKWIKI_ENCODER", str(trained[0]))
    settings = Settings.load()
    with pytest.raises(IndexMismatchError, match=r"\+own.*askwiki index build"):
        AskWiki.open(tmp_path / "index", settings)
    wiki = AskWiki.build(case / "corpus", tmp_path / "index", settings)
    assert wiki.store.manifest.encoder_digest == load_encoder(str(trained[0])).digest
    found = Retriever(wiki.store, load_encoder(settings.encoder))
    hit = found.retrieve("青砚那个嘟篓咋弄")[0]
    assert (hit.chunk.article_id, hit.chunk.heading) == ("m0", ("璩阙",))


# --- what trains and what judges ------------------------------------------------------------------


def asked_in(case: Path) -> tuple[tuple[object, ...], list[own.Asked]]:
    articles = load_corpus(case / "corpus").articles
    return articles, own.asked_of(read_questions(case / "questions.jsonl"), articles)


def test_nothing_of_a_section_that_is_held_back_trains(case: Path) -> None:
    articles, asked = asked_in(case)
    held = own.held_places(asked)
    assert [one.place for one in asked if one.place in held][:3] == [
        ("m0", ("璩阙",)),
        ("m0", ("鞲瓠",)),
        ("m1", ("甓庑",)),
    ]
    groups = own.training_pairs(articles, asked, held, random.Random(0))
    texts = {text for pairs in groups.values() for pair in pairs for text in pair}
    assert not any("青砚的璩阙" in text or "青砚那个嘟篓" in text for text in texts)
    assert ("赭帆那个嘟篓咋弄", "赭帆\n璩阙\n赭帆的璩阙要先看好再用。") in groups["questions"]
    assert ("犄氆怎么办", "绀篁\n甓庑\n绀篁的甓庑要先看好再用。") in groups["questions"]


def test_questions_without_one_section_are_left_out(case: Path) -> None:
    articles, _ = asked_in(case)
    whole = Item("1", "青砚那个嘟篓咋弄", "m0", "璩阙")
    items = [
        whole,
        replace(whole, section="没有"),
        replace(whole, section=None),
        replace(whole, section=None, facts=(("青砚的翮樑",),)),
        replace(whole, article="青砚"),
        replace(whole, history=(("青砚是什么", ""),)),
        Item("7", "今天天气", abstain=True),
        Item("8", "哪一段", facts=(("青砚的翮樑",),)),
    ]
    found = own.asked_of(items, articles)
    assert [one.place for one in found] == [
        ("m0", ("璩阙",)),
        ("m0", ("翮樑",)),
        ("m0", ("璩阙",)),
    ]


def test_too_few_sections_are_told(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    four = [own.Asked("问", (f"m{n}", ())) for n in range(4)]
    with pytest.raises(QuestionSetError, match="4 questions name 4 sections"):
        own.held_places([*four])
    assert own.held_places([*four, own.Asked("问", ("m4", ()))]) == {("m0", ())}
    lines = (case / "questions.jsonl").read_text("utf-8").splitlines()[:3]
    (tmp_path / "few.jsonl").write_text("\n".join(lines), "utf-8")
    out = str(tmp_path / "out")
    assert own.main([str(case / "corpus"), str(tmp_path / "few.jsonl"), "--out", out]) == 2
    assert "own.py: 3 questions name 3 sections" in capsys.readouterr().err


def test_a_folder_that_holds_something_else_stays(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "letter.txt").write_text("x", "utf-8")
    files = [str(case / "corpus"), str(case / "questions.jsonl")]
    assert own.main([*files, "--out", str(tmp_path)]) == 2
    assert "holds something else" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize(
    ("before", "after", "rows", "said"),
    [
        ([2, None, 1], [1, 5, 1], ["hit@1 0.333 0.667 1 0", "hit@5 0.667 1.000 1 0"], "be chance."),
        ([2] * 5, [1] * 5, ["hit@1 0.000 1.000 5 0", "hit@5 1.000 1.000 0 0"], "It helped."),
        ([1, 2], [2, 1], ["hit@1 0.500 0.500 1 1", "hit@5 1.000 1.000 0 0"], "It did NOT help"),
        ([1, 1], [1, None], ["hit@1 1.000 0.500 0 1", "hit@5 1.000 0.500 0 1"], "It did NOT help"),
        ([2, 3], [1, None], ["hit@1 0.000 0.500 1 0", "hit@5 1.000 0.500 0 1"], "not clearly help"),
    ],
)
def test_the_report_says_what_came_of_it(
    before: list[int | None], after: list[int | None], rows: list[str], said: str
) -> None:
    table = own.report(before, after).splitlines()
    assert [" ".join(line.split()) for line in table[1:3]] == rows
    assert said in table[3]


# --- in sentence-transformers and back ------------------------------------------------------------

TEXTS = [
    "座机打进来能不能转到手机上",
    "拨打４００電話由誰付費？",  # full-width digits and traditional characters
    "G.711与G.729编码各占多少带宽",
    "齉龘爨的话费",  # the first three may have no row
    "。。。",
]


def test_sentence_transformers_gives_the_same_vectors(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    assert convert.main(["default", str(tmp_path / "st")]) == 0
    model = SentenceTransformer(str(tmp_path / "st"), device="cpu")
    there = model.encode([convert.cut(text) for text in TEXTS], show_progress_bar=False)
    here = bundled_encoder().encode_documents(TEXTS)
    np.testing.assert_allclose(there, here, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(there, axis=1), [1, 1, 1, 1, 0], atol=1e-6)


def test_what_was_carried_there_comes_back_the_same(tmp_path: Path) -> None:
    assert convert.main(["default", str(tmp_path / "st")]) == 0
    assert convert.main([str(tmp_path / "st"), str(tmp_path / "back")]) == 0
    for name in FILES:
        assert (tmp_path / "back" / name).read_bytes() == (convert.OUT / name).read_bytes()
    assert load_encoder(str(tmp_path / "back")).id == f"{bundled_encoder().id}+own"


def test_the_wiki_refuses_to_run_it_uncut(tmp_path: Path) -> None:
    assert convert.main(["default", str(tmp_path / "st")]) == 0
    with pytest.raises(SettingsError, match=r"training/convert\.py"):
        load_encoder(str(tmp_path / "st"))


def test_what_is_no_encoder_is_not_converted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert convert.main([str(tmp_path), str(tmp_path / "out")]) == 2
    assert "neither model.json nor modules.json" in capsys.readouterr().err
