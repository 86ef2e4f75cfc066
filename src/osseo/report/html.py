"""One self-contained HTML page: works offline, prints on A4, readable on a phone.

The sections follow docs/decisions/0251; the words are in `templates/`, the pictures in `svg.py` and
`figures.py`. plotly's script is copied in once, from the installed package.
"""

from __future__ import annotations

import json
import platform
from base64 import b64encode
from collections.abc import Mapping, Sequence
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import jinja2
import yaml
from markupsafe import Markup

from osseo.answer.result import AnswerResult
from osseo.errors import MissingExtra
from osseo.files import write_text
from osseo.report import notice, numbers, svg
from osseo.report.data import plain, rows_to_csv
from osseo.report.figures import Figure
from osseo.report.informed import update_picture, updates_to_csv
from osseo.report.sections import page_of

__all__ = ["csv_link", "plotly_script", "render_page", "render_report", "write_report"]

TEMPLATES = Path(__file__).parent / "templates"
VERSIONED = ("osseo", "numpy", "numba", "llvmlite", "scipy", "python-libsbml", "antimony", "plotly")


def write_report(
    results: Sequence[AnswerResult], out_dir: str | Path, name: str = "report.html", validation: str = ""
) -> Path:
    """Write the report of all readings of one question and return its path; see `render_report`."""
    return write_text(Path(out_dir) / name, render_report(results, validation))


def render_report(results: Sequence[AnswerResult], validation: str = "") -> str:
    """Return the page; a hard stop holds safety and the notice only, and no script.

    `validation` is the section of `osseo.report.validation.page.validation_section`, or empty.
    """
    pages = [page_of(r, prefix=f"r{i}-") for i, r in enumerate(results)]
    stopped = all(r.stopped for r in results)
    figures = [] if stopped else [f for page in pages for f in page.figures]
    return render_page(
        "answer.html",
        figures,
        title=results[0].question or results[0].headline,
        pages=pages[:1] if stopped else pages,
        rows_csv=csv_link(rows_to_csv(results)),
        versions=_versions(),
        scenario=_as_yaml(results[0].scenario),
        validation=Markup("" if stopped else validation),  # noqa: S704 - made by our own page, escaped there
    )


def render_page(template: str, figures: Sequence[Figure], **context: object) -> str:
    """Fill a template; the plotting script is included only if there is something to draw."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(_tools())
    script = Markup(plotly_script()) if figures else Markup("")  # noqa: S704 - a shipped file
    return environment.get_template(template).render(
        style=_shipped("style.css"),
        draw=_shipped("draw.js"),
        plotly=script,
        specs=_specs(figures),
        **context,
    )


def _tools() -> dict[str, object]:
    """Return what the templates may call."""
    return {
        "chain_picture": _safe(svg.chain_picture),
        "csv_link": csv_link,
        "difference_picture": _safe(svg.difference_picture),
        "notice": notice,
        "share_picture": _safe(svg.share_picture),
        "update_picture": _safe(update_picture),
        "updates_to_csv": updates_to_csv,
        "show": numbers.show,
        "show_day": numbers.show_day,
        "show_interval": numbers.show_interval,
        "show_margin": numbers.show_margin,
        "show_median": numbers.show_median,
        "show_percent": numbers.show_percent,
        "show_positive": numbers.show_positive,
        "show_range": numbers.show_range,
    }


def _safe(draw):
    """Return `draw` with its SVG marked as markup; svg.py escapes every text it places."""
    return lambda *args, **kwargs: Markup(draw(*args, **kwargs))  # noqa: S704


def _shipped(name: str) -> Markup:
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704 - a shipped file


def _specs(figures: Sequence[Figure]) -> Markup:
    """Return all figure specifications as one JSON text that cannot end its script element."""
    text = json.dumps({f.key: plain(f.spec) for f in figures}, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - no "<" is left


def csv_link(text: str) -> str:
    """Return CSV text as a data address for a download link."""
    return "data:text/csv;charset=utf-8;base64," + b64encode(text.encode("utf-8")).decode("ascii")


def plotly_script() -> str:
    """Return plotly's browser script from the installed package, without importing it.

    Raises
    ------
    MissingExtra : plotly is not installed or ships no script.
    """
    spec = find_spec("plotly")
    places = list(spec.submodule_search_locations or ()) if spec else []
    files = [p for p in (Path(d) / "package_data/plotly.min.js" for d in places) if p.is_file()]
    if not files:
        raise MissingExtra("plotly is not installed; run: pip install plotly")
    return files[0].read_text(encoding="utf-8")


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in VERSIONED:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _as_yaml(scenario: Mapping[str, object]) -> str:
    return yaml.safe_dump(plain(scenario), sort_keys=False, allow_unicode=True) if scenario else ""
