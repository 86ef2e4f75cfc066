"""The step loops as kept object code: a process that finds it neither imports numba nor compiles.

numba translates a loop once into LLVM text; a short function in front of it reads the loop's arguments from
memory, so that Python can call it by address. Where nothing can be kept, numba's own cache serves.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from osseo.cache import can_keep, make_key, read_entry, source_key, version_of, write_entry
from osseo.engine.native.machine import LoadedObject, host_key, load_object, make_object, optimise, parse
from osseo.errors import SolveError

__all__ = ["Loop", "kind_of", "load_loop"]

_ENTRY = "osseo_entry"
_CALL = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p)
#: functions the kept code may need that any process has
_PLAIN = frozenset(("memcpy", "memset", "memmove", "sqrt", "pow", "exp", "log"))
#: arrays given by address own nothing: counting who uses them is a third of the time and no work
_COUNT = re.compile(r"^.*\bcall void @NRT_(?:incref|decref)\(.*$", re.MULTILINE)
#: numba frees an array's memory through this; arrays given by address own none, so it is never called
_FREE = re.compile(r"^declare void @NRT_MemInfo_call_dtor\(ptr[^)]*\).*$", re.MULTILINE)
_NO_FREE = "define private void @NRT_MemInfo_call_dtor(ptr %owner) {\n  ret void\n}"
_DECLARED = re.compile(r"^declare .*?@([\w.$]+)\(", re.MULTILINE)
#: loops that use the functions of another loop: a change there is a change here
_BUILT_ON = {"_lane_loop": ("_batch_loop",), "_site_lane_loop": ("_site_loop",)}
_KINDS = {"double": "double", "i64": "i64", "ptr": "ptr"}


@dataclass(frozen=True)
class Loop:
    """One compiled loop; call it as loop(task, ..., first, last). It holds no state: threads may share it.

    Parameters
    ----------
    run : takes named tuples of arrays and numbers, and plain integers.
    is_kept : whether it runs as kept object code.
    owner : keeps the code alive.
    """

    run: Callable[..., None]
    is_kept: bool
    owner: Any = field(default=None, repr=False)

    def __call__(self, *args: Any) -> None:
        """Run the loop."""
        self.run(*args)


@cache
def load_loop(module: str, function: str, *kinds: tuple) -> Loop:
    """Return a loop from the cache, or compile and keep it.

    Parameters
    ----------
    module, function : where the loop is written.
    kinds : what `kind_of` says of each argument but the last two, which are integers.
    """
    key = _key(module, function, kinds)
    content = read_entry("loop", key)
    if content is None and can_keep():
        content = _compile(module, function, kinds)
        write_entry("loop", key, content)
    if not content:
        return Loop(getattr(import_module(module), function), is_kept=False)
    loaded = load_object(content, [_ENTRY])
    return Loop(_caller(loaded, function), is_kept=True, owner=loaded)


def _key(module: str, function: str, kinds: tuple[tuple, ...]) -> str:
    here = Path(__file__).parent
    own = module.rsplit(".", 1)[1]
    names = (own, "_call", *_BUILT_ON.get(own, ()))
    code = (*((here.parent / f"{name}.py").read_bytes() for name in names), source_key(here))
    return make_key(module, function, kinds, code, version_of("numba"), host_key())


def kind_of(value: Any) -> tuple:
    """Return the kinds of a named tuple's fields: `int`, `float`, or (dtype, dimensions)."""
    return (
        f"{type(value).__module__}:{type(value).__name__}",
        *(
            (v.dtype.str, v.ndim) if isinstance(v, np.ndarray) else "int" if isinstance(v, int) else "float"
            for v in value
        ),
    )


def _compile(module: str, function: str, kinds: tuple[tuple, ...]) -> bytes:
    """Translate a loop to object code; nothing (b"") if it would not stand without numba."""
    from numba import int64, njit

    python = getattr(import_module(module), function).py_func
    settings: Any = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    compiled = njit(nogil=True, error_model="numpy", **settings)(python)
    compiled.compile((*(_numba_type(kind) for kind in kinds), int64, int64))
    (result,) = compiled.overloads.values()
    text = _COUNT.sub("", _FREE.sub(_NO_FREE, result.library.get_llvm_str()))
    name = result.fndesc.llvm_func_name
    needed = {n for n in _DECLARED.findall(text) if not n.startswith("llvm.")}
    if needed - _PLAIN:
        return b""
    whole = parse(text + _entry_text(parse(text), name))
    optimise(whole)
    return make_object(whole)


def _numba_type(kind: tuple) -> Any:
    from numba import float64, from_dtype, int64, types

    where, name = kind[0].split(":")
    fields = {
        "int": int64,
        "float": float64,
    }
    members = [
        fields[k] if isinstance(k, str) else types.Array(from_dtype(np.dtype(k[0])), k[1], "C")
        for k in kind[1:]
    ]
    return types.NamedTuple(members, getattr(import_module(where), name))


def _entry_text(module: Any, name: str) -> str:
    """Write the function that reads the arguments of a loop from memory, one word each, and calls it."""
    lines, passed = [], []
    for i, argument in enumerate(module.get_function(name).arguments):
        kind = _KINDS[str(argument.type)]
        if i >= 2:  # the first two are where numba returns a value and an exception
            lines.append(f"  %a{i} = getelementptr i64, ptr %words, i64 {i - 2}")
            lines.append(f"  %v{i} = load {kind}, ptr %a{i}, align 8")
        passed.append(f"{kind} %v{i}")
    body = "\n".join(lines)
    return (
        f"\ndefine i32 @{_ENTRY}(ptr %words) {{\n  %v0 = alloca i64\n  %v1 = alloca i64\n{body}\n"
        f"  %status = call i32 @{name}({', '.join(passed)})\n  ret i32 %status\n}}\n"
    )


def _caller(loaded: LoadedObject, function: str) -> Callable[..., None]:
    call = _CALL(loaded.addresses[_ENTRY])

    def run(*args: Any) -> None:
        words = np.array(_words(args), dtype=np.int64)
        if call(words.ctypes.data) != 0:
            raise SolveError(f"{function}: the compiled loop stopped; this is a fault of osseo")

    return run


def _words(args: tuple) -> list[int]:
    """Lay arguments out as numba passes them: an array is its data, sizes and strides."""
    words: list[int] = []
    for argument in args:
        for value in argument if isinstance(argument, tuple) else (argument,):
            if isinstance(value, np.ndarray):
                head = [0, 0, value.size, value.itemsize, value.ctypes.data]
                words += [*head, *value.shape, *value.strides]
            elif isinstance(value, float):
                words.append(int(np.float64(value).view(np.int64)))
            else:
                words.append(int(value))
    return words
