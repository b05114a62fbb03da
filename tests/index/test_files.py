"""Writes are whole or absent, and a lock dies with its owner."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from askwiki.errors import IndexStoreError
from askwiki.index.files import Disk

HOLDER = """
import sys, time
from pathlib import Path
from askwiki.index.files import Disk
with Disk().lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def test_what_is_written_is_read(tmp_path: Path) -> None:
    disk = Disk()
    disk.write(tmp_path / "b", b"\x00\r\n\xff")
    disk.write(tmp_path / "a", b"")
    assert disk.names(tmp_path) == ["a", "b"]
    assert disk.read(tmp_path / "b") == b"\x00\r\n\xff"
    assert disk.read(tmp_path / "a") == b""
    assert disk.has(tmp_path / "a")
    assert not disk.has(tmp_path / "c")
    assert not disk.has(tmp_path)


def test_folders_come_and_go(tmp_path: Path) -> None:
    disk = Disk()
    disk.make_folder(tmp_path / "x" / "y")
    disk.make_folder(tmp_path / "x" / "y")
    disk.write(tmp_path / "x" / "y" / "z", b"1")
    with pytest.raises(OSError, match="not empty") as caught:
        disk.remove_folder(tmp_path / "x" / "y")
    assert caught.value.errno == errno.ENOTEMPTY
    disk.remove(tmp_path / "x" / "y" / "z")
    disk.remove(tmp_path / "x" / "y" / "z")
    disk.remove_folder(tmp_path / "x" / "y")
    assert disk.names(tmp_path / "x") == []


def test_replace_syncs_the_file_before_and_the_folder_after_the_rename(
    tmp_path: Path, counting_disk
) -> None:
    counting_disk.replace(tmp_path / "CURRENT", b"new")
    assert counting_disk.done == [
        ("open", "CURRENT.new"),
        ("write", "CURRENT.new"),
        ("sync", "CURRENT.new"),
        ("rename", "CURRENT"),
        ("sync", tmp_path.name),
    ]
    assert Disk().names(tmp_path) == ["CURRENT"]


@pytest.mark.parametrize("mode", ["once", "full", "short", "killed", "torn"])
@pytest.mark.parametrize(
    ("at", "left"), [(1, b"old"), (2, b"old"), (3, b"old"), (4, b"old"), (5, b"new")]
)
def test_replace_leaves_the_old_or_the_new(
    tmp_path: Path, failing_disk, killed, mode: str, at: int, left: bytes
) -> None:
    path = tmp_path / "CURRENT"
    path.write_bytes(b"old")
    with pytest.raises((OSError, killed)):
        failing_disk(at, mode).replace(path, b"new")
    assert path.read_bytes() == left
    Disk().replace(path, b"newer")
    assert Disk().names(tmp_path) == ["CURRENT"]
    assert path.read_bytes() == b"newer"


def test_a_lock_excludes_another_and_names_its_owner(tmp_path: Path) -> None:
    with Disk().lock(tmp_path / "LOCK"), pytest.raises(IndexStoreError) as caught:
        Disk().lock(tmp_path / "LOCK")
    assert str(caught.value) == (
        f"another process (number {os.getpid()}) is building the index in {tmp_path}: "
        "wait until it is done, then try again"
    )
    with Disk().lock(tmp_path / "LOCK"):
        assert (tmp_path / "LOCK").read_text() == f"{os.getpid()}\n"


def test_a_lock_is_given_back_when_its_owner_fails(tmp_path: Path, killed) -> None:
    with pytest.raises(killed), Disk().lock(tmp_path / "LOCK"):
        raise killed
    with Disk().lock(tmp_path / "LOCK"):
        pass


def test_a_killed_process_leaves_no_lock(tmp_path: Path, child_environment) -> None:
    lock = tmp_path / "LOCK"
    command = [sys.executable, "-c", HOLDER, str(lock)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=child_environment
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(IndexStoreError, match=f"number {holder.pid}"):
            Disk().lock(lock)
        holder.send_signal(signal.SIGKILL)
    assert lock.read_text() == f"{holder.pid}\n"
    with Disk().lock(lock):
        assert lock.read_text() == f"{os.getpid()}\n"
