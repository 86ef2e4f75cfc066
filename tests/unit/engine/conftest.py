"""The hand-written kernels, for every test of this folder."""

import importlib.util
import sys
from pathlib import Path

import pytest


def _load_kernels():
    if "engine_kernels" not in sys.modules:
        path = Path(__file__).with_name("kernels.py")
        spec = importlib.util.spec_from_file_location("engine_kernels", path)
        module = importlib.util.module_from_spec(spec)
        sys.modules["engine_kernels"] = module
        spec.loader.exec_module(module)
    return sys.modules["engine_kernels"]


@pytest.fixture(scope="session")
def kernels():
    return _load_kernels()
