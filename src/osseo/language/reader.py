"""Antimony text -> SBML text, with the shared units put inside the model block.

Antimony is one process-wide parser with global state, hence the lock and the clearing.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping

from osseo.errors import Issue, ModelError
from osseo.language.order import find_cycles
from osseo.language.text import ModelText
from osseo.language.unit_algebra import UnitLine
from osseo.names import suggest

__all__ = ["read_sbml"]

_LOCK = threading.Lock()
_HEADER = re.compile(r"^(\s*\*?model\s+\*?\w+\s*(?:\(\s*\))?)", re.MULTILINE)
_ERROR = re.compile(r"Error in model string, line (\d+):\s*(.*)", re.DOTALL)
#: constructs of Antimony and what to do instead, by a sign in its error message
_REMEDIES = (
    ("unexpected '\\n'", "a formula stays on one line; split it into named assignments"),
    ("unexpected end of string", "a formula stays on one line; split it into named assignments"),
    ("additionally have", "a name has one equation: `x :=` (assignment) or `x' =` (rate)"),
    ("reserved word", "choose another name"),
    ("Unit Definition", "that is a word for a unit in Antimony; rename the symbol"),
    ("that is not the id of", "a unit and a symbol share that name; rename the symbol"),
)


def _unit_issues(text: ModelText, units: Mapping[str, UnitLine]) -> list[Issue]:
    issues = [
        Issue(f"{text.file}:{s.line}", f"unit {s.name} is defined here", "move it to units.ant")
        for s in text.statements
        if s.kind == "unit"
    ]
    for s in text.statements:
        if s.kind == "has" and s.value not in units:
            issue = f"{s.name} has unknown unit {s.value!r}"
            hint = suggest(s.value, units) or "define it in units.ant"
            issues.append(Issue(f"{text.file}:{s.line}", issue, hint))
    return issues


def _character_issues(text: ModelText) -> list[Issue]:
    return [
        Issue(f"{text.file}:{line}", f"character {char!r}", "write names and formulas in plain ASCII")
        for char, line in text.odd_characters()
    ]


def _header_issues(text: ModelText, name: str) -> list[Issue]:
    models = [s for s in text.statements if s.kind == "model"]
    if len(models) != 1:
        found = ", ".join(s.name for s in models) or "none"
        return [Issue(f"{text.file}:1", f"expected one model block, got {found}", "one per file")]
    if models[0].name != name:
        message = f"model is called {models[0].name}, the file {name}"
        return [Issue(f"{text.file}:{models[0].line}", message, "give both the same name")]
    return []


def _double_issues(text: ModelText) -> list[Issue]:
    """Antimony lets the second definition replace the first without a word."""
    issues = []
    for kind in ("assignment", "rate", "initial", "has", "notes", "label"):
        for name in text.names(kind):
            lines = text.lines_of(name, kind)
            if len(lines) > 1:
                where = f"{text.file}:{lines[1]}"
                message = f"{name}: second {kind} (first in line {lines[0]})"
                issues.append(Issue(where, message, "keep one"))
    return issues


def _with_units(text: ModelText, units: Mapping[str, UnitLine]) -> str:
    used = dict.fromkeys(s.value for s in text.statements if s.kind == "has")
    lines = [units[u] for u in used if u in units and units[u].antimony]
    block = "".join(f"; unit {line.id} = {line.antimony}" for line in lines)
    return _HEADER.sub(lambda m: m[1] + block + ";", text.source, count=1)


def _loop_issue(text: ModelText, line: int) -> Issue:
    """Antimony names one member of a cycle; the text tells the others."""
    formulas = {s.name: s.value for s in text.statements if s.kind == "assignment"}
    needs = {name: set(re.findall(r"[A-Za-z_]\w*", value)) for name, value in formulas.items()}
    cycles = [" -> ".join(cycle) for cycle in find_cycles(needs)]
    message = f"assignments need each other: {'; '.join(cycles)}"
    return Issue(f"{text.file}:{line}", message, "make one of them a state with a rate")


def _parse_issue(text: ModelText, message: str) -> Issue:
    match = _ERROR.match(message)
    line, said = (match[1], match[2]) if match else ("1", message)
    if "Loop detected" in said:
        return _loop_issue(text, int(line))
    remedy = next((r for sign, r in _REMEDIES if sign in said), "")
    said = " ".join(said.split())
    for name in re.findall(r"uses '(\w+)'", said):
        line, said = str(text.line_of(name)), f"{name} is used as a symbol but is not one here"
    return Issue(f"{text.file}:{line}", said[:300], remedy)


def _to_sbml(source: str, name: str) -> tuple[str, str]:
    """Return (SBML text, error message); one of the two is empty."""
    import antimony

    with _LOCK:
        antimony.clearPreviousLoads()
        ok = antimony.loadAntimonyString(source)
        error = str(antimony.getLastError()) if ok < 0 else ""
        if not error and name not in antimony.getModuleNames():
            error = f"model {name} was not seen; is a comment or a block above it left open?"
        sbml = "" if error else str(antimony.getSBMLString(name))
        antimony.clearPreviousLoads()
    return sbml, error


def read_sbml(text: ModelText, name: str, units: Mapping[str, UnitLine]) -> str:
    """Return the SBML of one model file.

    Parameters
    ----------
    text : the file.
    name : module name, the stem of the file.
    units : the shared units by id.

    Raises
    ------
    ModelError : with all problems that can be seen in the text, or what Antimony says, by line.
    """
    issues = _character_issues(text)
    if issues:  # Antimony's own message about them is no text
        raise ModelError.from_issues(text.file, issues, "no model was loaded")
    issues = _header_issues(text, name) + _unit_issues(text, units) + _double_issues(text)
    sbml, error = _to_sbml(_with_units(text, units), (text.names("model") or [name])[-1])
    if error:
        issues.append(_parse_issue(text, error))
    if issues:
        raise ModelError.from_issues(text.file, issues, "no model was loaded")
    return sbml
