"""LLVM text <-> object code of this processor, through llvmlite. It knows no model and no loop."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import llvmlite.binding as llvm

from osseo.cache import version_of

__all__ = ["LoadedObject", "host_key", "lane_width", "load_object", "make_object", "optimise", "parse"]


@dataclass(frozen=True)
class LoadedObject:
    """Addresses of functions; `engine` owns the code: keep it as long as an address is used."""

    addresses: dict[str, int]
    engine: Any


@cache
def _target() -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple()


@cache
def _features() -> str:
    return llvm.get_host_cpu_features().flatten()


def _machine() -> Any:
    return _target().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=_features(), opt=2, jit=True
    )


@cache
def host_key() -> tuple[str, ...]:
    """Return what object code depends on besides its source: processor and LLVM."""
    return (_target().triple, llvm.get_host_cpu_name(), _features(), version_of("llvmlite"))


@cache
def lane_width() -> int:
    """Return how many doubles a register of this processor holds, 1 if it cannot fuse products and sums."""
    features = llvm.get_host_cpu_features()
    if features.get("avx512f") and features.get("avx512dq"):
        return 8
    if features.get("fma"):
        return 4 if features.get("avx2") else 2
    return 2 if features.get("neon") else 1


def parse(text: str) -> Any:
    """Parse and verify LLVM text for this processor."""
    machine = _machine()
    module = llvm.parse_assembly(text)
    module.triple = machine.triple
    module.data_layout = str(machine.target_data)
    module.verify()
    return module


def optimise(module: Any) -> None:
    """Run the usual passes without SLP: nothing to win in scalar code, and most of the time to lose."""
    options = llvm.create_pipeline_tuning_options(speed_level=2)
    options.slp_vectorization = False
    builder = llvm.create_pass_builder(_machine(), options)
    builder.getModulePassManager().run(module, builder)


def make_object(module: Any) -> bytes:
    """Translate a module into object code."""
    return _machine().emit_object(module)


def load_object(content: bytes, names: Iterable[str]) -> LoadedObject:
    """Load object code into this process.

    Raises
    ------
    RuntimeError : the content is no object code for this processor (llvmlite's own error).
    """
    # an engine wants a module of its own; this one is empty
    engine = llvm.create_mcjit_compiler(parse(""), _machine())
    engine.add_object_file(llvm.ObjectFileRef.from_data(content))
    engine.finalize_object()
    return LoadedObject({name: engine.get_function_address(name) for name in names}, engine)
