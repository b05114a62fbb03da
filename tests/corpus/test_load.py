"""Folders of good and bad files."""

import os
from pathlib import Path

import pytest

from askwiki.corpus import Corpus, Skipped, load_corpus
from askwiki.corpus.files import decode
from askwiki.corpus.plain import parse_plain
from askwiki.errors import CorpusError

CORPUS = Path(__file__).parents[2] / "corpus"
GOOD = "# 总机\n\n总机是公司对外的统一号码。\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.md").write_text(GOOD, encoding="utf-8")
    return tmp_path


def skipped(corpus: Corpus) -> dict[str, str]:
    """What was skipped; every folder of these tests has one good file, which must be there."""
    assert "good" in [article.id for article in corpus.articles]
    assert all("\n" not in item.reason for item in corpus.skipped)
    return {item.source: item.reason for item in corpus.skipped}


def only_text(folder: Path, data: bytes) -> str:
    (folder / "one.txt").write_bytes(data)
    corpus = load_corpus(folder)
    assert corpus.skipped == ()
    return next(article.text for article in corpus.articles if article.id == "one")


class TestWalk:
    def test_recursive_sorted_by_id(self, folder: Path) -> None:
        for name in ("b/z.md", "b/a.txt", "a.MD", "中/文.md"):
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"{name}的正文。", encoding="utf-8")
        corpus = load_corpus(folder)
        assert [a.id for a in corpus.articles] == ["a", "b/a", "b/z", "good", "中/文"]
        assert [a.source for a in corpus.articles][:2] == ["a.MD", "b/a.txt"]

    def test_same_name_twice(self, folder: Path) -> None:
        (folder / "good.txt").write_text("另一篇的正文。", encoding="utf-8")
        corpus = load_corpus(folder)
        assert [(a.id, a.source) for a in corpus.articles] == [
            ("good", "good.md"),
            ("good.txt", "good.txt"),
        ]

    def test_ids_are_composed(self, folder: Path) -> None:
        (folder / "cafe\u0301.md").write_text(GOOD, encoding="utf-8")
        assert load_corpus(folder).articles[0].id == "caf\u00e9"

    def test_hidden_and_question_files_are_passed_over(self, folder: Path) -> None:
        (folder / ".git").mkdir()
        for name in (".git/a.md", ".hidden.md", ".DS_Store", "questions.jsonl"):
            (folder / name).write_text(GOOD, encoding="utf-8")
        assert skipped(load_corpus(folder)) == {}

    def test_readme(self, folder: Path) -> None:
        readme = folder / "README.md"
        readme.write_text("", encoding="utf-8")
        assert load_corpus(folder).skipped == ()
        readme.write_text("这里放文章。", encoding="utf-8")
        assert [a.id for a in load_corpus(folder).articles] == ["README", "good"]

    def test_other_types_are_named(self, folder: Path) -> None:
        for name in ("a.pdf", "b.docx", "c.png", "noext"):
            (folder / name).write_bytes(b"x")
        other = "is no article: only .md and .txt files are read, move it out of the corpus folder"
        assert skipped(load_corpus(folder)) == {
            "a.pdf": "is a .pdf document, which is not read: save it as .md or .txt",
            "b.docx": "is a .docx document, which is not read: save it as .md or .txt",
            "c.png": other,
            "noext": other,
        }

    def test_links(self, folder: Path) -> None:
        (folder / "sub").mkdir()
        (folder / "sub" / "loop").symlink_to("..")
        (folder / "self.md").symlink_to("self.md")
        (folder / "dead.md").symlink_to("nowhere.md")
        (folder / "twin.md").symlink_to("good.md")
        corpus = load_corpus(folder)
        assert [a.id for a in corpus.articles] == ["good", "twin"]
        reasons = skipped(corpus)
        assert reasons["sub/loop"] == "is a link to a folder: put the folder itself into the corpus"
        assert reasons["dead.md"].startswith("cannot be opened (No such file or directory): ")
        assert reasons["self.md"].startswith("cannot be opened (")
        assert len(reasons) == 3

    def test_folder_named_like_a_file(self, folder: Path) -> None:
        (folder / "x.md").mkdir()
        assert skipped(load_corpus(folder)) == {"x.md": "is a folder: rename it without .md"}

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
    def test_pipe_does_not_hang(self, folder: Path) -> None:
        os.mkfifo(folder / "p.md")
        reason = "is not a regular file: replace it by one or remove it"
        assert skipped(load_corpus(folder)) == {"p.md": reason}

    @pytest.mark.skipif(os.name != "posix", reason="names are bytes on POSIX only")
    def test_name_that_is_not_utf8(self, folder: Path) -> None:
        path = Path(os.fsdecode(os.fsencode(folder) + b"/\xff.md"))
        path.write_text(GOOD, "utf-8")
        reason = "has a name that is not UTF-8: rename it"
        assert skipped(load_corpus(folder)) == {"?.md": reason}


