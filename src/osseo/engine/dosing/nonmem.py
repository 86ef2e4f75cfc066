"""NONMEM-style event tables (CSV): read into dose rules per person, and written from them.

Columns ID, TIME, EVID, AMT, RATE, II, ADDL, SS, CMT; a dot or nothing is a zero. All problems of a file are
reported at once. What the rules then mean is said in `docs/dosing.md`.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, Unpack

from osseo.engine.dosing.row import ALL_STATES, EventRow, infusion_shape
from osseo.errors import InputError, Issue
from osseo.files import write_text
from osseo.names import suggest

__all__ = ["COLUMNS", "PersonEvents", "TableSettings", "read_event_table", "write_event_table"]

COLUMNS = ("ID", "TIME", "EVID", "AMT", "RATE", "II", "ADDL", "SS", "CMT")
#: how many of a unit are in a day
_PER_DAY = {"d": 1.0, "h": 24.0, "min": 1440.0, "wk": 1 / 7}
_STEADY = {0: "", 1: "replace", 2: "add"}
_RATE_GIVEN, _DURATION_GIVEN = -1.0, -2.0


@dataclass(frozen=True)
class PersonEvents:
    """What one person of a table was given, in file order, and when observed (EVID 0 and 2) [d]."""

    name: str
    rows: tuple[EventRow, ...]
    observed: tuple[float, ...]


class TableSettings(TypedDict, total=False):
    """What a table does not say itself.

    time_unit : of TIME, II and RATE: d (default), h, min, wk. lag [d] : by compartment number. rates
    [unit/d], durations [d] : for RATE -1 and -2, by (ID, compartment number). passed : columns that are
    known and not read, default DV and MDV; any other unknown column is an error.
    """

    time_unit: str
    lag: Mapping[int, float]
    rates: Mapping[tuple[str, int], float]
    durations: Mapping[tuple[str, int], float]
    passed: Sequence[str]


def read_event_table(
    path: str | Path, compartments: Mapping[int, str], **settings: Unpack[TableSettings]
) -> list[PersonEvents]:
    """Read a table; persons in file order.

    Parameters
    ----------
    path : CSV with a header line; lines that begin with # are comments.
    compartments : CMT number -> full name of the state. Without a CMT, the lowest number.
    settings : time_unit, lag, rates, durations, passed.

    Raises
    ------
    InputError : the file cannot be read, or anything in it is wrong: all of it, by line and column.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
    issues = _setting_issues(settings)
    numbered = [(i, line) for i, line in enumerate(text.splitlines(), 1)]
    numbered = [(i, line) for i, line in numbered if line.strip() and not line.startswith("#")]
    header = [name.strip().upper() for name in next(csv.reader([numbered[0][1]]))] if numbered else []
    issues += _header_issues(header, settings.get("passed", ("DV", "MDV")))
    if issues:
        raise InputError.from_issues(path.name, issues, "no event was read")
    reader = _Reader(compartments, settings)
    for number, line in numbered[1:]:
        cells = next(csv.reader([line]))
        if len(cells) != len(header):
            reader.complain(number, f"got {len(cells)} cells; the header has {len(header)}")
        else:
            reader.read(number, dict(zip(header, (c.strip() for c in cells), strict=True)))
    if not reader.people and not reader.issues:
        reader.issues.append(Issue(path.name, "no records", "write one line per event below the header"))
    if reader.issues:
        raise InputError.from_issues(path.name, reader.issues, "no event was read")
    return [PersonEvents(name, tuple(r), tuple(o)) for name, (r, o) in reader.people.items()]


def _setting_issues(settings: TableSettings) -> list[Issue]:
    unit = settings.get("time_unit", "d")
    return [] if unit in _PER_DAY else [Issue("time_unit", f"got {unit!r}", suggest(unit, tuple(_PER_DAY)))]


def _header_issues(header: Sequence[str], passed: Sequence[str]) -> list[Issue]:
    known = (*COLUMNS, *(name.upper() for name in passed))
    issues = [
        Issue(f"column {name or '(no name)'}", "unknown", suggest(name, known))
        for name in header
        if name not in known
    ]
    issues += [Issue(f"column {name}", "missing") for name in ("ID", "TIME", "AMT") if name not in header]
    twice = sorted({name for name in header if header.count(name) > 1})
    return issues + [Issue(f"column {name}", "given twice") for name in twice]


