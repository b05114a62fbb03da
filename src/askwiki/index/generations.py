"""The folder of an index: which generations it holds, how one is written and read.

    CURRENT                the generation that serves, sealed with its SHA-256
    LOCK                   held while a build runs
    gen-<n>/…              the files of one generation
    gen-<n>/MANIFEST.json  written last: a generation without it never existed

This module knows no file but these three; what is in the others is the store's business.
"""

import json
import logging
import shlex
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from askwiki.errors import IndexDamagedError, IndexMissingError, IndexStoreError
from askwiki.index.files import Disk
from askwiki.index.manifest import FileEntry, Manifest, plain_json, seal, unseal

Progress = Callable[[int, int, str], None]
"""Called with (done, total, stage); the stages are "encode", in chunks, and "write", in files."""

LOCK = "LOCK"
_CURRENT, _MANIFEST, _PREFIX = "CURRENT", "MANIFEST.json", "gen-"

_log = logging.getLogger(__name__)


def name_of(number: int) -> str:
    """The folder of generation `number`."""
    return f"{_PREFIX}{number}"


def mending_command(folder: Path) -> str:
    """What a user types to have a whole index in `folder`."""
    return f"askwiki index build --index {shlex.quote(str(folder))}"


def advise(folder: Path, problems: Iterable[str]) -> str:
    """What is wrong with the index in `folder`, and the command that mends it."""
    return f"index in {folder}: {'; '.join(problems)}; to mend it run  {mending_command(folder)}"


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """An OSError leaves as an IndexStoreError that says what to do."""
    try:
        yield
    except OSError as error:
        raise IndexStoreError(
            f"the index in {folder} cannot be written: {error.strerror or error}; what was "
            "complete in it still is; make room or mend the folder, then run  "
            f"{mending_command(folder)}"
        ) from error


# Writing


def save_generation(
    folder: Path, manifest: Manifest, contents: Mapping[str, bytes], disk: Disk, tell: Progress
) -> int:
    """Writes a new generation, makes it current, removes all but it and the one before.

    Returns its number. The caller holds the lock; raises OSError.
    """
    numbers = _numbers(folder, disk)
    complete = _complete(folder, numbers, disk)
    _sweep(folder, complete, disk)  # what died builds left goes first, as the disk may be full
    before = _newest_sound(folder, complete, disk)
    number = max(numbers, default=0) + 1
    home = folder / name_of(number)
    try:
        _write(home, manifest, contents, disk, tell)
    except OSError:
        _discard(home, disk)
        raise
    disk.replace(folder / _CURRENT, seal(plain_json({"generation": number})))
    _sweep(folder, (number, before), disk)
    return number


def _write(
    home: Path, manifest: Manifest, contents: Mapping[str, bytes], disk: Disk, tell: Progress
) -> None:
    total = len(contents) + 1
    disk.make_folder(home)
    for done, (name, data) in enumerate(contents.items(), start=1):
        disk.write(home / name, data)
        tell(done, total, "write")
    # The manifest must not reach the disk before the names it vouches for, and never in part: a
    # first build that died would then look like a damaged index rather than none.
    disk.sync_folder(home)
    disk.replace(home / _MANIFEST, manifest.to_bytes())
    tell(total, total, "write")


def _newest_sound(folder: Path, complete: Sequence[int], disk: Disk) -> int | None:
    """The generation to keep beside the new one: the one that serves, unless it is damaged."""
    try:
        current = _read_current(folder, disk)
    except (IndexDamagedError, FileNotFoundError):
        current = None
    for number in sorted(complete, key=lambda n: (n == current, n), reverse=True):
        try:
            read_generation(folder, number, disk)
        except IndexStoreError:
            continue
        return number
    return None


def _sweep(folder: Path, keep: Collection[int | None], disk: Disk) -> None:
    """Removes every other generation; what cannot be removed is only logged."""
    try:
        numbers = _numbers(folder, disk)
    except OSError as error:
        _log.warning("old generations in %s cannot be listed: %s", folder, error)
        return
    for number in numbers:
        if number not in keep:
            _discard(folder / name_of(number), disk)


