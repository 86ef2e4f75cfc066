"""`osseo evidence new` and `osseo evidence coverage`: a template for your own study; how much is read."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from osseo.cli.options import JsonFile, OutDir, Quiet
from osseo.cli.output import Output

__all__ = ["new_study", "show_coverage"]

#: reasons of the model that a terminal shows
_SHOWN = 20


def new_study(
    file: Annotated[Path, typer.Argument(help="File to write: NAME.yaml, or NAME.csv for a table.")],
    force: Annotated[bool, typer.Option("--force", help="Write over a file that exists.")] = False,
    json: JsonFile = "",
    out: OutDir = None,
    quiet: Quiet = False,
) -> None:
    """Write a commented template for your own study, ready to be filled in and predicted."""
    places = Output.checked(json, out, quiet)
    from osseo.errors import InputError
    from osseo.evidence.vocabulary.template import study_template
    from osseo.files import check_writable_folder, write_text

    target = file if out is None else out / file.name
    text = study_template(target)
    if target.exists() and not force:
        raise InputError(f"{target} exists; choose another name or add --force")
    check_writable_folder(target.parent)
    write_text(target, text)
    places.write_json({"file": str(target), "id": target.stem})
    places.say(f"wrote {target}; fill it in, then:  osseo evidence lint {target}")


def show_coverage(
    predict: Annotated[
        bool, typer.Option("--predict", help="Ask the model about every mapped result, too (minutes).")
    ] = False,
    json: JsonFile = "",
    out: OutDir = None,
    quiet: Quiet = False,
) -> None:
    """Count how many results are numeric, timed, mapped to an endpoint and expressible by the model."""
    places = Output.checked(json, out, quiet)
    from osseo.evidence.vocabulary import coverage

    found = coverage(judge=_ask_the_model if predict else None)
    data = {**asdict(found), "mapped_share": found.mapped_share}
    places.write_json(data)
    if out is not None:
        Output(str(out / "coverage.json"), quiet=True).write_json(data)
    for line in _lines(found):
        places.say(line)


def _ask_the_model(record, result, mapped) -> str:
    """Return why the model cannot predict a mapped result, or nothing if it can."""
    from osseo.answer.predict.facts import make_fact
    from osseo.answer.predict.study import express
    from osseo.errors import OsseoError

    try:
        express(make_fact(record, result))
    except OsseoError as reason:
        return str(reason).splitlines()[0]
    except (ArithmeticError, LookupError, ValueError) as error:
        return f"could not be computed: {type(error).__name__}"
    return ""


def _lines(found) -> list[str]:
    rows = [
        ("results", found.results, f"of {found.records} studies"),
        ("numeric", found.numeric, f"{found.stand_ins} of them a zero that stands for `no difference`"),
        ("timed", found.timed, "numeric, and the day is known"),
        (
            "mapped",
            found.mapped,
            f"{100 * found.mapped_share:.1f} % of the numeric ones, to an endpoint and unit",
        ),
        ("placed", found.placed, "mapped, and the arm or both arms of the contrast are known"),
    ]
    if found.expressible is not None:
        rows.append(("expressible", found.expressible, "mapped, and the model can predict it"))
        rows.append(("scored", found.scored, "expressible, of a study that nothing was fitted to"))
    lines = [f"{name:<12}{count:>6}  {meaning}" for name, count, meaning in rows]
    lines += ["", "numeric but not mapped:"]
    lines += [f"{count:>6}  {_meaning(reason)}" for reason, count in found.unmapped.items()]
    if found.not_expressible:
        lines += ["", "mapped but not expressible:"]
        lines += [f"{count:>6}  {reason}" for reason, count in list(found.not_expressible.items())[:_SHOWN]]
        lines += _rest(found.not_expressible)
    return lines


def _rest(reasons) -> list[str]:
    rest = list(reasons.values())[_SHOWN:]
    return [f"{sum(rest):>6}  for {len(rest)} other reasons (--json lists them)"] if rest else []


def _meaning(reason: str) -> str:
    from osseo.evidence.vocabulary.tables import reason_text

    return f"{reason}: {reason_text(reason)}"
