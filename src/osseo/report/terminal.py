"""An answer in a terminal: 80 columns, safety first, the probabilities in their fixed order.

`answer_lines` returns rich text; a console decides whether there is colour. A hard stop yields SAFETY
and the reason, nothing else.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from itertools import groupby
from math import isfinite
from typing import TYPE_CHECKING

from rich.text import Text

from osseo.answer.result import AnswerResult, EndpointRow, Finding
from osseo.report.notice import (
    CHAIN_NOTE,
    MARGIN_NOTE,
    NOTICE_SHORT,
    PAIRED_NOTE,
    READING_NAMES,
    STOP_NOTE,
    TWO_READINGS,
)
from osseo.report.numbers import (
    show,
    show_day,
    show_interval,
    show_margin,
    show_median,
    show_percent,
    show_positive,
)
from osseo.report.sections import lead_row, shown_rows

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["WIDTH", "answer_lines", "render_answers", "render_safety"]

WIDTH = 80
LABEL = 10
SECTION = "bold"
STYLES = {"stop": "bold red", "refer": "bold red", "warn": "yellow", "tell": "cyan", "note": ""}


def _head(arms: tuple[str, str]) -> tuple[str, str]:
    return (
        f"{'':48}{'too':>6}{'gain':>6}{'loss':>6}{'share':>6}{'mean':>6}",
        f"{'':9}{arms[0]:>7}{arms[1]:>7} {'difference (90 %)':>24}"
        f"{'small':>6}{'>m':>6}{'>m':>6}{'>m':>6}{'>0':>6}",
    )


def render_answers(
    results: Sequence[AnswerResult], console: Console, *, explain: bool = False, report: str = ""
) -> None:
    """Print answers to `console`; `report` is the path shown in the closing line."""
    for line in answer_lines(results, explain=explain, report=report):
        console.print(line, soft_wrap=True, highlight=False)


def answer_lines(results: Sequence[AnswerResult], *, explain: bool = False, report: str = "") -> list[Text]:
    """Return the lines of one or two readings of a question."""
    if results and all(r.stopped for r in results):
        return _stop(results[0])
    lines = _block("TWO READINGS", TWO_READINGS, style="bold yellow") if len(results) > 1 else []
    for i, result in enumerate(results):
        if len(results) > 1:
            name = READING_NAMES.get(result.reading, result.reading)
            lines += [Text(), Text(f"--- reading {i + 1}: {name} ".ljust(WIDTH, "-"), style="bold")]
        lines += _stop(result) if result.stopped else _answer(result, explain)
    return [*lines, *_closing(results, report)]


def render_safety(findings: Sequence[Finding], console: Console) -> None:
    """Print the safety findings of a hard stop and the reason, nothing else."""
    for line in (*_safety(findings), *_block("", STOP_NOTE, style="bold red")):
        console.print(line, soft_wrap=True, highlight=False)


def _stop(result: AnswerResult) -> list[Text]:
    return [*_safety(result.safety), *_block("", STOP_NOTE, style="bold red")]


def _answer(result: AnswerResult, explain: bool) -> list[Text]:
    parts = (
        [Text(line, style="bold") for line in textwrap.wrap(result.headline, WIDTH)],
        _safety(result.safety),
        _block("IN SHORT", result.sentence),
        _table(result, explain),
        _matters(result),
        _sure(result),
        _why(result),
        _chain(result) if explain else [],
        [line for i, n in enumerate(result.notes) for line in _block("" if i else "NOTES", n)],
    )
    spaced = [[Text(), *part] for part in parts[1:] if part]
    return [*parts[0], *(line for part in spaced for line in part)]


def _block(label: str, text: str, *, style: str = "", records: Iterable[str] = ()) -> list[Text]:
    """Return `text` wrapped beside a label, evidence ids after it."""
    cited = f" [{', '.join(records)}]" if records else ""
    width = max(LABEL, len(label) + 2)
    lines = textwrap.wrap(text + cited, WIDTH - LABEL, initial_indent=" " * (width - LABEL)) or [""]
    out = []
    for i, line in enumerate(lines):
        head = label.ljust(width) if i == 0 else " " * LABEL
        body = line.strip() if i == 0 else line
        out.append(Text.assemble((head, SECTION), (body, style)))
    return out


def _safety(findings: Sequence[Finding]) -> list[Text]:
    lines: list[Text] = []
    for i, f in enumerate(findings):
        number = f" ({f.number})" if f.number else ""
        lines += _block("SAFETY" if i == 0 else "", f.text + number, style=STYLES[f.level], records=f.records)
    return lines or _block("SAFETY", "no finding for what was stated")


def _table(result: AnswerResult, explain: bool) -> list[Text]:
    """Return the rows a reader needs first: the lead endpoint at every visit, the others at its visit."""
    every = (*result.rows, *result.body_rows)
    rows = every if explain else shown_rows(result)
    if not rows:
        return []
    lines = [Text(h, style="bold") for h in _head(result.arms)]
    for _, group in groupby(rows, key=lambda r: (r.endpoint, r.label)):
        members = list(group)
        lines.append(Text(_title(members[0])))
        lines += [_line(r) for r in members]
        lines += [x for r in members if r.note for x in _indented(r.note)]
    if any(r.margin is not None for r in rows):
        lines += [Text(MARGIN_NOTE, style="dim"), *_key()]
    lines += [Text(line, style="dim") for line in PAIRED_NOTE]
    failed = f"; {result.n_failed} failed and are left out" if result.n_failed else ""
    draws = f"90 % intervals over {result.n_draws} draws: parameter and patient{failed}"
    more = f"{len(every) - len(rows)} more rows with --explain" if len(rows) < len(every) else ""
    return [*lines, *(Text(t, style="dim") for t in (draws, more) if t)]


def _key() -> list[Text]:
    text = (
        "probability that the mean difference is: too small = below m, gain, loss = above m, "
        "mean >0 = a gain of any size; share = patients who gain more than m"
    )
    return [Text(line, style="dim") for line in textwrap.wrap(text, WIDTH)]


def _title(row: EndpointRow) -> str:
    margin = "" if row.margin is None else f"   m = {show_margin(row)}"
    sense = "   (less is better)" if row.margin is not None and row.better < 0 else ""
    unit = f" [{row.unit}]" if _unit(row.unit) else ""
    return f"{row.label}{unit}{margin}{sense}"


def _line(row: EndpointRow) -> Text:
    levels = (show(row.without.median, row.unit), show(row.with_regimen.median, row.unit))
    difference = show_interval(row.difference, row.unit, signed=True)
    text = f"  {show_day(row.visit_d):<7}{levels[0]:>7}{levels[1]:>7} {difference:>24}"
    if row.margin is None:
        return Text(text)
    shares = (row.p_too_small, row.p_gain, row.p_loss, row.share_gain)
    cells = (*(show_percent(s) for s in shares), show_positive(row))
    return Text(text + "".join(f"{cell:>6}" for cell in cells))


def _indented(text: str) -> list[Text]:
    lines = textwrap.wrap(text, WIDTH, initial_indent="    ", subsequent_indent="    ")
    return [Text(line, style="dim") for line in lines]


def _matters(result: AnswerResult) -> list[Text]:
    lines: list[Text] = []
    for i, rung in enumerate(result.matters_more):
        if i == 0:
            lines.append(Text("WHAT MATTERS MORE", style=SECTION))
        tail = f" ({rung.kind}, evidence {rung.grade})"
        lines += _block("", f"{rung.name}: {rung.text}{tail}", records=rung.records)
    return lines


def _sure(result: AnswerResult) -> list[Text]:
    lead = lead_row(result)
    facts = []
    if lead is not None:
        facts.append(f"prior-driven {show_percent(lead.prior_driven_share)}")
    if result.weakest_grade:
        facts.append(
            f"weakest evidence: {result.weakest_grade}{_listed(result.weakest_names)}"
            + _cited(result.weakest_records[:3])
        )
    drawn = [b for b in result.blanks if isfinite(b.share)]
    if drawn:
        widest = max(drawn, key=lambda b: b.share)
        facts.append(f"status widened most by the blank {widest.name} ({show_percent(widest.share)})")
    lines = _block("HOW SURE", "; ".join(facts))
    lines += _priors(result) + _memory(result, lead) + _spread(result) + _blanks(result)
    lines += _uninformed(result)
    return lines


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f" ({', '.join(names[:3])}{more})" if names else ""


def _priors(result: AnswerResult) -> list[Text]:
    """Return the three prior sets side by side for the row the answer speaks of."""
    row = lead_row(result)
    if row is None:
        return []
    at = (row.endpoint, row.visit_d)
    columns = [
        (name.replace("_", " "), r)
        for name, rows in result.prior_sets.items()
        for r in rows
        if (r.endpoint, r.visit_d) == at
    ]
    if not columns:
        return []
    head = f"{row.label} {show_day(row.visit_d)} [{row.unit}], difference by prior set:"
    lines = [
        [name for name, _ in columns],
        [show_interval(r.difference, r.unit, signed=True) for _, r in columns],
    ]
    if row.margin is not None:
        lines.append([f"too small {show_percent(r.p_too_small)}" for _, r in columns])
    cells = [" ".join(f"{c:<22}" for c in line).rstrip() for line in lines]
    return [*_block("", head), *[Text(" " * (LABEL + 2) + c) for c in cells]]


def _memory(result: AnswerResult, lead: EndpointRow | None) -> list[Text]:
    if not result.status_sensitivity or lead is None:
        return []
    cells = [f"{days:g} d {show_median(i, lead.unit, signed=True)}" for days, i in result.status_sensitivity]
    return _block("", f"by time constant of magnesium status: {', '.join(cells)}")


def _spread(result: AnswerResult) -> list[Text]:
    cells = [f"{name} {show_percent(share)}" for name, share in result.dominates[:5]]
    return _block("", f"spread of the difference comes from: {', '.join(cells)}") if cells else []


def _blanks(result: AnswerResult) -> list[Text]:
    cells = [
        f"{b.name}{_cited(b.records)}" + (f" {show_percent(b.share)}" if isfinite(b.share) else "")
        for b in result.blanks
    ]
    return _block("", f"left blank and drawn: {', '.join(cells)}") if cells else []


def _uninformed(result: AnswerResult) -> list[Text]:
    """Return how many numbers no data narrowed, and which of them matter here."""
    if not result.not_informed:
        return []
    felt = [name for name, _ in result.dominates if name in result.not_informed]
    text = f"not informed by data: {len(result.not_informed)} numbers"
    return _block("", f"{text}, felt here: {', '.join(felt)}" if felt else text)


def _cited(records: Sequence[str]) -> str:
    return f" [{', '.join(records)}]" if records else ""


def _why(result: AnswerResult) -> list[Text]:
    if not result.chain:
        return []
    steps = [
        f"{c.label} {show(c.without, c.unit)} to {show(c.with_regimen, c.unit)} {_unit(c.unit)}".strip()
        for c in result.chain
    ]
    return _block("WHY", f"{CHAIN_NOTE}: {' -> '.join(steps)}")


def _unit(unit: str) -> str:
    return "" if unit in ("1", "") else unit


def _chain(result: AnswerResult) -> list[Text]:
    head = f"{'THE CHAIN':<44}{result.arms[0]:>11}{result.arms[1]:>11}{'change':>12}"
    lines = [Text(head, style=SECTION)]
    for link in result.chain:
        label = f"{link.step}: {link.label}" + (f" [{link.unit}]" if _unit(link.unit) else "")
        wrapped = textwrap.wrap(label, 43, initial_indent="  ", subsequent_indent="    ")
        change = link.with_regimen - link.without
        numbers = (
            f"{show(link.without, link.unit):>11}{show(link.with_regimen, link.unit):>11}"
            f"{show(change, link.unit, signed=True):>12}"
        )
        lines += [Text(x) for x in wrapped[:-1]] + [Text(f"{wrapped[-1]:<44}{numbers}")]
    return lines


def _closing(results: Sequence[AnswerResult], report: str) -> list[Text]:
    r = results[0]
    text = f"{NOTICE_SHORT} seed {r.seed}  model {r.model_hash[:8]}  osseo {r.version}"
    shown = f"{text}  report: {report}" if report else text
    if len(shown) <= WIDTH:
        return [Text(), Text(shown, style="dim")]
    return [Text(), Text(text, style="dim"), Text(f"report: {report}", style="dim")]
