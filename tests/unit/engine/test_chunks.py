"""Runs in chunks: the same bits however cut, stopped and gone on with, refused when inputs changed."""

import errno
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from osseo.engine import Reducer, run_chunked, solve_batch
from osseo.engine.scale import chunks
from osseo.engine.scale.chunks import estimate_run, read_run
from osseo.errors import InputError

N = 23
P = np.column_stack([np.linspace(0.2, 4.0, N), np.zeros(N)])
Y0 = np.tile([1.0, 0.0], (N, 1))
OF = (Reducer("area", state=0), Reducer("first_below", state=0, level=0.3))
INPUTS = {"p": P, "y0": Y0, "reducers": OF, "rtol": 1e-6, "note": None}


def solver(kernels, n_threads=1):
    def solve(first, last):
        part = solve_batch(
            kernels.decay(),
            P[first:last],
            Y0[first:last],
            times=[0.0, 1.0, 3.0],
            reducers=OF,
            n_threads=n_threads,
        )
        return {"reduced": part.reduced, "status": part.status, "left": part.y[:, :, 0]}

    return solve


def test_chunks_and_threads_change_no_bit(kernels, tmp_path):
    whole = solver(kernels)(0, N)
    for size, threads in ((N, 1), (7, 2), (1, 3), (100, 4)):
        folder = tmp_path / f"{size}"
        state = run_chunked(solver(kernels, threads), N, folder, INPUTS, chunk_size=size)
        assert state.is_complete
        found = read_run(folder)
        np.testing.assert_array_equal(found["member"], np.arange(N))
        for name, column in whole.items():
            np.testing.assert_array_equal(found[name], column)


def test_a_stopped_run_goes_on_and_does_nothing_twice(kernels, tmp_path):
    calls = []

    def solve(first, last):
        calls.append(first)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return solver(kernels)(first, last)

    with pytest.raises(KeyboardInterrupt):
        run_chunked(solve, N, tmp_path, INPUTS, chunk_size=5)
    with pytest.raises(InputError, match="3 of 5 chunks are missing"):
        read_run(tmp_path)
    seen = []
    state = run_chunked(solve, N, tmp_path, INPUTS, chunk_size=5, stop_after=1)
    assert state.done == (0, 1, 2)
    run_chunked(solve, N, tmp_path, INPUTS, chunk_size=5, on_chunk=lambda s: seen.append(len(s.done)))
    assert calls == [0, 5, 10, 10, 15, 20]
    assert seen == [4, 5]
    np.testing.assert_array_equal(read_run(tmp_path)["reduced"], solver(kernels)(0, N)["reduced"])
    run_chunked(solve, N, tmp_path, INPUTS, chunk_size=5)
    assert len(calls) == 6


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"p": P * 2}, "inputs.p: changed"),
        ({"rtol": 1e-7}, "inputs.rtol: changed"),
        ({"reducers": OF[:1]}, "inputs.reducers: changed"),
        ({"more": 1}, "inputs.more: changed"),
    ],
)
def test_changed_inputs_are_refused(kernels, tmp_path, change, words):
    run_chunked(solver(kernels), N, tmp_path, INPUTS, chunk_size=5, stop_after=1)
    with pytest.raises(InputError, match=words):
        run_chunked(solver(kernels), N, tmp_path, {**INPUTS, **change}, chunk_size=5)
    with pytest.raises(InputError, match="chunk_size: was 5, is 6"):
        run_chunked(solver(kernels), N, tmp_path, INPUTS, chunk_size=6)


def test_a_full_disk_loses_nothing(kernels, tmp_path, monkeypatch):
    """The third write fails as a full disk does; the run goes on when there is room again."""
    real, writes = chunks.write_bytes, []

    def write(path, content):
        writes.append(path)
        if len(writes) == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(path, content)

    monkeypatch.setattr(chunks, "write_bytes", write)
    with pytest.raises(InputError, match=r"No space left.*what is done is kept"):
        run_chunked(solver(kernels), N, tmp_path, INPUTS, chunk_size=5)
    assert run_chunked(solver(kernels), N, tmp_path, INPUTS, chunk_size=5).is_complete


_SLOW = """
import sys, time
import numpy as np
from osseo.engine.scale.chunks import run_chunked
def solve(first, last):
    time.sleep(0.05)
    return {"x": np.arange(first, last) * 0.5}
run_chunked(solve, 400, sys.argv[1], {"x": 1}, chunk_size=2)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_killed_process_leaves_a_run_that_goes_on(tmp_path, how):
    process = subprocess.Popen([sys.executable, "-c", _SLOW, str(tmp_path)], stderr=subprocess.DEVNULL)
    while len(list(tmp_path.glob("chunk-*.parquet"))) < 3:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(how)
    assert process.wait() != 0
    done = len(list(tmp_path.glob("chunk-*.parquet")))
    assert 3 <= done < 200
    state = run_chunked(
        lambda first, last: {"x": np.arange(first, last) * 0.5}, 400, tmp_path, {"x": 1}, chunk_size=2
    )
    assert state.is_complete
    np.testing.assert_array_equal(read_run(tmp_path)["x"], np.arange(400) * 0.5)


def test_the_estimate_comes_first(kernels):
    estimate = estimate_run(solver(kernels), 1_000_000, chunk_size=1000)
    # 2 reduced, 1 status, 3 kept values of 8 bytes
    assert estimate.bytes_per_member == 48
    assert estimate.bytes_on_disk == 48e6
    assert estimate.bytes_in_memory == 96_000
    assert estimate.seconds > 0
    assert "1000000 members" in estimate.sentence
    assert "48 MB on disk" in estimate.sentence


def test_what_is_no_run_is_refused(kernels, tmp_path):
    with pytest.raises(InputError, match="no run here"):
        read_run(tmp_path)
    with pytest.raises(InputError, match="expected at least 1"):
        run_chunked(solver(kernels), 0, tmp_path, INPUTS)
    with pytest.raises(InputError, match="got a function"):
        run_chunked(solver(kernels), N, tmp_path, {"solve": solver})
    with pytest.raises(InputError, match=r"x: got shape \(2,\)"):
        run_chunked(lambda first, last: {"x": np.zeros(2)}, N, tmp_path, {})
    (tmp_path / "run.json").write_text("[]")
    with pytest.raises(InputError, match="not the plan of a run"):
        run_chunked(solver(kernels), N, tmp_path, {})
    (tmp_path / "run.json").unlink()
    (tmp_path / "chunk-000000.parquet").write_bytes(b"")
    with pytest.raises(InputError, match=r"chunks without run\.json"):
        run_chunked(solver(kernels), N, tmp_path, {})


def test_a_damaged_chunk_is_named_and_made_again(kernels, tmp_path):
    run_chunked(solver(kernels), N, tmp_path, INPUTS, chunk_size=5)
    whole = read_run(tmp_path)
    damaged = tmp_path / "chunk-000002.parquet"
    damaged.write_bytes(damaged.read_bytes()[:100])
    with pytest.raises(InputError, match=r"chunk-000002.parquet: cannot be read .*delete it and run again"):
        read_run(tmp_path)
    damaged.unlink()
    run_chunked(solver(kernels), N, tmp_path, INPUTS, chunk_size=5)
    np.testing.assert_array_equal(read_run(tmp_path)["reduced"], whole["reduced"])


def test_the_runs_own_column_cannot_be_replaced(tmp_path):
    with pytest.raises(InputError, match="member: this column is written by the run itself"):
        run_chunked(lambda a, b: {"member": np.arange(a, b)}, 3, tmp_path, {"x": 1})
