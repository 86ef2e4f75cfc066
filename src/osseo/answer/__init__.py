"""Answers: safety findings, the paired difference with its uncertainty, and what it rests on.

`answer_scenario(path_or_scenario)` is the door. It is loaded on first use, because it brings in the
engine and this package must stay light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from osseo.answer.answer import answer_scenario

__all__ = ["answer_scenario"]


def __getattr__(name: str) -> Any:
    """Load the answer on first use."""
    if name == "answer_scenario":
        from osseo.answer.answer import answer_scenario

        return answer_scenario
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
