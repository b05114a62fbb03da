"""The Encoder border: the bundled model, and any sentence-transformers model behind it."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from askwiki import AskWiki
from askwiki.embed import StaticEncoder, bundled_encoder, load_encoder, unit_rows
from askwiki.errors import IndexMismatchError, SettingsError
from askwiki.settings import Settings
from askwiki.text import ngrams


def a_model(vocabulary: list[str], rows: list[list[int]], scales: list[float]) -> StaticEncoder:
    return StaticEncoder(
        vocabulary,
        np.array(rows, dtype=np.int8),
        np.array(scales, dtype=np.float32),
        np.arange(len(rows), dtype=np.float32),
        "test",
        "digest",
    )


def test_a_vector_is_the_scaled_mean_at_length_one() -> None:
    model = a_model(["总", "机", "总机"], [[3, 0], [0, 2], [0, 1]], [1.0, 0.5, 3.0])
    # (3, 0) + (0, 2) / 2 + (0, 1) * 3 = (3, 4), at length 1 (0.6, 0.8)
    np.testing.assert_allclose(model.encode_query(["总机"]), [[0.6, 0.8]], rtol=1e-6)


def test_unknown_text_is_a_zero_row_and_no_text_no_row() -> None:
    model = a_model(["总"], [[3, 4]], [1.0])
    assert model.encode_query(["甲", ""]).tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert model.encode_documents([]).shape == (0, 2)


def test_an_unknown_gram_is_as_rare_as_the_rarest() -> None:
    model = a_model(["的", "总机"], [[1, 0], [0, 1]], [1.0, 1.0])
    assert (model.idf("的"), model.idf("总机"), model.idf("甲")) == (0.0, 1.0, 1.0)


def test_parts_that_do_not_fit_are_told_with_both_sizes() -> None:
    with pytest.raises(SettingsError, match=r"2 n-grams, table \(1, 2\)"):
        a_model(["甲", "乙"], [[1, 1]], [1.0])


def test_a_missing_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be loaded"):
        StaticEncoder.load(tmp_path)


def test_the_bundled_model_knows_a_paraphrase_from_another_subject() -> None:
    model = bundled_encoder()
    assert model.dimension == 192
    query, same, other = model.encode_query(
        ["座机打进来能不能转到手机上", "呼叫转移到手机的设置方法", "电子发票红冲的流程"]
    )
    assert np.linalg.norm(query) == pytest.approx(1.0, abs=1e-5)
    assert query @ same > query @ other + 0.2


def test_the_bundled_model_is_small() -> None:
    folder = Path(__file__).parent.parent / "src" / "askwiki" / "models" / "encoder"
    assert sum(f.stat().st_size for f in folder.iterdir()) <= 16_000_000


@pytest.fixture(scope="module")
def tiny_transformer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A real transformer of two layers with random weights, saved as sentence-transformers does."""
    torch = pytest.importorskip("torch")
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"总机是统一的电话入口坐席什么彩铃"]
    (folder / "vocab.txt").write_text("\n".join(dict.fromkeys(words)), "utf-8")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
    )
    BertModel(config).save_pretrained(folder / "body")
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder / "body")
    body = Transformer(str(folder / "body"))
    SentenceTransformer(modules=[body, Pooling(32)]).save(str(folder / "model"))
    yield folder / "model"


@pytest.mark.filterwarnings("ignore")
def test_any_sentence_transformers_model_works_and_refuses_the_old_index(
    tiny_transformer: Path, tmp_path: Path
) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.md").write_text("# 总机\n\n总机是统一的电话入口。", "utf-8")
    index = tmp_path / "index"
    AskWiki.build(tmp_path / "corpus", index)
    settings = Settings.load(encoder=str(tiny_transformer))
    with pytest.raises(IndexMismatchError, match="askwiki index build"):
        AskWiki.open(index, settings)
    wiki = AskWiki.build(tmp_path / "corpus", index, settings)
    assert wiki.retrieve("总机是什么")[0].chunk.text == "总机是统一的电话入口。"
    assert wiki.store.dense.dimension == 32
    rows = load_encoder(str(tiny_transformer)).encode_documents(["总机", "彩铃"])
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), [1, 1], rtol=1e-5)


