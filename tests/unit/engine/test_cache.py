"""The loops are compiled once and kept: a second process neither compiles nor imports numba."""

import ctypes
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from osseo.cache import cache_folder
from osseo.engine.batch import solve_batch
from osseo.engine.grid import FieldTransport, uniform_grid
from osseo.engine.native import loops
from osseo.engine.site import solve_site
from osseo.errors import SolveError

_FRESH_PROCESS = """
import sys
import numpy as np
from osseo.engine import solve_batch, solve_site, uniform_grid, Kernel
empty = Kernel(*[0] * 6, n_states=0, n_parameters=0, n_inputs=0, n_outputs=0, n_nonzero=0, n_lu=0)
solve_batch(empty, np.zeros((0, 0)), np.zeros((0, 0)), times=[0.0])
solve_site(empty, uniform_grid(1.0, 1), np.zeros((0, 0)), np.zeros((0, 1, 0)), times=[0.0], transport=())
assert "numba" not in sys.modules
"""

#: a linear decay written in LLVM text, so that two processes run the same model
_DECAY = """
import sys
import numpy as np
from osseo.compiler import compile_model
from osseo.engine import InputTable, solve_batch
from osseo.language.ir import Call, ModelIR, Quantity, Sym
x, k = Quantity("m.x", "mmol", "state"), Quantity("m.k", "1/d", "parameter")
rate = Call("neg", (Call("mul", (Sym("m.k"), Sym("m.x"))),))
ir = ModelIR("m", "body", (x,), (k,), (), (), (), (Sym("m.k"),), (rate,))
kernel = compile_model(ir).kernel
p = np.linspace(0.5, 9.0, 7)[:, None]
y = solve_batch(kernel, p, p.copy(), times=np.linspace(0, 3, 11)).y
print(y.tobytes().hex(), "numba" in sys.modules)
"""


def run(code, **environment):
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_no_model_compiles_a_loop_again_and_the_next_process_finds_it(kernels):
    grid = uniform_grid(1.0, 3)
    solve_batch(kernels.decay(), [[1.0, 1.0]], [[1.0, 1.0]], times=[0.0, 1.0])
    solve_site(kernels.spread(), grid, np.ones((1, 3)), np.ones((1, 3, 1)), times=[0, 1], transport=())
    misses = loops.load_loop.cache_info().misses
    for kernel in (kernels.decay(), kernels.logistic(), kernels.robertson()):
        p, y0 = np.ones((2, kernel.n_parameters)), np.ones((2, kernel.n_states))
        solve_batch(kernel, p, y0, times=[0.0, 1e-3])
        cells = np.ones((2, 3, kernel.n_states))
        solve_site(kernel, grid, 1e-3 * p, cells, times=[0.0, 1e-3], transport=())
    spread = kernels.spread()
    law = [FieldTransport(0, -1, 0)]
    solve_site(spread, grid, np.ones((1, 3)), np.ones((1, 3, 1)), times=[0, 1], transport=law)
    assert loops.load_loop.cache_info().misses == misses
    run(_FRESH_PROCESS)


def test_kept_code_and_numba_give_the_same_bits(tmp_path):
    """Where nothing can be kept, numba's own cache serves, to the same last bit."""
    blocked = tmp_path / "a-file"
    blocked.write_text("no folder")
    kept, kept_numba = run(_DECAY)
    other, other_numba = run(_DECAY, OSSEO_CACHE=str(blocked / "cache"))
    assert (kept_numba, other_numba) == ("False", "True")
    assert kept == other


def test_a_loop_that_stops_is_an_error():
    call = loops._CALL(lambda words: 1)
    address = ctypes.cast(call, ctypes.c_void_p).value
    stopping = loops.LoadedObject({"osseo_entry": address}, engine=None)
    with pytest.raises(SolveError, match="fault of osseo"):
        loops._caller(stopping, "run")(0)


def test_importing_the_package_does_not_import_numba():
    code = (
        "import sys, osseo.engine, osseo.engine.batch, osseo.engine.site; assert 'numba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_processes_that_race_for_a_model_s_lanes_all_get_the_same_bits(tmp_path):
    """Each finds the loops, none the model; all make its code at once and keep it in one place."""
    run(_DECAY)  # the loops are there now
    shutil.copytree(cache_folder() / "loop", tmp_path / "loop")
    environment = {**os.environ, "OSSEO_CACHE": str(tmp_path)}
    command = [sys.executable, "-c", _DECAY]
    racing = [subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) for _ in range(4)]
    found = {process.communicate()[0] for process in racing}
    assert all(process.returncode == 0 for process in racing)
    assert len(found) == 1 and "False" in found.pop()
    assert len(list((tmp_path / "code").iterdir())) == 2, "the scalar code and that of the lanes"
    assert run(_DECAY, OSSEO_CACHE=str(tmp_path))[0] == run(_DECAY)[0]
