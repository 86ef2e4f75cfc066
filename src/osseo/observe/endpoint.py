"""Endpoints as data: what is measured, in which direction better lies, and the smallest real difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from osseo.errors import InputError, Issue
from osseo.files import parse_yaml
from osseo.names import check_name, suggest
from osseo.observe.curves import curve_names
from osseo.observe.settings import Settings
from osseo.parameters.parameter import Parameter
from osseo.parameters.table import load_parameters
from osseo.site.reading import load_site, site_names

__all__ = ["Endpoint", "check_endpoint", "endpoint_names", "load_endpoint"]

_KINDS = ("level", "rate", "once", "time", "profile")
_KEYS = ("label", "unit", "kind", "better", "margin", "noise", "meaning")
_TIME_KEYS = ("of", "level")
_LABELS = "label_at"


@dataclass(frozen=True)
class Endpoint:
    """One thing a clinic can measure.

    Parameters
    ----------
    name, label, unit, meaning : what it is.
    kind : `level` (at each visit), `rate` (chance [%] of each patient at each visit, its mean is the share
        of patients), `once` (a rate by a day its name says), `time` (days until something) or `profile`
        (a slope).
    better : +1 if more is better, -1 if less is.
    margin : smallest difference treated as real: points for a level, % of the time for a time; None if
        none was set.
    noise : name of the parameter with the SD of one measurement.
    of, level : for a time that waits for a level of another endpoint, that endpoint and the parameter of
        the level; empty for times with a rule of their own.
    labels : (beginning of a site's name, label there), where the label depends on the site.
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
    labels: tuple[tuple[str, str], ...] = ()

    def at(self, site: str) -> Endpoint:
        """Return the endpoint with the label it has at a site.

        Examples
        --------
        >>> load_endpoint("failure_1y_pct").at("spine_interbody").label
        'not fused after one year'
        """
        found = [label for start, label in self.labels if site.startswith(start)]
        return replace(self, label=found[0]) if found else self

    @property
    def at_visits(self) -> bool:
        """Return whether there is one value at each visit."""
        return self.kind not in ("time", "once")

    @property
    def is_rate(self) -> bool:
        """Return whether a patient's value is a chance, and only the mean over patients is seen."""
        return self.kind in ("rate", "once")

    def level_in(self, settings: Settings) -> float:
        """Return the level [%] that a time waits for."""
        return 100.0 * float(getattr(settings, self.level.partition(".")[2]))

    @property
    def sd_measurement(self) -> Parameter:
        """Return the SD of one measurement, with its source.

        A share of 1 where the endpoint is in % or is a time (then of the time), else in its own unit; of
        a rate, the SD between readers of the same patients.
        """
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
    data = parse_yaml(text)
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
    labels = tuple(entry.get(_LABELS, {}).items())
    better = int(entry["better"])
    return Endpoint(name=name, better=better, margin=margin, labels=labels, **words, **time)


def check_endpoint(name: str, entry: Mapping[str, Any], data: Mapping[str, object]) -> list[Issue]:
    """Return what is wrong with one entry of `endpoints.yaml`."""
    waits = entry.get("kind") == "time" and any(key in entry for key in _TIME_KEYS)
    wanted = (*_KEYS, *_TIME_KEYS) if waits else _KEYS
    issues = [Issue(name, f"has no {key}") for key in wanted if key not in entry]
    issues += [Issue(name, f"unknown key {key!r}") for key in entry if key not in (*wanted, _LABELS)]
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
    sites = site_names()
    for start in entry.get(_LABELS, {}):
        if not any(site.startswith(start) for site in sites):
            issues.append(Issue(name, f"label_at: no site begins with {start!r}", suggest(start, sites)))
    if not waits and name not in curve_names():
        issues.append(Issue(name, "has no reading in observe/curves.py", suggest(name, curve_names())))
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
