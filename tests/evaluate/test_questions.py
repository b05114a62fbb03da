"""Files of questions, good and bad."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from askwiki.errors import QuestionSetError
from askwiki.evaluate import Item, read_questions

Save = Callable[[str, str | bytes], Path]

TABLE = (
    "编号,问题,期望文章,章节,必含事实,应拒答,类型\n"
    "a1,400电话谁付费？,400电话,资费,企业付|被叫付；市话费,否,fact\n"
    ",今天天气如何？,,,,是,无关\n"
)
ITEMS = (
    Item(
        "a1", "400电话谁付费？", "400电话", "资费", (("企业付", "被叫付"), ("市话费",)), kind="fact"
    ),
    Item("3", "今天天气如何？", abstain=True, kind="无关"),
)


def lines(*records: dict[str, Any]) -> str:
    return "\n".join(json.dumps(record, ensure_ascii=False) for record in records)


class TestJsonLines:
    def test_every_field(self, save: Save) -> None:
        path = save(
            "set.jsonl",
            lines(
                {
                    "id": 7,
                    "question": " 那怎么收费？ ",
                    "article": "400",
                    "section": "",
                    "facts": ["市话费", ["企业付", "被叫付"]],
                    "abstain": False,
                    "kind": "follow",
                    "history": [["400是什么", "一种号码"], {"question": "谁能办"}],
                    "难度": 3,
                }
            ),
        )
        assert read_questions(path) == (
            Item(
                "7",
                "那怎么收费？",
                "400",
                "",
                (("市话费",), ("企业付", "被叫付")),
                False,
                "follow",
                (("400是什么", "一种号码"), ("谁能办", "")),
                (("难度", "3"),),
            ),
        )

    def test_missing_ids_are_lines_of_the_file(self, save: Save) -> None:
        path = save("set.jsonl", '{"question": "甲"}\r\n\r\n{"问题": "乙\u2028丙", "拒答": true}\n')
        assert read_questions(path) == (Item("1", "甲"), Item("3", "乙\u2028丙", abstain=True))

    def test_a_byte_order_mark_and_any_name(self, save: Save) -> None:
        path = save("set.txt", b"\xef\xbb\xbf" + '{"question": "甲"}'.encode())
        assert read_questions(str(path)) == (Item("1", "甲"),)

    def test_an_empty_article_is_none(self, save: Save) -> None:
        path = save("set.jsonl", lines({"question": "甲", "article": "", "section": ""}))
        assert read_questions(path) == (Item("1", "甲"),)

    @pytest.mark.parametrize(
        ("line", "told"),
        [
            ("{broken", ["line 2", "not JSON", "character 2"]),
            ("[" * 100_000, ["line 2", "not JSON"]),
            ('["甲"]', ["line 2", "no object"]),
            ('{"article": "400"}', ["line 2", "no question"]),
            ('{"question": " \u200b "}', ["line 2", "'question'", "is empty"]),
            ('{"question": null}', ["line 2", "'question'", "is empty"]),
            ('{"question": ["甲"]}', ["line 2", "'question'", 'is ["甲"]', "string"]),
            ('{"问题": 5}', ["line 2", "'问题'", "is 5", "string"]),
            ('{"question": "乙", "facts": "400"}', ["'facts'", "list of strings"]),
            ('{"question": "乙", "facts": ["400", 5]}', ["'facts'", "holds 5"]),
            ('{"question": "乙", "facts": [["400", " "]]}', ["'facts'", "empty fact"]),
            ('{"question": "乙", "facts": [[]]}', ["'facts'", "empty fact"]),
            ('{"question": "乙", "abstain": "no"}', ["'abstain'", "true or false"]),
            ('{"question": "乙", "id": true}', ["'id'", "string"]),
            ('{"question": "乙", "history": [["问"]]}', ["'history'", "pairs"]),
            ('{"question": "乙", "history": "问"}', ["'history'", "pairs"]),
            ('{"question": "乙", "section": "资费"}', ["'section'", "article"]),
            ('{"question": "乙", "abstain": true, "facts": ["a"]}', ["'facts'", "must abstain"]),
            ('{"question": "乙", "问题": "丙"}', ["'问题'", "same as 'question'"]),
            ('{"question": "乙", "x": 1, "x": 2}', ["'x'", "same as 'x'"]),
            ('{"question": "乙", "id": "1"}', ["line 2", "'id'", "id of line 1"]),
        ],
    )
    def test_what_is_wrong_is_told(self, save: Save, line: str, told: list[str]) -> None:
        path = save("set.jsonl", f'{{"question": "甲"}}\n{line}\n')
        with pytest.raises(QuestionSetError) as error:
            read_questions(path)
        assert [word for word in [str(path), *told] if word not in str(error.value)] == []


class TestTables:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    def test_encodings(self, save: Save, encoding: str) -> None:
        assert read_questions(save("set.csv", TABLE.encode(encoding))) == ITEMS

    @pytest.mark.parametrize(
        ("name", "separator"), [("s.tsv", "\t"), ("s.csv", "\t"), ("s.csv", ";"), ("s.txt", ",")]
    )
    def test_separators(self, save: Save, name: str, separator: str) -> None:
        assert read_questions(save(name, TABLE.replace(",", separator))) == ITEMS

    def test_windows_line_ends_and_blank_rows(self, save: Save) -> None:
        text = TABLE.replace("\n,今天", "\n,,,,,,\n\n,今天").replace("\n", "\r\n")
        assert [item.id for item in read_questions(save("set.csv", text))] == ["a1", "5"]

    def test_english_header_and_notes(self, save: Save) -> None:
        path = save(
            "set.csv",
            "Question,Article,Section,Facts,Must Abstain,kind,history,备注\n"
            '"a ""b"",\nc",400,（导语）,x;;y|z;,0,k,"[[""q"",""a""]]",难\n'
            "d\n",
        )
        assert read_questions(path) == (
            Item("2", 'a "b",\nc', "400", "", (("x",), ("y", "z")), False, "k", (("q", "a"),),
                 (("备注", "难"),)),
            Item("4", "d", notes=(("备注", ""),)),
        )  # fmt: skip

    @pytest.mark.parametrize("word", ["是", "TRUE", "1", "Yes", "√"])
    def test_yes(self, save: Save, word: str) -> None:
        assert read_questions(save("s.csv", f"问题,拒答\n甲,{word}\n"))[0].abstain is True

    @pytest.mark.parametrize("word", ["否", "false", "0", "No", ""])
    def test_no(self, save: Save, word: str) -> None:
        assert read_questions(save("s.csv", f"问题,拒答\n甲,{word}\n"))[0].abstain is False

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("文章,要点\n400,x\n", ["line 1", "no question column", "'文章'"]),
            (",,\n甲,,\n", ["line 2", "no question column"]),
            ("问题,提问\n甲,乙\n", ["'提问'", "same as '问题'"]),
            ("问题,文章\n,400\n", ["line 2", "'问题'", "is empty"]),
            ("问题,拒答\n甲,也许\n", ["line 2", "'拒答'", "'也许'", "是 or 否"]),
            ("问题,文章\n甲,400,多\n", ["line 2", "3 cells", "2 columns"]),
            ("问题,,文章\n甲,多,400\n", ["line 2", "no name"]),
            ("问题,历史\n甲,无\n", ["line 2", "'历史'", "pairs"]),
            ('问题,文章\n甲,400\n"乙,400\n丙,400\n', ["line 3", "double quotes"]),
            ('问题,文章\n"甲"乙,400\n', ["line 2", "double quotes"]),
            ("问题,拒答,要点\n甲,是,x\n", ["line 2", "'要点'", "must abstain"]),
            ("问题\n", ["no question"]),
        ],
    )
    def test_what_is_wrong_is_told(self, save: Save, text: str, told: list[str]) -> None:
        path = save("set.csv", text)
        with pytest.raises(QuestionSetError) as error:
            read_questions(path)
        assert [word for word in [str(path), *told] if word not in str(error.value)] == []


class TestFiles:
    def test_missing(self, tmp_path: Path) -> None:
        with pytest.raises(QuestionSetError, match=r"none\.csv: does not exist"):
            read_questions(tmp_path / "none.csv")

    def test_a_folder(self, tmp_path: Path) -> None:
        with pytest.raises(QuestionSetError, match="is a folder"):
            read_questions(tmp_path)

    @pytest.mark.parametrize("data", [b"", b" \n\n", b"\xef\xbb\xbf\n"])
    def test_empty(self, save: Save, data: bytes) -> None:
        with pytest.raises(QuestionSetError, match="is empty"):
            read_questions(save("set.csv", data))

    def test_binary(self, save: Save) -> None:
        with pytest.raises(QuestionSetError, match=r"is binary.*as CSV first"):
            read_questions(save("set.xlsx", b"PK\x03\x04\x00\x00"))

    def test_no_known_encoding(self, save: Save) -> None:
        with pytest.raises(QuestionSetError, match="neither UTF-8 nor GB18030"):
            read_questions(save("set.csv", b"\xff\xff\xff\xff"))

    def test_damaged_utf8_is_not_read_as_gb18030(self, save: Save) -> None:
        data = TABLE.encode().replace("今".encode(), "今".encode()[:2])
        with pytest.raises(QuestionSetError, match=r"line 3: holds bytes that are not UTF-8"):
            read_questions(save("set.csv", data))
