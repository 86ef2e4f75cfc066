"""The pictures of a graft site, sorted for a page: tissue shares, endpoints beside studies, events, maps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from osseo.answer.pictures import GraftPictures
from osseo.answer.result import Series
from osseo.observe.endpoint import load_endpoint
from osseo.report.graft.curves import beside_picture, event_picture
from osseo.report.graft.heat import field_pictures
from osseo.report.graft.marks import Mark
from osseo.report.graft.picture import Picture
from osseo.report.graft.stack import shares_picture
from osseo.report.graft.studies import pooled_means, seen_values

__all__ = ["GraftSection", "graft_section"]

_MAPS_CAPTION = (
    "Every map is the mean over {n} draws of parameters and patients, {column}; no uncertainty is shown. "
    "Depth is that of day 0. Time is drawn as its square root. Colours run from dark to light; in a "
    "difference brown is less and violet more, on at least a tenth of the field's own range.{zero}"
)


@dataclass(frozen=True)
class GraftSection:
    """What the section of the graft shows, in reading order; `maps` holds one tuple for each field."""

    shares: tuple[Picture, ...] = ()
    beside: tuple[Picture, ...] = ()
    rates: tuple[Picture, ...] = ()
    events: tuple[Picture, ...] = ()
    maps: tuple[tuple[Picture, ...], ...] = ()
    maps_caption: str = ""

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All pictures in reading order."""
        return (
            *self.shares,
            *self.rates,
            *self.events,
            *self.beside,
            *(one for maps in self.maps for one in maps),
        )


def graft_section(
    pictures: GraftPictures | None, series: Sequence[Series], arms: tuple[str, str], prefix: str = ""
) -> GraftSection:
    """Return the pictures of a graft site; none where nothing was computed.

    Parameters
    ----------
    pictures : fields, shares and events. series : curves of the site's endpoints.
    arms : names of the two arms. prefix : keeps anchors of two readings apart.
    """
    if pictures is None or pictures.shares is None:
        return GraftSection()
    drawn = {field.label: field_pictures(field, arms, f"{prefix}field") for field in pictures.fields}
    return GraftSection(
        shares=_shares(pictures, arms, prefix),
        beside=tuple(_beside(pictures, one, arms, prefix) for one in series if not _is_rate(one)),
        rates=tuple(_beside(pictures, one, arms, prefix) for one in series if _is_rate(one)),
        events=tuple(event_picture(one, arms, f"{prefix}event-{one.name}") for one in pictures.events),
        maps=tuple(maps for maps in drawn.values() if maps),
        maps_caption=_MAPS_CAPTION.format(
            n=pictures.n_draws,
            column=pictures.column,
            zero=_zero([name for name, maps in drawn.items() if not maps]),
        ),
    )


def _zero(labels: Sequence[str]) -> str:
    return f" Nowhere above zero, so not drawn: {', '.join(labels)}." if labels else ""


def _is_rate(series: Series) -> bool:
    return load_endpoint(series.name).is_rate


def _marks(pictures: GraftPictures, endpoint: str) -> tuple[Mark, ...]:
    found = seen_values(pictures.site, pictures.material, endpoint)
    return tuple(Mark(s.time_d, s.value, s.se, s.record, s.role) for s in found)


def _shares(pictures: GraftPictures, arms: tuple[str, str], prefix: str) -> tuple[Picture, ...]:
    shares = pictures.shares
    if shares is None:
        return ()
    bone, graft = _marks(pictures, "new_bone_pct"), _marks(pictures, "residual_graft_pct")
    return tuple(
        shares_picture(shares, values, arm, f"{prefix}shares-{side}", bone=bone, graft=graft)
        for side, arm, values in zip(
            ("without", "with"), arms, (shares.without, shares.with_regimen), strict=True
        )
    )


def _beside(pictures: GraftPictures, one: Series, arms: tuple[str, str], prefix: str) -> Picture:
    return beside_picture(
        one,
        arms,
        f"{prefix}beside-{one.name}",
        marks=_marks(pictures, one.name),
        pooled=pooled_means(pictures.site, pictures.material, one.name),
        is_rate=_is_rate(one),
    )
