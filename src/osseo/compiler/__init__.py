"""The only place where biology meets numerics: ModelIR -> machine code, and the twin that checks it.

`compile_model` makes a `System`; `osseo.compiler.reference` interprets the SBML independently and
is kept forever. Names are imported on first use, so that importing this package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from osseo.compiler.compile import compile_model
    from osseo.compiler.system import System

__all__ = ["System", "compile_model"]


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    if name == "compile_model":
        from osseo.compiler.compile import compile_model

        return compile_model
    if name == "System":
        from osseo.compiler.system import System

        return System
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
