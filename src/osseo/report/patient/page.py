"""The patient page as one HTML file: works offline, prints on two A4 sides, all free text escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from osseo.answer.patient.types import Crowd, Eating, PatientPage
from osseo.files import write_text
from osseo.report.notice import NOTICE, NOTICE_SHORT
from osseo.report.palette import WITH, WITHOUT
from osseo.report.patient.view import View, view_of

__all__ = ["render_patient", "write_patient"]

_TEMPLATES = Path(__file__).parents[1] / "templates"
#: letters that fit on two A4 sides in the ordinary print size, measured on the examples in Chromium
_ROOMY, _TIGHT = 8550, 10300
_BETTER, _WORSE, _SAME = WITH, "#9c1c1c", "#c4c4c4"


def write_patient(page: PatientPage, out_dir: str | Path, name: str = "patient.html") -> Path:
    """Write the page and return its path."""
    return write_text(Path(out_dir) / name, render_patient(page))


def render_patient(page: PatientPage) -> str:
    """Return the page; a stopped one holds safety, labels, questions and the notice only."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    view = view_of(page)
    context = _context(page, view)
    template = environment.get_template("patient.html")
    loose = template.render(density="", **context)
    density = _density(_text_length(loose))
    return template.render(density=density, **context) if density else loose


def _density(n_letters: int) -> str:
    """Return the class of the print: as it is, smaller, or smaller still without the copy of the diary."""
    return "" if n_letters <= _ROOMY else "tight" if n_letters <= _TIGHT else "tight full"


def _text_length(html: str) -> int:
    """Return how many letters a page shows, roughly."""
    return len(re.sub(r"<[^>]+>|\s+", "", html.partition("</style>")[2]))


def _context(page: PatientPage, view: View) -> dict[str, object]:
    """Return everything the template names."""
    return dict(
        v=view,
        page=page,
        lang="en-US" if view.style.american else "en-GB",
        cite=_cite,
        notice=NOTICE,
        notice_short=NOTICE_SHORT,
        style=_shipped("patient.css"),
        two_ways=any(product.is_ambiguous for product in page.profile.products),
        food_notes=_food_notes(page),
        rows=_rows(view),
        bar=_bar(page.eating) if page.eating is not None else "",
        crowd=_crowd(page.change.crowds) if page.change is not None else "",
    )


def _shipped(name: str) -> Markup:
    return Markup((_TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704 - a shipped file


def _cite(records: Sequence[str]) -> Markup:
    """Return records as small print, escaped."""
    if not records:
        return Markup("")
    return Markup(' <span class="cite">[{}]</span>').format(", ".join(records))


def _rows(view: View) -> tuple[tuple[str, str, str, str], ...]:
    return (*view.blood, *view.graft_rows)


def _food_notes(page: PatientPage) -> tuple[str, ...]:
    if page.plan is None:
        return ()
    return tuple(dict.fromkeys(step.note for step in page.plan.foods if step.note))


def _bar(eating: Eating) -> Markup:
    """Return usual intake with its range, and the aim, as a picture that also has words."""
    top = 1.15 * max(eating.high, eating.target, 1.0)

    def x(value: float) -> float:
        return 10 + 460 * value / top

    words = (
        f"Usual intake {eating.usual:.0f} milligrams a day, likely {eating.low:.0f} to {eating.high:.0f}; "
        f"aim {eating.target:.0f}."
    )
    shapes = (
        f'<rect x="10" y="16" width="{x(eating.usual) - 10:.1f}" height="14" fill="{WITHOUT}"/>'
        f'<path d="M{x(eating.low):.1f} 23H{x(eating.high):.1f}" stroke="#1c1c1c" stroke-width="2"/>'
        f'<path d="M{x(eating.target):.1f} 10V36" stroke="{WITH}" stroke-width="3"/>'
        f'<text x="{min(x(eating.target), 440):.1f}" y="9" font-size="10" text-anchor="middle" '
        f'fill="{WITH}">aim {eating.target:.0f}</text>'
        f'<text x="10" y="44" font-size="10" fill="#1c1c1c">you: about {eating.usual:.0f} mg a day</text>'
    )
    return _picture('class="intakebar" viewBox="0 0 480 48"', words, shapes)


def _crowd(crowds: Sequence[Crowd]) -> Markup:
    """Return 100 people of the first crowd as dots: better, worse, and no difference that counts."""
    if not crowds:
        return Markup("")
    crowd = crowds[0]
    colours = [_BETTER] * crowd.better + [_WORSE] * crowd.worse + [_SAME] * crowd.same
    dots = "".join(
        f'<circle cx="{10 * (i % 10) + 5}" cy="{10 * (i // 10) + 5}" r="4" fill="{colour}"/>'
        for i, colour in enumerate(colours)
    )
    words = f"100 people: {crowd.better} better, {crowd.worse} worse, {crowd.same} no difference that counts"
    return _picture('viewBox="0 0 100 100"', words, dots)


def _picture(frame: str, words: str, shapes: str) -> Markup:
    """Return a picture of our own shapes; its words are escaped."""
    svg = f'<svg {frame} role="img" aria-label="{escape(words)}">{shapes}</svg>'
    return Markup(svg)  # noqa: S704 - shapes hold figures only
