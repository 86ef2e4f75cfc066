"""Runs too large for memory: members in chunks, each a Parquet file; what was done is never done again.

A folder holds `run.json` (what the run is) and one file per chunk. A file is there whole or not at all, so
that a run that was stopped, by Ctrl-C, a full disk or a lost machine, goes on where it was.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypedDict, Unpack

import numpy as np

from osseo.cache import make_key, version_of
from osseo.engine.scale.memory import check_memory, machine_memory, words_of_size
from osseo.errors import InputError, Issue
from osseo.files import check_writable_folder, write_bytes, write_text
from osseo.names import suggest

__all__ = ["ChunkSettings", "Estimate", "RunState", "estimate_run", "read_run", "run_chunked"]

Solve = Callable[[int, int], Mapping[str, np.ndarray]]
_PLAN, _SAMPLE = "run.json", 16


class ChunkSettings(TypedDict, total=False):
    """How a run is cut, and who is told.

    chunk_size : members per file (10000). on_chunk : called with the RunState after every chunk. stop_after :
        chunks to compute now, the rest another time.
    """

    chunk_size: int
    on_chunk: Callable[[RunState], None]
    stop_after: int | None


@dataclass(frozen=True)
class Estimate:
    """What a run will need, measured on a few members.

    seconds of one process; bytes_per_member of the columns; bytes_on_disk at most (columns as they are);
    bytes_in_memory of one chunk.
    """

    n: int
    seconds: float
    bytes_per_member: float
    bytes_on_disk: float
    bytes_in_memory: float

    @property
    def sentence(self) -> str:
        """Return the estimate as a sentence."""
        return (
            f"{self.n} members: about {self.seconds:.3g} s, "
            f"{words_of_size(self.bytes_on_disk)} on disk at most, "
            f"{words_of_size(self.bytes_in_memory)} in memory at a time"
        )

    def check(self, folder: str | Path) -> None:
        """Refuse a run that this disk or memory cannot hold, before it starts.

        Raises
        ------
        InputError : with the estimate and what there is.
        """
        check_memory("run_chunked", int(self.bytes_in_memory), "chunks of this size", "smaller chunk_size")
        place = check_writable_folder(folder)
        free = shutil.disk_usage(place).free
        if self.bytes_on_disk > free:
            raise InputError(
                f"{place}: {self.sentence}; {words_of_size(free)} are free. Keep less of each member, run "
                "fewer, or give another folder"
            )


@dataclass(frozen=True)
class RunState:
    """How far a run is: members and chunks in all, and chunks that are there."""

    folder: Path
    n: int
    chunk_size: int
    done: tuple[int, ...]

    @property
    def n_chunks(self) -> int:
        """Number of chunks of the whole run."""
        return -(-self.n // self.chunk_size)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to do."""
        return len(self.done) == self.n_chunks


def estimate_run(solve: Solve, n: int, chunk_size: int = 10_000) -> Estimate:
    """Solve a few members and say what all of them will need.

    Parameters
    ----------
    solve : as for `run_chunked`.
    n : members in all.
    chunk_size : members per chunk.
    """
    few = max(1, min(n, _SAMPLE))
    solve(0, few)  # loads and compiles what is loaded and compiled once
    start = time.perf_counter()
    columns = solve(0, few)
    seconds = time.perf_counter() - start
    size = sum(np.asarray(column).nbytes for column in columns.values()) / few
    return Estimate(n, seconds / few * n, size, size * n, 2 * size * min(n, chunk_size))


def run_chunked(
    solve: Solve, n: int, folder: str | Path, inputs: Mapping[str, Any], **settings: Unpack[ChunkSettings]
) -> RunState:
    """Compute members 0..n-1 in chunks; chunks that are there already are kept.

    Parameters
    ----------
    solve : (first, last) -> columns of members first..last-1: arrays (last - first,) or
        (last - first, k). Members must not depend on how they are cut; `solve_batch` promises that.
    n : members in all.
    folder : where the run lives.
    inputs : everything the result depends on, by name: numbers, texts, arrays. A run that goes on with
        other inputs is refused.
    settings : chunk_size, on_chunk, stop_after.

    Returns
    -------
    state : how far the run is. A KeyboardInterrupt passes through; the folder stays good.

    Raises
    ------
    InputError : changed inputs (which ones), a folder of something else, no space left.
    """
    chunk_size = settings.get("chunk_size", 10_000)
    if n < 1 or chunk_size < 1:
        raise InputError(f"run_chunked: got {n} members, chunks of {chunk_size}; expected at least 1")
    folder = check_writable_folder(folder)
    _begin(folder, n, chunk_size, inputs)
    state = _state(folder, n, chunk_size)
    computed = 0
    for i in range(state.n_chunks):
        if i in state.done:
            continue
        if settings.get("stop_after") is not None and computed >= (settings.get("stop_after") or 0):
            break
        first, last = i * chunk_size, min(n, (i + 1) * chunk_size)
        _write_chunk(_chunk_path(folder, i), first, last, solve(first, last))
        computed += 1
        state = _state(folder, n, chunk_size)
        if "on_chunk" in settings:
            settings["on_chunk"](state)
    return state