class TestBadFiles:
    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", "holds no text once cleaned: add text to it or remove it"),
            (b"\x89PNG\r\n\0\0\0", "is binary, not text: save the article as UTF-8 text or remove"),
            (b"\xff\xd8\xff\xe1\x12", "is neither UTF-8 nor GB18030 text: save it as UTF-8"),
            (
                "电话".encode()[:-1] + b"\n" + "分机号码".encode() * 5,
                "is neither UTF-8 nor GB18030",
            ),
            (b"\xff\xfe\x00", "is neither UTF-8 nor GB18030 text: save it as UTF-8"),
        ],
    )
    def test_reason(self, folder: Path, data: bytes, reason: str) -> None:
        (folder / "bad.md").write_bytes(data)
        found = skipped(load_corpus(folder))
        assert list(found) == ["bad.md"]
        assert found["bad.md"].startswith(reason)

    def test_broken_front_matter(self, folder: Path) -> None:
        (folder / "bad.md").write_text("---\ntitle: a: b\n---\n正文", encoding="utf-8")
        assert load_corpus(folder).skipped == (
            Skipped(
                "bad.md",
                "the front matter is broken at line 2: mapping values are not allowed here; "
                "mend it, putting values that contain a colon in quotes",
            ),
        )

    def test_too_large(self, folder: Path) -> None:
        with (folder / "big.md").open("wb") as file:
            file.truncate(11 * 1024 * 1024)
        assert skipped(load_corpus(folder)) == {
            "big.md": "has 11.0 MB, more than the limit of 10 MB: "
            "split it, or raise ASKWIKI_MAX_FILE_MB"
        }
        assert "is binary" in skipped(load_corpus(folder, max_file_mb=12))["big.md"]

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
    def test_no_permission(self, folder: Path) -> None:
        (folder / "closed.md").write_text(GOOD, encoding="utf-8")
        (folder / "closed.md").chmod(0)
        assert skipped(load_corpus(folder))["closed.md"] == (
            "cannot be opened (Permission denied): "
            "give the user that runs askwiki the right to read it"
        )


class TestEncodings:
    TEXT = "分机之间拨打不收费。"

    @pytest.mark.parametrize(
        "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gbk", "gb18030"]
    )
    def test_same_text(self, folder: Path, encoding: str) -> None:
        assert only_text(folder, self.TEXT.encode(encoding)) == self.TEXT

    def test_big_endian(self, folder: Path) -> None:
        assert only_text(folder, b"\xfe\xff" + self.TEXT.encode("utf-16-be")) == self.TEXT

    def test_half_surrogate_is_dropped(self, folder: Path) -> None:
        assert only_text(folder, "分机".encode() + b"\xed\xa0\x80" + "号".encode()) == "分机号"

    def test_windows_and_old_mac_breaks(self, folder: Path) -> None:
        data = "短标题\r\n\r\n第一段。\r\r第二段。\r\n".encode()
        assert only_text(folder, data) == "第一段。\n\n第二段。"

    def test_latin_bytes_are_not_taken_for_chinese(self) -> None:
        with pytest.raises(CorpusError):
            decode("Büro für Übertragung, größer".encode("latin-1"))


