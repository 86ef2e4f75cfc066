"""Bad input and faults on a compiled model: said at once, one member only, resumable, nothing lost."""

import resource
import signal
import subprocess
import sys
import time
from itertools import pairwise

import numpy as np
import pytest

from osseo.compiler import compile_model
from osseo.engine import (
    InputTable,
    Reducer,
    Status,
    solve_batch,
    solve_site,
    solve_site_reduced,
    uniform_grid,
)
from osseo.engine.events import EventTable
from osseo.engine.scale import memory
from osseo.engine.scale.chunks import Estimate, estimate_run, read_run, run_chunked
from osseo.engine.scale.site_reducer import CoreReducer
from osseo.engine.threads import run_chunks
from osseo.errors import InputError
from osseo.language import load_model
from osseo.parameters import load_parameters

N, TIMES = 13, np.array([0.0, 30.0, 365.0])


@pytest.fixture(scope="module")
def body():
    """Return kernel, parameters (13, k) that differ, start values and a held diet of the body model."""
    system = compile_model(load_model("body"))
    p = np.repeat(system.parameter_vector(load_parameters()), N, axis=0)
    p *= np.exp(0.05 * np.random.default_rng(3).standard_normal(p.shape))
    u = np.full((1, 1, len(system.input_names)), 2.0)
    return system.kernel, p, system.initial(p, np.repeat(u[0], N, axis=0)), InputTable(np.zeros(1), u, "step")


def run(body, rows=slice(None), **more):
    kernel, p, y0, u = body
    of = [Reducer("area", output=0), Reducer("cumulative", state=1)]
    return solve_batch(kernel, p[rows], y0[rows], u=u, **{"times": TIMES, "reducers": of, **more})


@pytest.mark.parametrize("bad", [0, 5, 12])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_none_leaves_the_others_bit_equal(body, bad, value):
    """In whichever lane it lies: the others are as in the whole batch, and as in a batch without it."""
    kernel, p, y0, u = body
    spoilt = p.copy()
    spoilt[bad, 3] = value
    good, found = run(body), run((kernel, spoilt, y0, u))
    rest = np.arange(N) != bad
    alone = run(body, rest)
    assert found.status[bad] == Status.BAD_INPUT
    assert np.isnan(found.y[bad]).all()
    assert np.isnan(found.reduced[bad]).all()
    for name in ("y", "out", "reduced", "series", "n_steps", "status"):
        np.testing.assert_array_equal(getattr(found, name)[rest], getattr(good, name)[rest])
        np.testing.assert_array_equal(getattr(found, name)[rest], getattr(alone, name))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"rtol": 0.0}, "rtol: got 0.0"),
        ({"rtol": -1e-6}, "rtol: got -1e-06"),
        ({"rtol": 1e-20}, "rtol: got 1e-20"),
        ({"rtol": np.nan}, "rtol: got nan"),
        ({"rtol": np.inf}, "rtol: got inf"),
        ({"atol": 0.0}, "atol: got array"),
        ({"atol": -1.0}, "atol: got array"),
        ({"atol": np.nan}, "atol: got array"),
        ({"atol": np.inf}, "atol: got array"),
        ({"atol": [1.0, 2.0]}, "atol: got array"),
    ],
)
def test_impossible_tolerances_are_refused(body, settings, words):
    with pytest.raises(InputError, match="1 problem, nothing was run") as caught:
        run(body, **settings)
    assert words in str(caught.value)


def test_a_tolerance_below_rounding_ends_with_a_status(body):
    """Far more digits than there are: it may take its steps or stop, but says which."""
    found = run(body, slice(0, 2), rtol=2e-14, atol=1e-300, max_steps=20_000)
    assert set(found.status) <= {Status.OK, Status.TOO_MANY_STEPS, Status.STEP_TOO_SMALL}
    assert found.n_steps.max() <= 20_000


@pytest.mark.parametrize("settings", [{"dt": np.nan}, {"dt": 0.0}, {"tolerance": -1.0}, {"scale": [-1.0]}])
def test_impossible_site_settings_are_refused(kernels, settings):
    grid = uniform_grid(1.0, 4)
    start = np.ones((1, 4, 1))
    with pytest.raises(InputError, match="1 problem, nothing was run"):
        solve_site(
            kernels.spread(), grid, [[0.1, 1.0, 0.0]], start, times=[0.0, 1.0], transport=[], **settings
        )


@pytest.mark.parametrize("gap", [1e-3, 1e-9, 1e-12])
def test_an_event_storm_ends_with_a_status_of_that_member(body, gap):
    """Two hundred thousand doses for one member, none for the next."""
    n = 200_000
    storm = EventTable(1.0 + gap * np.arange(n), np.zeros(n, dtype=np.int64), np.full(n, 1e-6), np.zeros(n))
    quiet = EventTable(*(column[:0] for column in (storm.time, storm.state, storm.jump, storm.rate)))
    found = run(body, slice(0, 2), events=[storm, quiet])
    assert list(found.status) == [Status.TOO_MANY_STEPS, Status.OK]
    assert 1.0 < found.fail_time[0] < 365.0
    np.testing.assert_array_equal(found.y[1], run(body, slice(0, 2)).y[1])


