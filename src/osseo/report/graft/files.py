"""Fields of a graft site as one Parquet table: each field, column, cell and time, and its spread."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from osseo.files import write_bytes
from osseo.site import SiteCourse

__all__ = ["COLUMNS", "field_table", "write_fields"]

#: field, arm, number of the column of tissue, depth of the cell on day 0 [mm], day, mean, 5 and 95 % of draws
COLUMNS = ("field", "kind", "arm", "column", "depth_mm", "time_d", "mean", "low90", "high90")


def field_table(pair: tuple[SiteCourse, SiteCourse]) -> dict[str, np.ndarray]:
    """Return the table by column; an amount is a thickness per area of the near wall [mm].

    Parameters
    ----------
    pair : courses without and with the regimen. Failed members are left out.
    """
    parts = [
        _one(course, arm, kind, name, i)
        for arm, course in zip(("without", "with"), pair, strict=True)
        for kind, held in (("amount_mm", course.amounts), ("density", course.densities))
        for name in held
        for i in range(len(course.columns))
    ]
    return {key: np.concatenate([part[key] for part in parts]) for key in COLUMNS}


def _one(course: SiteCourse, arm: str, kind: str, name: str, i: int) -> dict[str, np.ndarray]:
    held = course.amounts if kind == "amount_mm" else course.densities
    values = held[name][i][course.status == 0]
    edges = course.columns[i].edges_mm
    shape = (course.times_d.size, edges.size - 1)
    n = shape[0] * shape[1]
    empty = np.full(shape, np.nan)
    mean = values.mean(axis=0) if len(values) else empty
    low, high = np.quantile(values, [0.05, 0.95], axis=0) if len(values) else (empty, empty)
    return {
        "field": np.full(n, name),
        "kind": np.full(n, kind),
        "arm": np.full(n, arm),
        "column": np.full(n, i),
        "depth_mm": np.tile(0.5 * (edges[1:] + edges[:-1]), shape[0]),
        "time_d": np.repeat(course.times_d, shape[1]),
        "mean": mean.ravel(),
        "low90": low.ravel(),
        "high90": high.ravel(),
    }


def write_fields(pair: tuple[SiteCourse, SiteCourse], path: Path) -> Path:
    """Write the table as Parquet, whole or not at all, and return its path."""
    import tempfile

    import duckdb

    table = field_table(pair)
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as database:
        target = Path(folder) / "fields.parquet"
        database.register("fields", table)
        database.sql("select * from fields").write_parquet(str(target), compression="zstd")
        return write_bytes(path, target.read_bytes())
