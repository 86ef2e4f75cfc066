"""Endpoints as data: what is measured, in which direction better lies, and the smallest real difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from osseo.errors import InputError, Issue
from osseo.names import check_name
from osseo.parameters.parameter import Parameter
from osseo.parameters.table import load_parameters
from osseo.site.reading import load_site, site_names

__all__ = ["Endpoint", "check_endpoint", "endpoint_names", "load_endpoint"]

_KINDS = ("level", "time", "profile")
_KEYS = ("label", "unit", "kind", "better", "margin", "noise", "meaning")
_TIME_KEYS = ("of", "level")


@dataclass(frozen=True)
class Endpoint:
    """One thing a clinic can measure.

    Parameters
    ----------
    name, label, unit, meaning : what it is.
    kind : `level` (at each visit), `time` (days to a level of another endpoint) or `profile` (a slope).
    better : +1 if more is better, -1 if less is.
    margin : smallest difference treated as real: points for a level, % of the time for a time; None if
        none was set.
    noise : name of the parameter with the SD of one measurement.
    of, level : for a time, the endpoint whose level it waits for, and the parameter of that level.
    """

    name: str
    label: str
    unit: str
    kind: str
    better: int
    margin: float | None
    noise: str
    meaning: str
    of: str = ""
    level: str = ""

    @property
    def sd_measurement(self) -> Parameter:
        """Return the SD of one measurement, a share (of the time for a time), with its source."""
        return load_parameters("observe")[self.noise]

    @property
    def sites(self) -> tuple[str, ...]:
        """Return the sites that have this endpoint."""
        return tuple(name for name in site_names() if self.name in load_site(name).endpoints)

    def margin_at(self, reference: float) -> float | None:
        """Return the margin in the endpoint's own unit; a time's is a share of `reference` [d].

        Examples
        --------
        >>> load_endpoint("days_to_fill").margin_at(120.0), load_endpoint("gap_fill_pct").margin_at(80.0)
        (6.0, 5.0)
        """
        if self.margin is None or self.kind != "time":
            return self.margin
        return self.margin / 100.0 * reference


@cache
def _load_all() -> Mapping[str, Endpoint]:
    text = files("osseo.observe").joinpath("endpoints.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    issues = [issue for name, entry in data.items() for issue in check_endpoint(name, entry, data)]
    if issues:
        raise InputError.from_issues("observe/endpoints.yaml", issues, "no endpoint was loaded")
    return {name: _make(name, entry) for name, entry in data.items()}


def _make(name: str, entry: Mapping[str, Any]) -> Endpoint:
    words = {key: " ".join(str(entry[key]).split()) for key in ("label", "unit", "kind", "noise", "meaning")}
    time = {key: str(entry[key]) for key in _TIME_KEYS if key in entry}
    if time:
        level = 100.0 * load_parameters("observe").value(time["level"])
        words["label"] = words["label"].format(level=level)
    margin = None if entry["margin"] is None else float(entry["margin"])
    return Endpoint(name=name, better=int(entry["better"]), margin=margin, **words, **time)


def check_endpoint(name: str, entry: Mapping[str, Any], data: Mapping[str, object]) -> list[Issue]:
    """Return what is wrong with one entry of `endpoints.yaml`."""
    wanted = (*_KEYS, *_TIME_KEYS) if entry.get("kind") == "time" else _KEYS
    issues = [Issue(name, f"has no {key}") for key in wanted if key not in entry]
    issues += [Issue(name, f"unknown key {key!r}") for key in entry if key not in wanted]
    if issues:
        return issues
    if entry["kind"] not in _KINDS:
        issues.append(Issue(name, f"got kind {entry['kind']!r}; expected one of {', '.join(_KINDS)}"))
    if entry["better"] not in (1, -1):
        issues.append(Issue(name, f"got better {entry['better']!r}; expected 1 or -1"))
    table = load_parameters("observe")
    for key in ("noise", "level"):
        if key in entry and entry[key] not in table:
            issues.append(Issue(name, f"{key} {entry[key]!r} is not in parameters/tables/observe.csv"))
    if "of" in entry and entry["of"] not in data:
        issues.append(Issue(name, f"waits for {entry['of']!r}, which is no endpoint"))
    return issues


def endpoint_names(site: str = "") -> tuple[str, ...]:
    """Return the names of all endpoints, or of those a site has, in the site's order."""
    return load_site(site).endpoints if site else tuple(_load_all())


def load_endpoint(name: str) -> Endpoint:
    """Return an endpoint by name.

    Raises
    ------
    NameUnknown : with near names.

    Examples
    --------
    >>> load_endpoint("new_bone_pct").margin
    4.0
    """
    check_name(name, _load_all(), "endpoint")
    return _load_all()[name]
