"""`osseo interactions`: what stands between a drug and magnesium, calcium or iron; a day that keeps it.

Parses and renders; every rule and every number is the library's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from osseo.cli.doors import FAILED
from osseo.cli.options import JsonFile, OutDir, Quiet
from osseo.cli.output import Output
from osseo.errors import InputError, Issue

if TYPE_CHECKING:
    from osseo.nutrition.schedule import Collision, DrugDose, Schedule
    from osseo.nutrition.separations import Interaction, Separation

__all__ = ["interactions"]

_DOSE = re.compile(r"(?P<name>[^@]*?)(?:\s*:\s*(?P<n>\d+))?(?:\s*@\s*(?P<times>.*))?")
NOTICE = "Not medical advice. Show this to your pharmacist before you change anything."


def interactions(
    drugs: Annotated[
        list[str],
        typer.Argument(help="Drug names; for --schedule also NAME:2 (doses a day) or NAME@7:00,19:00."),
    ],
    schedule: Annotated[bool, typer.Option("--schedule", help="Plan a day that keeps all of it.")] = False,
    magnesium: Annotated[int, typer.Option("--magnesium", help="Sittings of magnesium a day.")] = 1,
    calcium: Annotated[int, typer.Option("--calcium", help="Sittings of calcium a day.")] = 0,
    iron: Annotated[int, typer.Option("--iron", help="Sittings of iron a day.")] = 0,
    wake: Annotated[str, typer.Option("--wake", help="When you get up.")] = "7:00",
    bed: Annotated[str, typer.Option("--bed", help="When you go to bed.")] = "22:30",
    meal: Annotated[
        list[str] | None, typer.Option("--meal", help="NAME=TIME, once per meal; default three meals.")
    ] = None,
    json: JsonFile = "",
    out: OutDir = None,
    quiet: Quiet = False,
) -> None:
    """Show how far drugs must stand from magnesium, and plan a day around them.

    Exit code 1 if no day keeps all rules; the rules that collide are named.
    """
    places = Output.checked(json, out, quiet)
    from osseo.nutrition.schedule import Collision, Supplement, make_day, plan_day
    from osseo.nutrition.separations import interactions_of

    issues: list[Issue] = []
    doses = _read_doses(drugs, issues)
    day = _tried(lambda: make_day(wake, bed, _read_meals(meal)), issues)
    found = _tried(lambda: interactions_of([dose.name for dose in doses]), issues)
    wanted = (("magnesium", magnesium), ("calcium", calcium), ("iron", iron))
    supplements = [Supplement(name, n) for name, n in wanted if n]
    plan = None
    if schedule and not issues:
        plan = _tried(lambda: plan_day(doses, supplements, day), issues)
    if issues or found is None:
        raise InputError.from_issues("interactions", issues, "nothing was looked up")
    data = {"drugs": [_to_dict(i) for i in found], "schedule": _plan_to_dict(plan), "notice": NOTICE}
    places.write_json(data)
    if out is not None:
        Output(str(out / "interactions.json"), quiet=True).write_json(data)
    for line in [*_lines(found), *_plan_lines(plan), NOTICE]:
        places.say(line)
    if isinstance(plan, Collision):
        raise typer.Exit(FAILED)


def _tried(make: Any, issues: list[Issue]) -> Any:
    """Return what `make` makes; collect its problems instead of raising the first."""
    try:
        return make()
    except InputError as error:
        issues.extend(error.issues or [Issue("interactions", str(error))])
        return None


def _read_doses(drugs: Iterable[str], issues: list[Issue]) -> list[DrugDose]:
    from osseo.nutrition.schedule import DrugDose, minutes

    doses = []
    for text in drugs:
        match = _DOSE.fullmatch(text.strip())
        if match is None or not match["name"]:
            issues.append(Issue("drug", f"cannot read {text!r}", "write NAME, NAME:2 or NAME@7:00,19:00"))
            continue
        written = [t for t in (match["times"] or "").split(",") if t.strip()]
        times = [_tried(lambda t=t: minutes(t), issues) for t in written]
        n = int(match["n"]) if match["n"] else max(1, len(written))
        doses.append(DrugDose(match["name"], n, tuple(t for t in times if t is not None)))
    return doses


def _read_meals(meals: list[str] | None) -> dict[str, str] | None:
    if not meals:
        return None
    wrong = [Issue("--meal", f"cannot read {m!r}", "write NAME=TIME") for m in meals if "=" not in m]
    if wrong:
        raise InputError.from_issues("meals", wrong)
    return {name.strip(): time for name, time in (m.split("=", 1) for m in meals)}


def _to_dict(found: Interaction) -> dict[str, Any]:
    taking = found.taking
    return {
        "drug": found.drug.text,
        "classes": found.drug.classes,
        "mineral": found.drug.mineral or None,
        "separations": [
            {**asdict(s), "records": sorted({q.record for q in s.sources}), "text": s.text(found.drug.text)}
            for s in found.separations
        ],
        "taking": None if taking is None else {**asdict(taking), "text": taking.text(found.drug.text)},
        "effects": [asdict(effect) for effect in found.effects],
        "texts": found.texts,
    }


def _plan_to_dict(plan: Schedule | Collision | None) -> dict[str, Any] | None:
    from osseo.nutrition.schedule import Schedule

    if plan is None:
        return None
    data = asdict(plan)
    if isinstance(plan, Schedule):
        for row, sitting in zip(data["sittings"], plan.sittings, strict=True):
            row["clock"] = sitting.clock
    return {"kind": type(plan).__name__.lower(), **data}


def _lines(found: Iterable[Interaction]) -> Iterable[str]:
    for interaction in found:
        yield interaction.drug.text
        for rule in interaction.separations:
            yield f"  {rule.text(interaction.drug.text)}"
            yield f"    {_figures(rule)}"
        if interaction.taking is not None:
            yield f"  {interaction.taking.text(interaction.drug.text)}"
            records = ", ".join(dict.fromkeys(s.record for s in interaction.taking.sources))
            yield f"    records {records}; grade {interaction.taking.grade}"
        for effect in interaction.effects:
            yield f"  {effect.text}"
            yield f"    records {effect.source.record}; grade {effect.source.grade}"
        if not interaction.separations and interaction.taking is None and not interaction.effects:
            yield f"  {interaction.texts[0]}"
        yield ""


def _figures(rule: Separation) -> str:
    after, before = rule.shortest
    gap = "no distance helps" if rule.never else f"after it {rule.after_h:g} h, before it {rule.before_h:g} h"
    if not rule.never and (after, before) != (rule.after_h, rule.before_h):
        gap += f" (shortest source {after:g} h, {before:g} h)"
    low, high = rule.loss_pct or (0.0, 0.0)
    loss = f"{low:g} %" if low == high else f"{low:g}-{high:g} %"
    lost = f"lost if together {loss}" if rule.loss_pct else "size of the loss not found"
    if rule.left_pct is not None:
        lost += f", at the distance still {rule.left_pct:g} %"
    records = ", ".join(dict.fromkeys(s.record for s in rule.sources))
    return f"{gap}; {lost}; records {records}; grade {rule.grade}"


def _plan_lines(plan: Schedule | Collision | None) -> Iterable[str]:
    from osseo.nutrition.schedule import Collision

    if plan is None:
        return
    if isinstance(plan, Collision):
        yield plan.sentence
        yield "What would resolve it:"
        for remedy in plan.remedies:
            yield f"  - {remedy.text}"
        yield ""
        return
    yield "Your day"
    for sitting in plan.sittings:
        names = ", ".join(taken.name for taken in sitting.taken)
        yield f"  {sitting.clock}  {names}{f' (with {sitting.meal})' if sitting.meal else ''}"
    for note in plan.notes:
        yield f"  {note}"
    yield ""
