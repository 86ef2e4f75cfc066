"""`osseo answer` and `osseo simulate`: a scenario in, an answer or a course out."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from osseo.cli.options import JsonFile, OutDir, Quiet, Seed
from osseo.cli.output import Output
from osseo.errors import InputError

__all__ = ["answer", "simulate"]

ScenarioFile = Annotated[Path, typer.Argument(help="A scenario file, e.g. examples/sinus-xenograft.yaml.")]
Draws = Annotated[int, typer.Option("--draws", help="Paired draws of parameters and patients.")]


def answer(
    scenario: ScenarioFile,
    draws: Draws = 200,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Slower and steadier: at least 1000 draws.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Also print the chain from dose to endpoint.")
    ] = False,
    studies: Annotated[
        bool, typer.Option("--studies", help="Also score the model on all studies, in the report.")
    ] = False,
    seed: Seed = 1,
    json: JsonFile = "",
    out: OutDir = None,
    quiet: Quiet = False,
) -> None:
    """What magnesium would change for this person and this graft, safety first.

    With --out the folder gets report.html (one file, works offline), answer.json and endpoints.csv.
    """
    if studies and out is None:
        raise InputError("--studies: the scores go into the report; give its folder with --out")
    places = Output.checked(json, out, quiet)
    from osseo.answer import answer_scenario

    with places.progress("answering") as report:
        results = answer_scenario(
            scenario,
            n_draws=draws,
            seed=seed,
            progress=report,
            thorough=thorough,
            command=_typed(scenario, draws, seed, thorough),
        )
    from osseo.report import answers_to_dict, render_answers

    section = _validation(places, seed) if studies and out is not None else ""
    page = _write_folder(results, out, section) if out is not None else ""
    places.write_json(answers_to_dict(results))
    if places.talks:
        render_answers(results, places.console(), explain=explain, report=page)


def _typed(scenario: Path, draws: int, seed: int, thorough: bool) -> str:
    """Return the command that gives the same answer, defaults spelled out."""
    tail = " --thorough" if thorough else ""
    return f"osseo answer {shlex.quote(str(scenario))} --draws {draws} --seed {seed}{tail}"


def _validation(places: Output, seed: int) -> str:
    """Return the validation table as a section of the report."""
    from osseo.answer.predict.validation import validate
    from osseo.report.validation.page import validation_section

    with places.progress("scoring the model on all studies") as report:
        return validation_section(validate(seed=seed, progress=report))


def _write_folder(results, out: Path, validation: str) -> str:
    from osseo.report import write_answer_csv, write_answer_json, write_report

    write_answer_json(results, out / "answer.json")
    write_answer_csv(results, out / "endpoints.csv")
    return str(write_report(results, out, validation=validation))


def simulate(
    scenario: ScenarioFile,
    draws: Annotated[int, typer.Option("--draws", min=2, help="Members to simulate.")] = 50,
    seed: Seed = 1,
    json: JsonFile = "",
    out: OutDir = Path("out"),
    quiet: Quiet = False,
) -> None:
    """The course of one scenario over time, without a conclusion.

    The folder gets report.html, course.csv, course.png and the fields of the site as fields.parquet.
    """
    folder = out or Path("out")
    places = Output.checked(json, folder, quiet)
    from osseo.answer.safety import is_stopped, kept_on_stop, safety_findings
    from osseo.scenario.door import readings
    from osseo.simulate.course import simulate as run

    findings = safety_findings(readings(scenario))
    if is_stopped(findings):
        _say_stopped(kept_on_stop(findings), places)
        return
    with places.progress("simulating") as report:
        courses = run(scenario, n_draws=draws, seed=seed, progress=report)
    from osseo.report import course_to_dict, view_course, write_course_report

    views = [view_course(course, findings, i) for i, course in enumerate(courses)]
    written = write_course_report(views, folder)
    places.write_json(course_to_dict(views))
    for path in written:
        places.say(str(path))
    for note in dict.fromkeys(n for view in views for n in view.page.answer.notes):
        places.say(note)
    places.say("Not medical advice. A course is not a conclusion; osseo answer draws one.")


def _say_stopped(findings, places: Output) -> None:
    """Show why no course is shown: safety and nothing else."""
    from osseo.report import render_safety
    from osseo.report.notice import NOTICE

    places.write_json({"notice": NOTICE, "stopped": True, "safety": [asdict(f) for f in findings]})
    if places.talks:
        render_safety(findings, places.console())