def _discard(home: Path, disk: Disk) -> None:
    """Removes a generation, its manifest first: half removed, it counts as absent."""
    try:
        disk.remove(home / _MANIFEST)
        for name in disk.names(home):
            disk.remove(home / name)
        disk.remove_folder(home)
    except OSError as error:
        _log.warning("%s is not needed but cannot be removed: %s", home, error)


# Reading


def survey(folder: Path, disk: Disk) -> tuple[list[int], int | None, list[str]]:
    """Numbers of the generations that may serve, best first; the current one; problems.

    The current one is None, with the reason in the problems, where `CURRENT` does not say it.

    Raises:
        IndexMissingError: no index was ever built here.
        IndexDamagedError: the folder cannot be listed.
    """
    missing = f"there is no index in {folder}: to make it run  {mending_command(folder)}"
    try:
        complete = _complete(folder, _numbers(folder, disk), disk)
    except (FileNotFoundError, NotADirectoryError):
        raise IndexMissingError(missing) from None
    except OSError as error:
        raise IndexDamagedError(advise(folder, [f"it cannot be listed: {error}"])) from error
    try:
        current = _read_current(folder, disk)
    except FileNotFoundError:
        if not complete:
            raise IndexMissingError(missing) from None
        return complete, None, [f"{_CURRENT} is gone"]
    except IndexDamagedError as error:
        return complete, None, [f"{_CURRENT}: {error}"]
    return [current, *(n for n in complete if n < current)], current, []


def unfinished(folder: Path, serving: Collection[int], disk: Disk) -> list[str]:
    """Folders of generations that are not among `serving`: builds that died left them."""
    return [name_of(n) for n in _numbers(folder, disk) if n not in serving]


def read_generation(folder: Path, number: int, disk: Disk) -> tuple[Manifest, dict[str, bytes]]:
    """The manifest of generation `number` and its files by name, sizes and SHA-256 checked.

    Raises:
        IndexDamagedError: a file is gone, cut or changed.
        IndexMismatchError: another format version wrote it.
    """
    home = folder / name_of(number)
    try:
        manifest = Manifest.from_bytes(_read(home / _MANIFEST, disk))
    except IndexDamagedError as error:
        raise IndexDamagedError(f"{_MANIFEST}: {error}") from error
    return manifest, {n: _verified(home / n, entry, disk) for n, entry in manifest.files.items()}


def _numbers(folder: Path, disk: Disk) -> list[int]:
    """The numbers of all generations, newest first, complete or not."""
    names = (name.removeprefix(_PREFIX) for name in disk.names(folder) if name.startswith(_PREFIX))
    # Only names that a build gives: not gen-07, nor digits of another script, which int() takes.
    return sorted((int(n) for n in names if n.isdecimal() and str(int(n)) == n), reverse=True)


def _complete(folder: Path, numbers: Iterable[int], disk: Disk) -> list[int]:
    return [n for n in numbers if disk.has(folder / name_of(n) / _MANIFEST)]


def _read_current(folder: Path, disk: Disk) -> int:
    """The number in `CURRENT`; raises FileNotFoundError, IndexDamagedError."""
    try:
        number = json.loads(unseal(disk.read(folder / _CURRENT)))["generation"]
    except FileNotFoundError:
        raise
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise IndexDamagedError(f"it names no generation: {error!r}") from error
    if not isinstance(number, int):
        raise IndexDamagedError(f"it names the generation {number!r}, expected a whole number")
    return number


def _verified(path: Path, entry: FileEntry, disk: Disk) -> bytes:
    data = _read(path, disk)
    found = FileEntry.of(data)
    if found.size != entry.size:
        raise IndexDamagedError(f"{path.name} has {found.size} bytes, expected {entry.size}")
    if found != entry:
        raise IndexDamagedError(
            f"{path.name} was changed: its SHA-256 is {found.sha256[:12]}…, "
            f"expected {entry.sha256[:12]}…"
        )
    return data


def _read(path: Path, disk: Disk) -> bytes:
    try:
        return disk.read(path)
    except FileNotFoundError:
        raise IndexDamagedError(f"{path.name} is gone") from None
    except OSError as error:
        raise IndexDamagedError(f"{path.name} cannot be read: {error.strerror}") from error