class _Reader:
    """Turns lines into rules and collects what is wrong."""

    def __init__(self, compartments: Mapping[int, str], settings: TableSettings) -> None:
        self.compartments, self.settings = compartments, settings
        self.per_day = _PER_DAY[settings.get("time_unit", "d")]
        self.people: dict[str, tuple[list[EventRow], list[float]]] = {}
        self.issues: list[Issue] = []
        self._last = ("", -math.inf)

    def complain(self, number: int, message: str, remedy: str = "") -> None:
        self.issues.append(Issue(f"line {number}", message, remedy))

    def read(self, number: int, cells: Mapping[str, str]) -> None:
        before = len(self.issues)
        values = {name: self._number(number, name, cells.get(name, "")) for name in COLUMNS[1:]}
        if not cells["ID"]:
            self.complain(number, "ID is empty")
        if len(self.issues) > before:
            return
        if "EVID" not in cells:
            values["EVID"] = 1.0 if values["AMT"] > 0 else 0.0
        if not cells.get("CMT", "").strip("."):
            values["CMT"] = float(min(self.compartments))
        self._check_order(number, cells["ID"], values["TIME"] / self.per_day)
        for message in _record_problems(values, self.compartments):
            self.complain(number, message)
        if len(self.issues) == before:
            self._add(number, cells["ID"], values)

    def _number(self, number: int, name: str, cell: str) -> float:
        if cell in ("", "."):
            if name == "TIME":
                self.complain(number, "TIME is empty")
            return 0.0
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            self.complain(number, f"{name}: got {cell!r}; expected a number")
        return value

    def _check_order(self, number: int, person: str, time: float) -> None:
        name, last = self._last
        if person != name and person in self.people:
            self.complain(number, f"person {person} occurs again further down", "keep a person together")
        if person == name and time < last:
            self.complain(number, "TIME goes back", "write running times; EVID 4 resets without it")
        self._last = (person, time)
        self.people.setdefault(person, ([], []))

    def _add(self, number: int, person: str, values: Mapping[str, float]) -> None:
        rows, observed = self.people[person]
        time, kind = values["TIME"] / self.per_day, int(values["EVID"])
        if kind in (0, 2):
            observed.append(time)
        if kind in (3, 4):
            rows.append(EventRow(time, "reset", ALL_STATES, 0.0))
        if kind in (1, 4):
            row = self._dose(number, person, time, values)
            if row is not None:
                rows.append(row)

    def _dose(self, number: int, person: str, time: float, values: Mapping[str, float]) -> EventRow | None:
        place = int(values["CMT"])
        rate, duration = values["RATE"] * self.per_day, 0.0
        for code, name in ((_RATE_GIVEN, "rates"), (_DURATION_GIVEN, "durations")):
            if values["RATE"] == code:
                given = self.settings.get(name, {}).get((person, place))
                if given is None or not (math.isfinite(given) and given > 0):
                    what = f"RATE {code:g}: no positive value for person {person}, CMT {place}"
                    self.complain(number, what, f"pass {name}={{({person!r}, {place}): value}}")
                    return None
                rate, duration = (given, 0.0) if name == "rates" else (0.0, given)
        return EventRow(
            time,
            "infusion" if rate or duration else "bolus",
            self.compartments[place],
            values["AMT"],
            duration,
            lag=self.settings.get("lag", {}).get(place, 0.0),
            every=values["II"] / self.per_day,
            count=int(values["ADDL"]) + 1,
            rate=rate,
            steady=_STEADY[int(values["SS"])],
        )