def read_run(folder: str | Path) -> dict[str, np.ndarray]:
    """Read all columns of a complete run, members in order.

    Raises
    ------
    InputError : no run, or one that is not complete; results that do not fit into memory.
    """
    folder = Path(folder)
    plan = _read_plan(folder)
    if plan is None:
        raise InputError(f"{folder}: no run here ({_PLAN} is missing)")
    state = _state(folder, plan["n"], plan["chunk_size"])
    if not state.is_complete:
        missing = state.n_chunks - len(state.done)
        raise InputError(f"{folder}: {missing} of {state.n_chunks} chunks are missing; run it again to go on")
    paths = [_chunk_path(folder, i) for i in range(state.n_chunks)]
    _check_size(folder, paths)
    parts = [_read_chunk(path) for path in paths]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _check_size(folder: Path, paths: list[Path]) -> None:
    size, has = 2 * sum(path.stat().st_size for path in paths), machine_memory()
    if has and size > has:
        raise InputError(
            f"{folder}: about {words_of_size(size)} to read, this machine has {words_of_size(has)}; "
            "query the Parquet files instead"
        )


def _read_chunk(path: Path) -> dict[str, np.ndarray]:
    from pyarrow import parquet

    try:
        return _columns(parquet.read_table(path))
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            f"{path}: cannot be read ({reason}); delete it and run again: only this chunk is computed"
        ) from error


def _columns(table: Any) -> dict[str, np.ndarray]:
    columns = {}
    for name in table.column_names:
        column = table.column(name).combine_chunks()
        if hasattr(column.type, "list_size"):
            columns[name] = column.flatten().to_numpy(zero_copy_only=False).reshape(len(column), -1)
        else:
            columns[name] = column.to_numpy(zero_copy_only=False)
    return columns


def _begin(folder: Path, n: int, chunk_size: int, inputs: Mapping[str, Any]) -> None:
    """Write the plan of a new run, or check that the one that is there is this one."""
    plan = {
        "n": n,
        "chunk_size": chunk_size,
        "osseo": version_of("osseo"),
        "inputs": {name: _fingerprint(value) for name, value in sorted(inputs.items())},
    }
    old = _read_plan(folder)
    if old is None:
        if list(folder.glob("chunk-*.parquet")):
            raise InputError(f"{folder}: chunks without {_PLAN}; give an empty folder")
        write_text(folder / _PLAN, json.dumps(plan, indent=1) + "\n")
        return
    issues = [
        Issue(name, f"was {old.get(name)}, is {plan[name]}")
        for name in ("n", "chunk_size", "osseo")
        if old.get(name) != plan[name]
    ]
    was, now = old.get("inputs", {}), plan["inputs"]
    issues += [
        Issue(f"inputs.{name}", "changed", suggest(name, was) if name not in was else "")
        for name in sorted({*was, *now})
        if was.get(name) != now.get(name)
    ]
    if issues:
        raise InputError.from_issues(
            str(folder), issues, "this folder holds another run; go on with its inputs or give a new folder"
        )


def _fingerprint(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return make_key(value.dtype.str, value.shape, np.ascontiguousarray(value).tobytes())
    if hasattr(value, "__dataclass_fields__"):
        return make_key(type(value).__name__, *(_fingerprint(v) for v in asdict(value).values()))
    if isinstance(value, Mapping):
        return make_key(*((str(k), _fingerprint(v)) for k, v in value.items()))
    if isinstance(value, list | tuple):
        return make_key(type(value).__name__, *(_fingerprint(v) for v in value))
    if value is None or isinstance(value, str | bytes | bool | int | float | np.number | np.bool_):
        return make_key(value)
    raise InputError(
        f"inputs: got a {type(value).__name__}; expected numbers, texts, arrays, or dataclasses and "
        "collections of them, so that a change can be seen"
    )


def _read_plan(folder: Path) -> dict[str, Any] | None:
    path = folder / _PLAN
    if not path.exists():
        return None
    try:
        plan = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
    if not isinstance(plan, dict) or not all(isinstance(plan.get(k), int) for k in ("n", "chunk_size")):
        raise InputError(f"{path}: not the plan of a run; give an empty folder")
    return plan


def _chunk_path(folder: Path, i: int) -> Path:
    return folder / f"chunk-{i:06d}.parquet"


def _state(folder: Path, n: int, chunk_size: int) -> RunState:
    n_chunks = -(-n // chunk_size)
    there = {path.name for path in folder.glob("chunk-*.parquet")}
    done = tuple(i for i in range(n_chunks) if _chunk_path(folder, i).name in there)
    return RunState(folder, n, chunk_size, done)


def _write_chunk(path: Path, first: int, last: int, columns: Mapping[str, np.ndarray]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    arrays = {"member": np.arange(first, last), **{k: np.asarray(v) for k, v in columns.items()}}
    issues = [Issue("member", "this column is written by the run itself", "rename it")] * (
        "member" in columns
    )
    issues += [
        Issue(name, f"got shape {a.shape}; expected ({last - first},) or ({last - first}, k)")
        for name, a in arrays.items()
        if a.ndim not in (1, 2) or a.shape[0] != last - first
    ]
    if issues:
        raise InputError.from_issues(path.name, issues, "the chunk was not written")
    table = pa.table({name: _arrow(pa, a) for name, a in arrays.items()})
    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink)
    try:
        write_bytes(path, sink.getvalue().to_pybytes())
    except OSError as error:
        raise InputError(
            f"{path}: cannot be written ({error.strerror}); make room and run again: what is done is kept"
        ) from error


def _arrow(pa: Any, array: np.ndarray) -> Any:
    if array.ndim == 1:
        return pa.array(array)
    flat = pa.array(np.ascontiguousarray(array).ravel())
    return pa.FixedSizeListArray.from_arrays(flat, array.shape[1])
