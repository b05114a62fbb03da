"""The only module that touches the files of an index.

It knows nothing of what is in them. Bytes are written by Python rather than by
the libraries that made them: `faiss.write_index` on a full disk raised nothing
for a small index.
"""

import os
import sys
from contextlib import AbstractContextManager, closing, suppress
from io import FileIO
from pathlib import Path

from askwiki.errors import IndexBusyError

if sys.platform == "win32":
    import msvcrt

    def _take(handle: FileIO) -> None:
        # Far past the end of the file, so that the owner's number stays readable.
        handle.seek(1 << 30)
        msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(handle: FileIO) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Disk:
    """File operations that are on the disk when they return.

    Every operation passes `before`, which does nothing here: a test overrides it to
    fail at the N-th one.
    """

    def before(self, operation: str, path: Path, data: bytes = b"") -> None:
        """Called before each operation: list, read, mkdir, open, write, sync, rename, remove,
        rmdir, lock. `data` is what a write is about to write to the open, empty `path`."""

    def names(self, folder: Path) -> list[str]:
        """What is in `folder`, sorted."""
        self.before("list", folder)
        return sorted(path.name for path in folder.iterdir())

    def has(self, path: Path) -> bool:
        """Whether there is a file at `path`."""
        self.before("list", path)
        return path.is_file()

    def read(self, path: Path) -> bytes:
        """The whole file."""
        self.before("read", path)
        return path.read_bytes()

    def make_folder(self, folder: Path) -> None:
        """`folder` and its parents, where they do not exist."""
        if not folder.is_dir():
            self.before("mkdir", folder)
            folder.mkdir(parents=True, exist_ok=True)
            self.sync_folder(folder.parent)

    def write(self, path: Path, data: bytes) -> None:
        """A new file, its content synced; its name is safe after `sync_folder`."""
        self.before("open", path)
        with path.open("wb") as handle:
            self.before("write", path, data)
            handle.write(data)
            handle.flush()
            self.before("sync", path)
            os.fsync(handle.fileno())

    def sync_folder(self, folder: Path) -> None:
        """The names in `folder`, synced."""
        self.before("sync", folder)
        if sys.platform == "win32":  # folders cannot be opened there
            return
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def replace(self, path: Path, data: bytes) -> None:
        """`path` holds its old content or the new one, whatever happens on the way."""
        beside = path.with_name(path.name + ".new")
        self.write(beside, data)
        self.before("rename", path)
        beside.replace(path)
        self.sync_folder(path.parent)

    def remove(self, path: Path) -> None:
        """The file, if it is there."""
        self.before("remove", path)
        path.unlink(missing_ok=True)

    def remove_folder(self, folder: Path) -> None:
        """An empty folder."""
        self.before("rmdir", folder)
        folder.rmdir()

    def lock(self, path: Path) -> AbstractContextManager[object]:
        """The lock at `path`, held until the end of the `with`.

        The system holds it, not the file's existence, so that a killed process leaves none.

        Raises:
            IndexBusyError: another process holds it.
        """
        self.before("lock", path)
        handle = FileIO(path, "a+")
        try:
            _take(handle)
        except (BlockingIOError, PermissionError):
            handle.seek(0)
            owner = handle.read(20).decode("ascii", "replace").strip() or "unknown"
            handle.close()
            raise IndexBusyError(
                f"another process (number {owner}) is building the index in {path.parent}: "
                "wait until it is done, then try again"
            ) from None
        except BaseException:
            handle.close()
            raise
        with suppress(OSError):  # the number only serves the message above
            handle.truncate(0)
            handle.write(f"{os.getpid()}\n".encode("ascii"))
        return closing(handle)
