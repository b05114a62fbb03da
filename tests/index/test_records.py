"""Which chunks are barred, as bytes and back."""

import pytest

from askwiki.errors import IndexDamagedError
from askwiki.index.records import barred_from_bytes, barred_to_bytes
from askwiki.schema import Chunk

CHUNKS = [Chunk(key, "a", "题", (), "文", 0, 1) for key in ("a@0", "a@1", "a@2")]


def test_barred_chunks_come_back_and_have_one_form() -> None:
    data = barred_to_bytes({"a@2", "a@0"})
    assert data == b'[\n"a@0",\n"a@2"\n]\n'
    assert barred_from_bytes(data, CHUNKS) == {"a@0", "a@2"}
    assert barred_from_bytes(barred_to_bytes(()), CHUNKS) == frozenset()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"[", "the barred chunks cannot be read"),
        (b"[[1]]", "the barred chunks cannot be read"),
        (b'["b@0"]', r"barred chunks that do not exist: \['b@0'\]"),
        (b"[7]", r"barred chunks that do not exist: \['7'\]"),
    ],
)
def test_what_is_no_list_of_known_ids_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(IndexDamagedError, match=message):
        barred_from_bytes(data, CHUNKS)
