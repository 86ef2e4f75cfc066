"""The patient page as data: intake, gap, plan, schedule, safety and what could change, for one profile.

`page.make_page` is the door; it is loaded on first use because it brings in the engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from osseo.answer.patient.page import make_page

__all__ = ["make_page"]


def __getattr__(name: str) -> Any:
    """Load the door on first use."""
    if name == "make_page":
        from osseo.answer.patient.page import make_page

        return make_page
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
