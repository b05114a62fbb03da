"""Arrays as the bytes of .npy files; no pickle in any."""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from askwiki.errors import IndexDamagedError


def to_npy(array: npt.NDArray[Any]) -> bytes:
    """The file that `from_npy` reads."""
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def from_npy(
    files: Mapping[str, bytes], name: str, dtype: str, dimensions: int = 1
) -> npt.NDArray[Any]:
    """The array in the file `name` of `files`.

    Raises:
        IndexDamagedError: there is none, or it is of another type or number of dimensions.
    """
    try:
        array = np.lib.format.read_array(io.BytesIO(files[name]), allow_pickle=False)
    except (KeyError, ValueError, OSError, EOFError, MemoryError) as error:
        raise IndexDamagedError(f"{name} cannot be read: {error!r}") from error
    if array.dtype != np.dtype(dtype) or array.ndim != dimensions:
        raise IndexDamagedError(
            f"{name} holds {array.shape} {array.dtype}, expected {dtype} in {dimensions} dimensions"
        )
    return array


def require_starts(starts: npt.NDArray[Any], parts: int, total: int, name: str) -> None:
    """`starts` must divide `total` items into `parts`; else numpy would read past an end.

    Raises:
        IndexDamagedError: it does not.
    """
    if len(starts) != parts + 1:
        raise IndexDamagedError(f"{name} has {len(starts)} items for {parts} parts")
    if starts[0] != 0 or np.any(np.diff(starts) < 0) or starts[-1] != total:
        raise IndexDamagedError(f"{name} does not divide {total} items")
