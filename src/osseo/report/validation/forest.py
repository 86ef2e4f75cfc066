"""Forest plot of a pooled cell: each study, the pooled mean, and where a new study may fall."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from io import BytesIO
from pathlib import Path

from osseo.evidence.pooling import LeftOut, Pooled
from osseo.files import write_text
from osseo.report.validation.lines import number

__all__ = ["forest_html", "forest_png", "write_forest"]

_Z = 1.6448536269514722
_ROW_INCH, _HEAD_INCH = 0.32, 1.6


def _rows(pooled: Pooled, n: int) -> list[tuple[str, float, float, float]]:
    """Return (name, middle, low, high) in the unit of the cell, pooled and new study last."""
    back = pooled.back
    rows = [
        (study, back(float(y)), back(float(y - _Z * e)), back(float(y + _Z * e)))
        for study, y, e in zip(pooled.studies, pooled.effects, pooled.errors, strict=True)
    ]
    m, e = pooled.mean, pooled.error
    rows.append((f"pooled, k {pooled.k}", back(m), back(m - _Z * e), back(m + _Z * e)))
    rows.append((f"a new study of {n}", *pooled.predict(n)))
    return rows


def forest_png(pooled: Pooled, n: int) -> bytes:
    """Return the plot as PNG; n is the size of the new study the last row predicts."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows = _rows(pooled, n)
    figure = Figure(figsize=(7.0, _HEAD_INCH + _ROW_INCH * len(rows)), layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes = figure.subplots()
    for i, (_, middle, low, high) in enumerate(rows):
        is_study = i < pooled.k
        colour = "#000000" if is_study else "#0072B2"
        axes.plot([low, high], [-i, -i], color=colour, linewidth=1.5 if is_study else 4, alpha=0.8)
        axes.plot([middle], [-i], marker="s" if is_study else "D", color=colour)
    axes.axvline(pooled.back(pooled.mean), color="#7f7f7f", linewidth=0.8, linestyle=":")
    axes.set_yticks([-i for i in range(len(rows))], [row[0] for row in rows])
    axes.set_xlabel(f"{pooled.cell.endpoint} [{pooled.cell.unit}], 90 % intervals")
    axes.set_title(pooled.cell.name, fontsize=9)
    out = BytesIO()
    canvas.print_png(out)
    return out.getvalue()


def forest_html(pooled: Pooled, n: int, left_out: tuple[LeftOut, ...] = ()) -> str:
    """Return a self-contained page: the plot, its numbers as a table, and each study left out."""
    picture = b64encode(forest_png(pooled, n)).decode("ascii")
    numbers = "".join(
        f"<tr><td>{escape(name)}</td><td>{number(m)}</td><td>{number(low)} to {number(high)}</td></tr>"
        for name, m, low, high in _rows(pooled, n)
    )
    left = "".join(
        f"<tr><td>{escape(row.record)}</td><td>{number(row.observed)}</td><td>{number(row.predicted)} "
        f"({number(row.low)} to {number(row.high)})</td><td>{'inside' if row.inside else 'MISS'}</td></tr>"
        for row in left_out
    )
    title = escape(pooled.cell.name)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head><body>'
        f'<h1>{title}</h1><img alt="Forest plot of {title}; the numbers follow" '
        f'src="data:image/png;base64,{picture}"><table><tr><th>study</th><th>mean</th><th>90 %</th></tr>'
        f"{numbers}</table><h2>Each study from all others</h2><table><tr><th>study</th><th>observed</th>"
        f"<th>predicted (90 %)</th><th></th></tr>{left}</table></body></html>"
    )


def write_forest(
    pooled: Pooled, n: int, left_out: tuple[LeftOut, ...], folder: Path, name: str
) -> tuple[Path, Path]:
    """Write the plot as NAME.png and NAME.html into a folder; return both paths."""
    picture = folder / f"{name}.png"
    picture.write_bytes(forest_png(pooled, n))
    return picture, write_text(folder / f"{name}.html", forest_html(pooled, n, left_out))