class TestNothingToRead:
    def test_missing(self, tmp_path: Path) -> None:
        with pytest.raises(CorpusError, match=r"none does not exist: create it .*ASKWIKI_CORPUS"):
            load_corpus(tmp_path / "none")

    def test_file(self, folder: Path) -> None:
        with pytest.raises(CorpusError, match=r"good\.md is a file, not a folder: "):
            load_corpus(folder / "good.md")

    def test_empty(self, tmp_path: Path) -> None:
        with pytest.raises(CorpusError, match=r"holds no \.md or \.txt file: put articles there"):
            load_corpus(tmp_path)

    def test_only_bad_files(self, tmp_path: Path) -> None:
        for name in ("a.md", "b.md", "c.md", "d.md"):
            (tmp_path / name).touch()
        with pytest.raises(CorpusError) as caught:
            load_corpus(tmp_path)
        reason = "holds no text once cleaned: add text to it or remove it"
        assert str(caught.value) == (
            f"no article could be read in the corpus folder {tmp_path}: "
            f"a.md {reason}; b.md {reason}; c.md {reason}; and 1 more"
        )


class TestPlain:
    def test_title_and_numbered_sections(self) -> None:
        article = parse_plain(
            "呼叫转移怎么设\n\n\u3000\u3000先看话机。\n再看平台。\n\n"
            "一、开通\n按星号键。\n1.2 取消\n按井号键。\n",
            "call_forward.txt",
        )
        assert (article.id, article.title) == ("call_forward", "呼叫转移怎么设")
        assert (
            article.text
            == "先看话机。\n再看平台。\n\n一、开通\n\n按星号键。\n\n1.2 取消\n\n按井号键。"
        )
        assert [s.path for s in article.sections] == [
            (),
            ("一、开通",),
            ("一、开通", "1.2 取消"),
        ]

    @pytest.mark.parametrize(
        "raw",
        [
            "只有一句话",
            "这是一句完整的话。\n\n后文。",
            "一、概述\n\n文。",
            "上一行，没有写\n完的句子。",
        ],
    )
    def test_file_name_is_the_title(self, raw: str) -> None:
        assert parse_plain(raw, "call_forward-2.txt").title == "call forward 2"

    def test_dump_is_taken_apart(self, folder: Path) -> None:
        page = "位置:百科 > 专题 > 详情\n甲乙\n12人看过\n基本释义\n这是甲乙的解释。\n"
        (folder / "p.txt").write_text(page, encoding="utf-8")
        article = load_corpus(folder).articles[1]
        assert (article.id, article.title, article.text) == (
            "p",
            "甲乙",
            "基本释义\n\n这是甲乙的解释。",
        )


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_corpus(CORPUS)


class TestWholeCorpus:
    def test_every_file_gives_an_article(self, corpus: Corpus) -> None:
        assert corpus.skipped == ()
        files = sorted(p.relative_to(CORPUS).as_posix() for p in CORPUS.rglob("*.md"))
        assert sorted(article.source for article in corpus.articles) == files

    def test_ids_are_sorted_and_unique(self, corpus: Corpus) -> None:
        ids = [article.id for article in corpus.articles]
        assert ids == sorted(set(ids))

    def test_sections(self, corpus: Corpus) -> None:
        for article in corpus.articles:
            end = 0
            for section in article.sections:
                body = article.text[section.start : section.end]
                assert end <= section.start < section.end, (article.id, section)
                assert body == body.strip(), (article.id, section)
                assert all(heading in article.text for heading in section.path), article.id
                end = section.end
            assert end == len(article.text), article.id

    def test_only_headings_stand_between_sections(self, corpus: Corpus) -> None:
        for article in corpus.articles:
            starts = [section.start for section in article.sections]
            ends = [0, *(section.end for section in article.sections)]
            for section, start, end in zip(article.sections, starts, ends, strict=False):
                between = [line for line in article.text[end:start].split("\n") if line]
                assert tuple(between) == section.path[len(section.path) - len(between) :]

    def test_loading_twice_gives_the_same(self, corpus: Corpus) -> None:
        assert load_corpus(CORPUS) == corpus
