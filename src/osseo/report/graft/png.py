"""A small image of numbers as a PNG, written by hand so that a page needs no plotting library."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from collections.abc import Sequence

import numpy as np

__all__ = ["N_COLOURS", "colour_table", "png_address"]

#: entries of a colour table
N_COLOURS = 128


def colour_table(stops: Sequence[tuple[int, int, int]], n: int = N_COLOURS) -> np.ndarray:
    """Return (n, 3) colours between stops that stand at equal distances.

    Examples
    --------
    >>> colour_table([(0, 0, 0), (100, 0, 0)], 3).tolist()
    [[0, 0, 0], [50, 0, 0], [100, 0, 0]]
    """
    at = np.linspace(0.0, 1.0, len(stops))
    columns = [np.interp(np.linspace(0.0, 1.0, n), at, channel) for channel in zip(*stops, strict=True)]
    return np.rint(np.stack(columns, axis=-1)).astype(np.uint8)


def png_address(index: np.ndarray, table: np.ndarray) -> str:
    """Return an image as a data address.

    Parameters
    ----------
    index : (n_rows, n_columns) place of every pixel in the table, top row first.
    table : (n, 3) colours, n at most 256.
    """
    rows, columns = index.shape
    body = np.zeros((rows, columns + 1), dtype=np.uint8)  # each line begins with filter 0
    body[:, 1:] = index
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 3, 0, 0, 0)),
        (b"PLTE", np.ascontiguousarray(table, dtype=np.uint8).tobytes()),
        (b"IDAT", zlib.compress(body.tobytes(), 9)),
        (b"IEND", b""),
    )
    data = b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in parts)
    return "data:image/png;base64," + b64encode(data).decode("ascii")


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
