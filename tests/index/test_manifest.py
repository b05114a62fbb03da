"""A manifest is read exactly as it was written, or refused."""

import hashlib
import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from askwiki.errors import IndexDamagedError, IndexMismatchError
from askwiki.index.manifest import (
    FORMAT_VERSION,
    Canary,
    FileEntry,
    Manifest,
    article_digest,
    corpus_changes,
    plain_json,
    seal,
    unseal,
)
from askwiki.schema import Section

MANIFEST = Manifest(
    encoder_id="hash-1",
    encoder_digest="d1",
    dimension=32,
    chunker="c1",
    tokenizer="t1",
    scorer="s1",
    orders="o1",
    reranker="r1",
    articles={"小总机": "a" * 64},
    files={"x.npy": FileEntry(3, "b" * 64)},
    canaries=(Canary("问？", ("小总机@0",), ()),),
    corpus_digest="c" * 64,
)


def content(**changed: Any) -> dict[str, Any]:
    return {"format": FORMAT_VERSION, **json.loads(json.dumps(asdict(MANIFEST))), **changed}


def test_a_seal_is_json_with_the_sha256_of_its_content() -> None:
    digest = hashlib.sha256(b"[1]").hexdigest()
    assert seal(b"[1]") == f'{{"sha256":"{digest}","content":[1]}}\n'.encode()
    assert unseal(seal(b"[1]")) == b"[1]"


def test_a_file_entry_has_size_and_sha256() -> None:
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert FileEntry.of(b"abc") == FileEntry(3, digest)


def test_a_manifest_comes_back_and_is_json() -> None:
    data = MANIFEST.to_bytes()
    assert Manifest.from_bytes(data) == MANIFEST
    assert json.loads(data)["content"] == content()


@pytest.mark.parametrize("bit", [1, 128])
def test_any_flipped_byte_is_refused(bit: int) -> None:
    data = MANIFEST.to_bytes()
    for at in range(len(data)):
        changed = data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
        with pytest.raises(IndexDamagedError, match="own checksum does not fit"):
            Manifest.from_bytes(changed)


def test_any_cut_or_addition_is_refused() -> None:
    data = MANIFEST.to_bytes()
    for end in range(len(data)):
        with pytest.raises(IndexDamagedError):
            Manifest.from_bytes(data[:end])
    for changed in (data + b"\n", b" " + data, data + data, bytes(len(data))):
        with pytest.raises(IndexDamagedError):
            Manifest.from_bytes(changed)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"dimension": "32"}, "dimension is '32', expected a whole number from 0 up"),
        ({"dimension": True}, "dimension is 'True', expected a whole number from 0 up"),
        ({"dimension": -1}, "dimension is '-1', expected a whole number from 0 up"),
        ({"dimension": 1.0}, "dimension is '1.0', expected a whole number from 0 up"),
        ({"encoder_id": None}, "encoder_id is 'None', expected a text"),
        ({"scorer": 1}, "scorer is '1', expected a text"),
        ({"articles": []}, "articles is '[]', expected an object"),
        ({"articles": {"a": 1}}, "articles.a is '1', expected a text"),
        ({"files": {"f": 1}}, "files.f is '1', expected an object"),
        ({"files": {"f": {"size": 1}}}, "files.f has the keys ['size'], expected"),
        ({"files": {"f": {"size": "1", "sha256": ""}}}, "files.f.size is '1', expected a whole"),
        ({"files": {"f": {"size": 1, "sha256": 2}}}, "files.f.sha256 is '2', expected a text"),
        ({"canaries": {}}, "canaries is '{}', expected a list"),
        ({"canaries": ["q"]}, "a canary is 'q', expected an object"),
        (
            {"canaries": [{"question": "q", "lexical": [1], "dense": []}]},
            "a canary's chunk id is '1', expected a text",
        ),
        (
            {"canaries": [{"question": "q", "lexical": "a", "dense": []}]},
            "a canary's lexical is 'a', expected a list",
        ),
        ({"format": "1"}, "format is '1', expected a whole number from 0 up"),
        ({"surprise": 1}, "the content has the keys ['articles', 'canaries'"),
    ],
)
def test_a_wrong_value_is_refused_by_name(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(IndexDamagedError) as caught:
        Manifest.from_bytes(seal(plain_json(content(**changed))))
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("key", sorted(content()))
def test_a_missing_key_is_refused(key: str) -> None:
    table = content()
    del table[key]
    with pytest.raises(IndexDamagedError, match=r"keys|it has no 'format'"):
        Manifest.from_bytes(seal(plain_json(table)))


@pytest.mark.parametrize("data", [b"[]", b"{", b"\xff", b"", b"[" * 100_000])
def test_sealed_nonsense_is_refused(data: bytes) -> None:
    with pytest.raises(IndexDamagedError):
        Manifest.from_bytes(seal(data))


def test_another_format_is_a_mismatch_whatever_else_it_holds() -> None:
    with pytest.raises(IndexMismatchError) as caught:
        Manifest.from_bytes(seal(b'{"format":1}'))
    assert str(caught.value) == "the index has format version 1, this askwiki reads 4"


def test_every_field_of_an_article_is_in_its_digest(new_article) -> None:
    article = new_article("a", "题", ("头", "文"))
    others = [
        replace(article, id="b"),
        replace(article, title="题目"),
        replace(article, text="文文"),
        replace(article, sections=(Section((), 0, 1),)),
        replace(article, source="b.md"),
        replace(article, url="https://example.org"),
        replace(article, updated="2024-01-01"),
        replace(article, topic=()),
        replace(article, aliases=()),
        replace(article, level="入门"),
        replace(article, related=("b",)),
        replace(article, references=("b",)),
        replace(article, review="2024-01-01"),
    ]
    digests = [article_digest(other) for other in (article, *others)]
    assert len(set(digests)) == 14
    assert article_digest(replace(article)) == digests[0]


def test_changes_are_named_by_kind(old_corpus, new_corpus) -> None:
    digests = {article.id: article_digest(article) for article in old_corpus}
    manifest = replace(MANIFEST, articles=digests)
    changes = corpus_changes(manifest, [*new_corpus[1:]])
    assert (changes.added, changes.changed, changes.removed) == (("queue",), ("pbx",), ("ivr",))
    assert changes
    assert not corpus_changes(manifest, reversed(old_corpus))
