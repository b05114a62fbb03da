"""The server around the page."""

from __future__ import annotations

import socket
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from askwiki.errors import SettingsError
from askwiki.serve.page import serve
from askwiki.settings import Settings

if TYPE_CHECKING:
    from conftest import Start


def test_a_busy_port_is_named_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with pytest.raises(SettingsError) as raised:
            serve(None, Settings.load(port=port))  # type: ignore[arg-type]
    assert str(raised.value) == (
        f"port {port} on 127.0.0.1 is taken by another program: "
        "choose another with --port or ASKWIKI_PORT, or --host or ASKWIKI_HOST"
    )


def test_a_host_that_is_not_ours_is_named() -> None:
    with pytest.raises(SettingsError, match=r"port 0 on host\.invalid cannot be listened on"):
        serve(None, Settings.load(host="host.invalid", port=0))  # type: ignore[arg-type]


def test_ctrl_c_ends_it_without_a_word(start: Start, small_corpus: Path, tmp_path: Path) -> None:
    server = start("--corpus", str(small_corpus), "--index", str(tmp_path / "index"))
    address = server.address()
    with urllib.request.urlopen(address) as response:
        assert response.status == 200
    assert server.stop() == (0, "")