def test_a_billion_outputs_are_refused_with_the_estimate(body, kernels, monkeypatch):
    """Whatever the machine has: 4 GB here, so that the test does not depend on it."""
    monkeypatch.setattr(memory, "machine_memory", lambda: 4 * 2**30)
    kernel, p, y0, u = body
    many = (kernel, np.repeat(p[:1], 100_000, axis=0), np.repeat(y0[:1], 100_000, axis=0), u)
    times = np.arange(10_000.0)  # a billion instants in all
    with pytest.raises(InputError, match=r"solve_batch: .*100000 members at 10000 times need \d+.* GB; this"):
        run(many, times=times)
    with pytest.raises(InputError, match=r"reducers"):
        run(many, times=times, store="none")  # a running integral at a billion instants is 8 GB too
    grid, start = uniform_grid(1.0, 50), np.ones((1000, 50, 1))
    settings = {"times": np.arange(100_000.0), "transport": []}
    with pytest.raises(InputError, match="solve_site_reduced"):
        solve_site(kernels.spread(), grid, np.ones((1000, 3)), start, **settings)
    monkeypatch.setattr(memory, "machine_memory", lambda: 10**8)
    of = [CoreReducer("value", states=(0,))]
    with pytest.raises(InputError, match="the reduced numbers of 1000 members"):
        solve_site_reduced(kernels.spread(), grid, np.ones((1000, 3)), start, reducers=of, **settings)


def test_a_run_that_does_not_fit_on_the_disk_is_refused_before_it_starts(tmp_path, body):
    estimate = estimate_run(lambda a, b: {"x": run(body, slice(a, b)).reduced}, N)
    estimate.check(tmp_path)
    with pytest.raises(InputError, match=r"1000000000000000000 members.* on disk.* are free"):
        Estimate(10**18, 1.0, 8.0, 8e18, 1e3).check(tmp_path)


_RUN = """
import resource, sys
import numpy as np
from osseo.compiler import compile_model
from osseo.engine import InputTable, solve_batch
from osseo.engine.scale.chunks import run_chunked
from osseo.language import load_model
from osseo.parameters import load_parameters
if len(sys.argv) > 2:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
system = compile_model(load_model("body"))
p = np.repeat(system.parameter_vector(load_parameters()), 300, axis=0)
p *= np.exp(0.05 * np.random.default_rng(3).standard_normal(p.shape))
u = InputTable(np.zeros(1), np.full((1, 1, len(system.input_names)), 2.0), "step")
def solve(first, last):
    start = system.initial(p[first:last], np.repeat(u.values[0], last - first, axis=0))
    settings = {"times": [0.0, 365.0], "u": u, "n_threads": 1, "rtol": 1e-10}
    result = solve_batch(system.kernel, p[first:last], start, **settings)
    return {"y": result.y[:, 1], "status": result.status}
if __name__ == "__main__":
    run_chunked(solve, 300, sys.argv[1], {"p": p}, chunk_size=10)
"""


def _start(folder, *more):
    command = [sys.executable, "-c", _RUN, str(folder), *more]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def _wait_for(folder, count, process):
    while len(list(folder.glob("chunk-*.parquet"))) < count:
        assert process.poll() is None
        time.sleep(0.002)


def test_killed_within_a_chunk_and_gone_on_with_is_the_same_run(tmp_path):
    """Killed twice at whatever it is doing, then finished; equal to a run that nobody disturbed."""
    for count in (2, 9):
        process = _start(tmp_path / "killed")
        _wait_for(tmp_path / "killed", count, process)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        process.stderr.close()
    for folder in ("killed", "whole"):
        process = _start(tmp_path / folder)
        assert process.wait() == 0, process.stderr.read()
        process.stderr.close()
    killed, whole = read_run(tmp_path / "killed"), read_run(tmp_path / "whole")
    assert (whole["status"] == Status.OK).all()
    for name, column in whole.items():
        np.testing.assert_array_equal(killed[name], column)


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="the system limits no file sizes")
def test_a_disk_that_takes_no_more_loses_nothing(tmp_path):
    """The system refuses the write itself: files may not grow beyond 1500 bytes, a chunk is larger."""
    process = _start(tmp_path, "1500")
    _, said = process.communicate()
    assert process.returncode != 0
    assert "File too large" in said
    assert "what is done is kept" in said
    assert not list(tmp_path.glob("*.parquet"))
    process = _start(tmp_path)
    _, said = process.communicate()
    assert process.returncode == 0, said
    assert len(read_run(tmp_path)["member"]) == 300


def test_the_folder_of_another_run_is_left_alone(tmp_path):
    run_chunked(lambda a, b: {"x": np.arange(a, b)}, 4, tmp_path, {"x": 1})
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(InputError, match="another run"):
        run_chunked(lambda a, b: {"x": np.arange(a, b)}, 5, tmp_path, {"x": 1})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(("n", "n_threads"), [(100_000, 1), (100_000, 2), (64, 2)])
def test_ctrl_c_waits_for_what_has_begun_and_no_more(n, n_threads):
    """A batch is cut so that an interrupt is heard, also in one thread; what has not begun is dropped."""
    calls = []

    def work(first, last):
        calls.append((first, last))
        if first == 0:
            raise KeyboardInterrupt
        time.sleep(0.05)

    with pytest.raises(KeyboardInterrupt):
        run_chunks(work, n, n_threads)
    assert len(calls) <= 2 * n_threads
    assert max(last - first for first, last in calls) <= 4096
    seen = []
    run_chunks(lambda first, last: seen.append((first, last)), n, n_threads)
    seen.sort()
    assert seen[0][0] == 0
    assert seen[-1][1] == n
    assert all(a[1] == b[0] for a, b in pairwise(seen))
