"""`osseo predict` and `osseo validate`: studies against the model, misses shown; `osseo evidence pool`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from osseo.cli.doors import BAD_INPUT
from osseo.cli.options import JsonFile, OutDir, Quiet, Seed
from osseo.cli.output import Listing, Output

__all__ = ["pool", "predict", "validate"]

CACHE = "predictions.jsonl"
Cache = Annotated[
    Path | None,
    typer.Option("--cache", metavar="FILE", help="Keep finished studies here and go on from them."),
]


def _cache_place(cache: Path | None, out: Path | None) -> Path | None:
    if cache is not None:
        from osseo.files import check_writable_folder

        check_writable_folder(cache.parent)
        return cache
    return out / CACHE if out is not None else None


def predict(
    studies: Annotated[
        list[str], typer.Argument(help="Study files (YAML), folders of them, or shipped record ids.")
    ],
    cache: Cache = None,
    seed: Seed = 1,
    json: JsonFile = "",
    out: OutDir = None,
    quiet: Quiet = False,
) -> None:
    """Predict every result a study reports, and show what was observed beside it.

    Exit 0 also where predictions miss; 2 if a study could not be read (the others are still predicted).
    """
    places = Output.checked(json, out, quiet)
    kept = _cache_place(cache, out)
    from osseo.answer.predict.cache import study_to_dict
    from osseo.answer.predict.many import find_studies, predict_many
    from osseo.report.validation.lines import ROW_COLUMNS, prediction_rows, study_lines

    asked = find_studies(studies)
    _show_issues(asked.issues, len(asked.records))
    done = []
    with places.progress("predicting") as report:
        for study in predict_many(asked.records, seed=seed, cache=kept, progress=report):
            done.append(study)
            for line in study_lines(study):
                places.say(line)
    data = {"studies": [study_to_dict(study) for study in done]}
    places.write_json({**data, "problems": [str(issue) for issue in asked.issues]})
    if out is not None:
        rows = prediction_rows([row for study in done for row in study.predictions])
        Output(out=out, quiet=True).show_listing(Listing("predictions", ROW_COLUMNS, rows))
    if len(done) > 1:
        places.say(_count_line(done))
    if asked.issues:
        raise typer.Exit(BAD_INPUT)


def _show_issues(issues, n_good: int) -> None:
    """Write every problem of the studies to the error stream."""
    if issues:
        sys.stderr.write(f"{len(issues)} problems; {n_good} good studies are predicted\n")
        for issue in issues:
            sys.stderr.write(f"  {issue}\n")


def _count_line(done) -> str:
    rows = [row for study in done for row in study.predictions if row.mechanism is not None]
    lines = []
    for words, own in (
        ("out of sample", [r for r in rows if not r.in_sample]),
        ("in sample", [r for r in rows if r.in_sample]),
    ):
        inside = sum(r.mechanism.inside for r in own if r.mechanism)
        lines += [f"{words} {inside} of {len(own)} inside"] if own else []
    return f"{len(done)} studies: {'; '.join(lines)} their 90 % interval"


def validate(
    cache: Cache = None,
    seed: Seed = 1,
    json: JsonFile = "",
    out: OutDir = None,
    quiet: Quiet = False,
) -> None:
    """Score the model on every validation study, and the pooled mean beside it; in-sample rows apart."""
    places = Output.checked(json, out, quiet)
    kept = _cache_place(cache, out)
    from dataclasses import asdict

    from osseo.answer.predict.validation import SCORED
    from osseo.answer.predict.validation import validate as run
    from osseo.files import write_text
    from osseo.report.validation.lines import (
        ROW_COLUMNS,
        SCORE_COLUMNS,
        prediction_rows,
        reached_lines,
        score_lines,
        score_table,
    )
    from osseo.report.validation.page import validation_page

    with places.progress("validating") as report:
        table = run(seed=seed, cache=kept, progress=report)
    places.write_json(asdict(table))
    for sample in SCORED:
        rows = score_table(table.domains, sample)
        Output(out=out, quiet=True).show_listing(
            Listing(f"scores-{sample.replace(', ', '-').replace(' ', '-')}", SCORE_COLUMNS, rows)
        )
        for line, failed in score_lines(table.domains, sample):
            if places.talks:
                places.console().print(line, style="red" if failed else None, markup=False)
        places.say()
    for line, failed in reached_lines(table.reached):
        if places.talks:
            places.console().print(line, style="red" if failed else None, markup=False)
    if out is not None:
        rows = prediction_rows(table.rows)
        Output(out=out, quiet=True).show_listing(Listing("validation", ROW_COLUMNS, rows))
        places.say(f"page: {write_text(out / 'validation.html', validation_page(table))}")


def pool(
    endpoint: Annotated[str, typer.Argument(help="An endpoint, e.g. new_bone_pct; none = every cell.")] = "",
    site: Annotated[str, typer.Option("--site", help="A site, e.g. sinus_lift.")] = "",
    material: Annotated[str, typer.Option("--material", help="Graft material or magnesium salt.")] = "",
    window: Annotated[str, typer.Option("--window", help='Window of time, e.g. "4.5-9 months".')] = "",
    against: Annotated[str, typer.Option("--against", help="Pool differences to this, e.g. placebo.")] = "",
    n: Annotated[int, typer.Option("--n", min=1, help="Size of the new study the interval is for.")] = 20,
    json: JsonFile = "",
    out: OutDir = None,
    quiet: Quiet = False,
) -> None:
    """Pool calibration studies of a cell by random effects; --out writes forest plots."""
    places = Output.checked(json, out, quiet)
    from osseo.evidence.pooling_values import find_cells
    from osseo.report.validation.pools import POOL_COLUMNS, pool_lines, pool_listing, pool_page, pooled_view

    cells = find_cells(
        endpoint=endpoint, site=site, material=material, window=window, against=against or None
    )
    views = [view for cell in cells if (view := pooled_view(cell, n)) is not None]
    Output(json, out, quiet=True).show_listing(Listing("pooled", POOL_COLUMNS, pool_listing(views)))
    for line in pool_lines(views):
        places.say(line)
    places.say(
        f"a new study of {n}: low to high (90 %); {len(cells) - len(views)} more cells without any spread"
    )
    if len(views) == 1:
        for line in pool_page(views[0]):
            places.say(line)
    if out is not None:
        from osseo.report.validation.forest import write_forest

        for view in views:
            if view.pooled.k > 1:
                write_forest(view.pooled, n, view.left_out, out, view.slug)
