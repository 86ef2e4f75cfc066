"""Fields, tissue shares and times to an event, taken from the courses of both arms."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from osseo.answer.pictures.types import EventCurve, FieldMap, GraftPictures, TissueShares
from osseo.observe.endpoint import Endpoint, load_endpoint
from osseo.observe.measure import measure_curve
from osseo.observe.settings import Settings
from osseo.site import SiteCourse

__all__ = ["graft_pictures"]

#: field -> (label, unit); tissues are shares of the local volume, the rest is relative to native bone
_TISSUES = {
    "lamellar": "lamellar bone",
    "woven": "woven bone",
    "osteoid": "osteoid",
    "cartilage": "cartilage",
    "fibrous": "fibrous tissue",
    "graft": "residual graft",
}
_DENSITIES = {
    "clot": ("clot", "of day 0"),
    "m1": ("macrophages, inflaming", "relative"),
    "m2": ("macrophages, resolving", "relative"),
    "tnf": ("TNF-alpha", "relative"),
    "il6": ("interleukin 6", "relative"),
    "il10": ("interleukin 10", "relative"),
    "oxygen": ("oxygen", "of native"),
    "vegf": ("VEGF", "relative"),
    "vessels": ("blood vessels", "of native"),
    "energy": ("energy (ATP)", "of native"),
    "growth_factor": ("growth factor (BMP)", "relative"),
    "progenitors": ("progenitor cells", "of native"),
    "osteoblasts": ("osteoblasts", "of native"),
    "rankl_opg": ("RANKL over OPG", "of native"),
    "osteoclasts": ("osteoclasts", "of native"),
    "stimulus": ("mechanical stimulus", "relative"),
    "stiffness": ("stiffness", "MPa"),
}
#: without a graft the only old solid is host bone that drilling killed
_NO_GRAFT = {"graft": "old bone"}
#: fields that are sums of tissues
_SUMS = {"new_bone": ("osteoid", "mineral")}
_REST = "marrow and soft tissue"
#: from the bottom up: new bone first, so that it reads on the axis; the graft hangs from the top
_STACK = ("lamellar", "woven", "osteoid", "cartilage", "fibrous", "rest", "graft")


def graft_pictures(
    pair: tuple[SiteCourse, SiteCourse],
    endpoints: Sequence[str],
    *,
    settings: Settings | None = None,
) -> GraftPictures:
    """Return what the pictures of a site show.

    Parameters
    ----------
    pair : courses of both arms, same members in the same order.
    endpoints : of the site; those that are times become curves of patients.
    settings : how the clinic reads; None takes the default.
    """
    first = pair[0]
    kept = np.all([course.status == 0 for course in pair], axis=0)
    i = int(np.argmax([column.weight for column in first.columns]))
    if not kept.any():
        return GraftPictures(first.site, first.material, _column(first, i), 0)
    return GraftPictures(
        site=first.site,
        material=first.material,
        column=_column(first, i),
        n_draws=int(kept.sum()),
        fields=_fields(pair, kept, i),
        shares=_shares(pair, kept),
        events=_events(pair, kept, endpoints, settings),
    )


def _column(course: SiteCourse, i: int) -> str:
    length = float(course.columns[i].edges_mm[-1] - course.columns[i].edges_mm[0])
    if len(course.columns) == 1:
        return f"{length:.3g} mm deep"
    return (
        f"the largest of {len(course.columns)} columns ({course.columns[i].weight:.0%}), {length:.3g} mm deep"
    )


def _fields(pair: tuple[SiteCourse, SiteCourse], kept: np.ndarray, i: int) -> tuple[FieldMap, ...]:
    edges = pair[0].columns[i].edges_mm
    depth, times = 0.5 * (edges[1:] + edges[:-1]), pair[0].times_d
    found = []
    for name, (label, unit) in _known(pair[0]).items():
        arms = [_mean_map(course, kept, i, name) for course in pair]
        found.append(FieldMap(name, label, unit, depth, times, *arms))
    return tuple(found)


def _known(course: SiteCourse) -> dict[str, tuple[str, str]]:
    """Return label and unit of every field a course holds, tissues first; a new field keeps its own name."""
    tissues = {"new_bone": ("new bone", "%")}
    tissues |= {
        name: (label, "%") for name, label in _tissue_labels(course).items() if name in course.amounts
    }
    if "woven" not in tissues:
        tissues["mineral"] = ("mineralised bone", "%")
    densities = {name: words for name, words in _DENSITIES.items() if name in course.densities}
    others = {n: (n.replace("_", " "), "relative") for n in course.densities if n not in densities}
    return {**tissues, **densities, **others}


def _tissue_labels(course: SiteCourse) -> dict[str, str]:
    return _TISSUES | (_NO_GRAFT if course.material == "none" else {})


def _mean_map(course: SiteCourse, kept: np.ndarray, i: int, name: str) -> np.ndarray:
    """Return the mean over kept members (n_depth, n_time) of one field; a tissue as % of the volume there."""
    if name in course.densities:
        return course.densities[name][i][kept].mean(axis=0).T
    amount = sum(course.amounts[part][i][kept] for part in _SUMS.get(name, (name,)))
    share = np.asarray(amount) / course.amounts["volume"][i][kept]
    return 100.0 * share.mean(axis=0).T


def _shares(pair: tuple[SiteCourse, SiteCourse], kept: np.ndarray) -> TissueShares:
    held = [name for name in _STACK if name in ("rest", *pair[0].amounts)]
    names = held if "woven" in held else ["mineral", *held]
    labels = {**_tissue_labels(pair[0]), "rest": _REST, "mineral": "mineralised bone"}
    arms = [_stack(course, kept, names) for course in pair]
    return TissueShares(tuple(names), tuple(labels[n] for n in names), pair[0].times_d, *arms)


def _stack(course: SiteCourse, kept: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Return the site's tissue shares (k, n_time) [%]: columns by weight, members by mean."""
    total = _whole(course, kept, "volume")
    parts = {name: _whole(course, kept, name) / total for name in names if name != "rest"}
    means = {name: 100.0 * share.mean(axis=0) for name, share in parts.items()}
    means["rest"] = 100.0 - sum(means.values())
    return np.array([means[name] for name in names])


def _whole(course: SiteCourse, kept: np.ndarray, name: str) -> np.ndarray:
    """Return an amount of the whole site (n_kept, n_time) [mm], columns by their weight."""
    parts = zip(course.columns, course.amounts[name], strict=True)
    return np.sum([column.weight * values[kept].sum(axis=-1) for column, values in parts], axis=0)


def _events(
    pair: tuple[SiteCourse, SiteCourse], kept: np.ndarray, endpoints: Sequence[str], settings: Settings | None
) -> tuple[EventCurve, ...]:
    times = [endpoint for endpoint in map(load_endpoint, endpoints) if endpoint.kind == "time"]
    return tuple(_event(endpoint, pair, kept, settings) for endpoint in times)


def _event(
    endpoint: Endpoint, pair: tuple[SiteCourse, SiteCourse], kept: np.ndarray, settings: Settings | None
) -> EventCurve:
    grid = pair[0].times_d
    days = [measure_curve(endpoint, course, settings=settings)[kept, :1] for course in pair]
    curves = [100.0 * (d <= grid).mean(axis=0) for d in days]
    never = (100.0 - float(curves[0][-1]), 100.0 - float(curves[1][-1]))
    return EventCurve(endpoint.name, endpoint.label, grid, curves[0], curves[1], never, int(kept.sum()))
