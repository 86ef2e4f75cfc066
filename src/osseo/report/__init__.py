"""Showing results: terminal lines, JSON, CSV and self-contained HTML. It computes nothing new.

The faces are loaded on first use, so that importing `osseo.report` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = [
    "answer_to_dict",
    "answers_to_dict",
    "course_to_dict",
    "render_answers",
    "render_safety",
    "view_course",
    "write_answer_csv",
    "write_answer_json",
    "write_course_report",
    "write_report",
]

_PLACES = {
    "answer_to_dict": "osseo.report.data",
    "answers_to_dict": "osseo.report.data",
    "course_to_dict": "osseo.report.course",
    "render_answers": "osseo.report.terminal",
    "render_safety": "osseo.report.terminal",
    "view_course": "osseo.report.course",
    "write_answer_csv": "osseo.report.data",
    "write_answer_json": "osseo.report.data",
    "write_course_report": "osseo.report.course",
    "write_report": "osseo.report.html",
}


def __getattr__(name: str) -> Any:
    """Load a face from its module when it is first asked for."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