def _record_problems(v: Mapping[str, float], compartments: Mapping[int, str]) -> list[str]:
    """Return what is wrong with the numbers of one record."""
    found = []
    if v["EVID"] not in (0, 1, 2, 3, 4):
        found.append(f"EVID: got {v['EVID']:g}; expected 0 to 4")
    if v["SS"] not in _STEADY:
        found.append(f"SS: got {v['SS']:g}; expected 0, 1 or 2")
    if v["ADDL"] < 0 or v["ADDL"] != int(v["ADDL"]):
        found.append(f"ADDL: got {v['ADDL']:g}; expected a whole number from 0 on")
    found += [f"{name}: got {v[name]:g}; expected 0 or more" for name in ("AMT", "II") if v[name] < 0]
    if v["RATE"] < 0 and v["RATE"] not in (_RATE_GIVEN, _DURATION_GIVEN):
        found.append(f"RATE: got {v['RATE']:g}; expected 0 or more, -1 or -2")
    if v["CMT"] not in compartments:
        found.append(f"CMT: got {v['CMT']:g}; expected one of {sorted(compartments)}")
    if v["EVID"] in (1, 4):
        found += _dose_problems(v)
    elif any(v[name] for name in ("AMT", "RATE", "ADDL", "SS")):
        found.append(f"EVID {v['EVID']:g} is no dose, but AMT, RATE, ADDL or SS is not 0")
    return found


def _dose_problems(v: Mapping[str, float]) -> list[str]:
    found = []
    endless = v["SS"] > 0 and v["AMT"] == 0 and v["RATE"] > 0 and v["II"] == 0
    if endless and v["ADDL"]:
        found.append("a constant infusion at steady state has no ADDL")
    if v["RATE"] > 0 and v["AMT"] == 0 and not endless:
        found.append("AMT 0 with RATE > 0 is a constant infusion: it needs SS 1 or 2 and II 0")
    if v["II"] == 0 and v["ADDL"] > 0:
        found.append("ADDL without II: the interval is missing")
    if v["II"] == 0 and v["SS"] > 0 and not endless:
        found.append("SS without II: the interval is missing")
    return found


def write_event_table(
    path: str | Path,
    people: Sequence[PersonEvents],
    compartments: Mapping[int, str],
    *,
    lag: Mapping[int, float] | None = None,
) -> Path:
    """Write dose rules and observations as a table, times in days, in time order per person.

    Raises
    ------
    InputError : every rule that a table cannot say (a lag that `lag` does not give for its compartment,
        a reset of one state, an infusion of amount 0, a state without a number).
    """
    numbers = {name: number for number, name in compartments.items()}
    issues: list[Issue] = []
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for person in people:
        records: list[tuple[float, int, int, list[object]]] = [
            (time, 1, 0, [0, 0, 0, 0, 0, 0, min(compartments)]) for time in person.observed
        ]
        for i, row in enumerate(person.rows):
            problem = _cannot_say(row, numbers, lag or {})
            if problem:
                issues.append(Issue(f"person {person.name}, rule {i}", problem))
            else:
                records.append((row.time, 0, i, _cells(row, numbers, min(compartments))))
        for time, _, _, cells in sorted(records, key=lambda record: record[:3]):
            writer.writerow([person.name, repr(float(time)), *cells])
    if issues:
        raise InputError.from_issues(str(path), issues, "nothing was written")
    return write_text(path, file.getvalue())


def _cannot_say(row: EventRow, numbers: Mapping[str, int], lag: Mapping[int, float]) -> str:
    if row.kind == "reset":
        return "" if row.target == ALL_STATES else "a reset of one state has no EVID"
    if row.target not in numbers:
        return f"no CMT number for {row.target}"
    if row.lag != lag.get(numbers[row.target], 0.0):
        return f"lag {row.lag:g} d is not the lag of compartment {numbers[row.target]}"
    if row.kind == "infusion" and row.amount == 0 and not row.is_endless:
        return "an infusion of amount 0 would be read as a bolus"
    return ""


def _cells(row: EventRow, numbers: Mapping[str, int], lowest: int) -> list[object]:
    """EVID, AMT, RATE, II, ADDL, SS, CMT of a rule."""
    if row.kind == "reset":
        return [3, 0, 0, 0, 0, 0, lowest]
    rate = 0.0
    if row.kind == "infusion":
        rate = row.rate if row.is_endless else infusion_shape(row)[0]
    steady = {word: code for code, word in _STEADY.items()}[row.steady]
    return [
        1,
        repr(float(row.amount)),
        repr(float(rate)),
        repr(float(row.every)),
        row.count - 1,
        steady,
        numbers[row.target],
    ]
