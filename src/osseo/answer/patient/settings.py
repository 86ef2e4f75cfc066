"""The numbers and words of `plan.yaml`: read once, each with records or a reason."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from osseo.files import parse_yaml

__all__ = ["load_plan_file", "setting"]


@cache
def load_plan_file() -> Mapping[str, Any]:
    """Return the whole file."""
    return parse_yaml(files("osseo.answer.patient").joinpath("plan.yaml").read_text(encoding="utf-8"))


def setting(name: str) -> float:
    """Return one number of the plan; the file says where it comes from."""
    return float(load_plan_file()["numbers"][name]["value"])
