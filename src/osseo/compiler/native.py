"""LLVM assembly -> machine code of this processor, and function addresses. It knows no model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import llvmlite.binding as llvm

__all__ = ["NativeCode", "make_native"]


@dataclass(frozen=True)
class NativeCode:
    """Addresses of compiled functions. `engine` owns the code: keep it as long as an address is used.

    Parameters
    ----------
    addresses : function name -> address.
    assembly : the optimised LLVM text the code was made from.
    """

    addresses: dict[str, int]
    assembly: str
    engine: Any


@cache
def _prepare() -> Any:
    """Initialise LLVM once per process and return the target of this processor."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple()


def _target_machine() -> Any:
    return _prepare().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=2,
        jit=True,
    )


def make_native(assembly: str, names: Iterable[str]) -> NativeCode:
    """Compile LLVM assembly in memory and return the addresses of the named functions."""
    machine = _target_machine()
    module = llvm.parse_assembly(assembly)
    module.triple = machine.triple
    module.data_layout = str(machine.target_data)
    module.verify()
    options = llvm.create_pipeline_tuning_options(speed_level=2)
    options.slp_vectorization = False  # nothing to win in scalar code, and most of the time to lose
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    optimised = str(module)
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    addresses = {name: engine.get_function_address(name) for name in names}
    return NativeCode(addresses, optimised, engine)
