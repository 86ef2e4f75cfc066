"""`osseo patient`: a profile in, one printable page out; `--new` writes the form or asks for it."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from osseo.cli.options import JsonFile, OutDir, Quiet, Seed
from osseo.cli.output import Output
from osseo.errors import InputError, MissingExtra, SolveError

__all__ = ["patient"]

ProfileFile = Annotated[Path, typer.Argument(help="A profile, e.g. examples/patients/healthy-34.yaml.")]


def patient(
    profile: ProfileFile,
    new: Annotated[
        bool, typer.Option("--new", help="Make this profile: asks on a terminal, else writes the form.")
    ] = False,
    draws: Annotated[
        int, typer.Option("--draws", min=100, help="Virtual people for what could change.")
    ] = 100,
    pdf: Annotated[
        bool, typer.Option("--pdf/--no-pdf", help="Also print a PDF, if a browser is found.")
    ] = True,
    seed: Seed = 1,
    json: JsonFile = "",
    out: OutDir = None,
    quiet: Quiet = False,
) -> None:
    """One page for a patient: safety, food, supplement, a day's schedule, and what it could change.

    With --out the folder gets patient.html (two A4 sides), patient.pdf and patient.json.
    """
    places = Output.checked(json, out, quiet)
    if new:
        _make_profile(profile, places)
        return
    from osseo.scenario.profile.door import read_profile

    read = read_profile(profile, date.today())
    from osseo.answer.patient import make_page

    page = make_page(read, n_draws=draws, seed=seed)
    from osseo.report.patient.text import patient_lines, patient_to_dict

    data = patient_to_dict(page)
    written = _write_folder(page, data, out, pdf) if out is not None else []
    places.write_json(data)
    for line in patient_lines(page):
        places.say(line)
    for line in written:
        places.say(line)


def _write_folder(page, data: dict, out: Path, pdf: bool) -> list[str]:
    """Write the page and return what to say about each file; a missing browser is said, not an error."""
    from osseo.report.patient.page import write_patient
    from osseo.report.patient.pdf import print_pdf

    html = write_patient(page, out)
    Output(str(out / "patient.json"), quiet=True).write_json(data)
    said = [str(html), str(out / "patient.json")]
    if pdf:
        try:
            said.append(str(print_pdf(html, out / "patient.pdf")))
        except (MissingExtra, SolveError) as error:
            said.append(f"no PDF: {error}")
    return said


def _make_profile(path: Path, places: Output) -> None:
    """Write a new profile; never over an existing file."""
    from osseo.files import check_writable_folder, write_text
    from osseo.scenario.profile.door import profile_template

    check_writable_folder(path.parent)
    if path.exists():
        raise InputError(
            f"{path}: exists already; choose another name, or edit it and run  osseo patient {path}"
        )
    text = _ask() if sys.stdin.isatty() and places.talks else profile_template()
    write_text(path, text)
    places.say(f"{path} written; edit it, then type  osseo patient {path} --out my-page")


def _ask() -> str:
    """Ask step by step and return the profile as YAML."""
    from osseo.scenario.profile.asking import QUESTIONS, profile_text

    answers = {}
    for question in QUESTIONS:
        answer = typer.prompt(question.text, default=question.default, show_default=bool(question.default))
        answers[question.key] = answer.strip()
    return profile_text(answers)