@pytest.mark.filterwarnings("ignore")
def test_a_model_that_cannot_be_had_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("sentence_transformers")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    (tmp_path / "modules.json").write_text("[", "utf-8")
    with pytest.raises(SettingsError, match=r"cannot be loaded.*set ASKWIKI_ENCODER=default"):
        load_encoder(str(tmp_path))


@pytest.mark.filterwarnings("ignore")
def test_a_model_without_chinese_is_refused(tiny_transformer: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(tiny_transformer, model)
    (words,) = model.rglob("tokenizer.json")
    korean = re.sub(
        "[一-龥]", lambda han: chr(0xAC00 + ord(han[0]) % 11000), words.read_text("utf-8")
    )
    words.write_text(korean, "utf-8")
    with pytest.raises(SettingsError, match="cannot tell one Chinese word from another"):
        load_encoder(str(model))


BUNDLED = Path(__file__).parent.parent / "src" / "askwiki" / "models" / "encoder"


@pytest.fixture
def own_folder(tmp_path: Path) -> Path:
    """The bundled model as a folder of a user's, under another name."""
    folder = tmp_path / "own"
    shutil.copytree(BUNDLED, folder)
    card = json.loads((folder / "model.json").read_text("utf-8"))
    (folder / "model.json").write_text(json.dumps(card | {"id": "mine", "digest": "d"}), "utf-8")
    return folder


def test_a_folder_with_our_card_runs_without_torch(own_folder: Path) -> None:
    encoder = load_encoder(str(own_folder))
    assert isinstance(encoder, StaticEncoder)
    assert (encoder.id, encoder.digest, encoder.dimension) == ("mine", "d", 192)
    texts = ["座机打进来", "呼叫转移"]
    assert (encoder.encode_query(texts) == bundled_encoder().encode_query(texts)).all()
    program = (
        "import sys; from askwiki.embed import load_encoder\n"
        f"load_encoder({str(own_folder)!r}).encode_query(['座机'])\n"
        "print({'torch', 'sentence_transformers'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (run.stdout.strip(), run.returncode) == ("set()", 0)


def test_a_changed_file_of_a_folder_is_named(own_folder: Path) -> None:
    scales = np.load(own_folder / "scales.npy")
    np.save(own_folder / "scales.npy", scales * 2)
    with pytest.raises(SettingsError, match=r"is damaged: scales\.npy is not the file"):
        load_encoder(str(own_folder))


@pytest.mark.parametrize("card", ["{", "[]", "{}", '{"sha256": {}}', '{"id": "a", "digest": "b"}'])
def test_a_card_that_cannot_be_read_is_told(own_folder: Path, card: str) -> None:
    (own_folder / "model.json").write_text(card, "utf-8")
    with pytest.raises(SettingsError, match=r"own cannot be loaded: \w+Error"):
        load_encoder(str(own_folder))


def test_a_folder_that_is_neither_is_told(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("x", "utf-8")
    told = r"holds no encoder: neither model\.json.*nor modules\.json.*set ASKWIKI_ENCODER=default"
    with pytest.raises(SettingsError, match=told):
        load_encoder(str(tmp_path))


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"there is no folder .*nowhere"):
        load_encoder(str(tmp_path / "nowhere"))


def test_the_sum_of_two_texts_is_that_of_both() -> None:
    model = bundled_encoder()
    heading, text = "总机的转接", "来电先到前台，G.711 编码。"
    one, two = model.sums([ngrams(heading), ngrams(text)])
    assert one + two == pytest.approx(model.sums([ngrams(f"{heading}\n{text}")])[0], rel=1e-5)
    assert unit_rows((one + two)[None]) == pytest.approx(
        model.encode_documents([f"{heading}\n{text}"]), abs=1e-6
    )
