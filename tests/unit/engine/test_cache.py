"""Both loops are compiled once per machine: a second process finds them, and no model recompiles them."""

import subprocess
import sys

import numpy as np

from osseo.engine.batch import solve_batch
from osseo.engine.grid import FieldTransport, uniform_grid
from osseo.engine.site import solve_site

_FRESH_PROCESS = """
import numpy as np
from osseo.engine import solve_batch, solve_site, uniform_grid, Kernel, _batch_loop, _site_loop
# a model without states and calls is enough to make numba look for its machine code
empty = Kernel(*[0] * 6, n_states=0, n_parameters=0, n_inputs=0, n_outputs=0, n_nonzero=0, n_lu=0)
solve_batch(empty, np.zeros((0, 0)), np.zeros((0, 0)), times=[0.0])
solve_site(empty, uniform_grid(1.0, 1), np.zeros((0, 0)), np.zeros((0, 1, 0)), times=[0.0], transport=())
for function in (_batch_loop.run_members, _site_loop.run_columns):
    assert not function.stats.cache_misses, function.stats
    assert sum(function.stats.cache_hits.values()) == 1, function.stats
"""


def test_no_model_recompiles_a_loop_and_the_next_process_finds_it(kernels):
    from osseo.engine import _batch_loop, _site_loop

    grid = uniform_grid(1.0, 3)
    for kernel in (kernels.decay(), kernels.logistic(), kernels.robertson()):
        p, y0 = np.ones((2, kernel.n_parameters)), np.ones((2, kernel.n_states))
        solve_batch(kernel, p, y0, times=[0.0, 1e-3])
        cells = np.ones((2, 3, kernel.n_states))
        solve_site(kernel, grid, 1e-3 * p, cells, times=[0.0, 1e-3], transport=())
    spread = kernels.spread()
    law = [FieldTransport(0, -1, 0)]
    solve_site(spread, grid, np.ones((1, 3)), np.ones((1, 3, 1)), times=[0, 1], transport=law)
    assert len(_batch_loop.run_members.signatures) == 1
    assert len(_site_loop.run_columns.signatures) == 1
    done = subprocess.run([sys.executable, "-c", _FRESH_PROCESS], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_importing_the_package_does_not_import_numba():
    code = (
        "import sys, osseo.engine, osseo.engine.batch, osseo.engine.site; assert 'numba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
