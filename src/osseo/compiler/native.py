"""LLVM assembly -> machine code of this processor, kept on disk, and function addresses.

It knows no model. What is kept depends on the text of the assembly, the processor and LLVM: the text holds
the model and whatever the emitter made of it, so that nothing old can be met.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from osseo.cache import make_key, read_entry, write_entry
from osseo.engine.native.machine import host_key, load_object, make_object, optimise, parse

__all__ = ["NativeCode", "make_native"]


@dataclass(frozen=True)
class NativeCode:
    """Addresses of compiled functions. `engine` owns the code: keep it as long as an address is used.

    Parameters
    ----------
    addresses : function name -> address.
    emitted : the LLVM text the code was made from.
    """

    addresses: dict[str, int]
    emitted: str = field(repr=False)
    engine: Any = field(repr=False)

    @cached_property
    def assembly(self) -> str:
        """Return the optimised LLVM text; the passes are run again to show it."""
        module = parse(self.emitted)
        optimise(module)
        return str(module)


def make_native(assembly: str, names: Iterable[str]) -> NativeCode:
    """Return the addresses of the named functions; code found on disk is not compiled again."""
    key = make_key(assembly, host_key())
    content = read_entry("code", key)
    if content is None:
        module = parse(assembly)
        optimise(module)
        content = make_object(module)
        write_entry("code", key, content)
    loaded = load_object(content, names)
    return NativeCode(loaded.addresses, assembly, loaded.engine)
