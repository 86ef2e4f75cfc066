"""The patient page as lines for a terminal: the same sentences as the HTML, safety first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from textwrap import wrap

from osseo.answer.patient.types import PatientPage
from osseo.report.data import plain
from osseo.report.notice import NOTICE
from osseo.report.patient.view import View, view_of

__all__ = ["FORMAT", "patient_lines", "patient_to_dict"]

FORMAT = "osseo patient 1"
_WIDTH = 80
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def patient_lines(page: PatientPage) -> Iterator[str]:
    """Yield the page as lines of at most 80 columns; control characters of free text are dropped."""
    view = view_of(page)
    yield from _fold(view.title, "")
    yield from _fold(view.who, "")
    yield ""
    yield "SAFETY FIRST"
    for finding in view.findings:
        number = f" {finding.number}." if finding.number else ""
        records = f" [{', '.join(finding.records)}]" if finding.records else ""
        yield from _fold(f"{finding.word.upper()}: {finding.text}{number}{records}", "  ")
    for title, lines in _parts(view):
        if lines:
            yield ""
            yield title
            for line in lines:
                yield from _fold(line, "  ")
    yield ""
    yield from _fold(NOTICE, "")


def _parts(view: View) -> Iterator[tuple[str, tuple[str, ...]]]:
    page = view.page
    yield "IN SHORT", view.short
    asked = ("Your label can be read in two ways. Which one is it?",)
    unclear = any(product.is_ambiguous for product in page.profile.products) and bool(page.readings)
    told = tuple(f"{r.text}. {r.verdict}" for r in page.readings)
    yield "WHAT YOUR LABEL MEANS", (*(asked if unclear else ()), *told)
    yield "WHAT YOU EAT NOW", view.intake
    rows = tuple(
        f"{r.name}: eaten {r.eaten}, need {r.need}, missing {r.missing}, most {r.limit}"
        for r in view.nutrients
    )
    yield "CALCIUM, VITAMIN D AND VITAMIN K IN YOUR FOOD, A DAY", (*rows, *view.nutrients_note)
    yield "FOOD FIRST", view.foods
    yield view.dose_title.upper() or "SUPPLEMENT", view.dose
    if page.plan is not None:
        yield "NOTES", page.plan.notes
    slots = tuple(f"{s.clock}  {', '.join(s.taken)} ({s.meal or 'between meals'})" for s in view.slots)
    yield (
        "YOUR DAY",
        (*((f"No day fits. {view.collision}",) if view.collision else ()), *slots, *view.slots_note),
    )
    yield "WHEN TO START AND WHEN TO STOP", view.when
    rows = tuple(
        f"{a}: {b} now, {c} with it, difference {d}" for a, b, c, d in (*view.blood, *view.graft_rows)
    )
    changed = (*((view.compared,) if view.compared else ()), *rows, *((view.reach,) if view.reach else ()))
    yield "WHAT IT COULD CHANGE", (*changed, *view.graft)
    yield "WHAT MATTERS MORE", tuple(f"{name}: {text} ({kind})" for name, text, kind in view.ladder)
    yield "STOP WHEN", tuple(text for text, _ in page.stop_rules) if view.when else ()
    yield "ASK YOUR SURGEON", page.questions


def _fold(text: str, indent: str) -> list[str]:
    clean = _CONTROL.sub(" ", text)
    return wrap(clean, _WIDTH, initial_indent=indent, subsequent_indent=indent + "  " * bool(indent))


def patient_to_dict(page: PatientPage) -> dict[str, object]:
    """Return the page as plain data; a stopped one carries safety and questions, no plan at all."""
    data = asdict(page)
    if page.change is not None:
        data["change"].pop("scenario")
    data["safety"] = [asdict(finding) for finding in page.safety]
    return plain({"format": FORMAT, "notice": NOTICE, **data})
