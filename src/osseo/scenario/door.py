"""The door of a scenario: YAML or a mapping in, a checked `Scenario` out, or every problem at once.

The format is shown in `examples/`. Quantities carry their unit, unknown keys are errors, and what is
left out is a blank to be drawn later. Nothing here simulates or knows a rate of anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

from osseo.errors import Issue
from osseo.scenario._document import Node, plain, read_mapping, read_yaml
from osseo.scenario._person import read_person
from osseo.scenario._procedure import read_endpoints, read_margins, read_procedure
from osseo.scenario._reader import Quantity, Reader, scenario_error
from osseo.scenario._regimen import READINGS, ReadRegimen, read_regimen
from osseo.scenario.content import with_hash
from osseo.scenario.types import Scenario

__all__ = ["parse_scenario", "read_scenario", "read_text", "readings"]

_KEYS = (
    "question", "person", "procedure", "regimen", "compare_with", "visits", "endpoints", "margins",
)  # fmt: skip
_VISIT = Quantity("a day after surgery", "180 d", (("d", 1.0),), 1.0, 3653.0, "from 1 to 3653 d (10 years)")
_LARGEST_FILE = 1_000_000


def read_scenario(path: str | Path) -> Scenario:
    """Read a scenario file.

    A dose that does not say `as: elemental` or `as: salt` is read as elemental here; `readings` gives
    both, and `Scenario.reading` says which one this is.

    Parameters
    ----------
    path : a YAML file, see `examples/`.

    Raises
    ------
    InputError : missing file, not YAML, or any number of problems in it, listed together.
    """
    return parse_scenario(read_text(Path(path)), str(path))


def parse_scenario(document: str | Mapping[str, object], source: str = "scenario") -> Scenario:
    """Return the scenario in a YAML text or a mapping; `source` heads the message of an error.

    Examples
    --------
    >>> parse_scenario({
    ...     "person": {"age": "58 y", "sex": "female", "kidney_disease": False},
    ...     "procedure": {"site": "sinus_lift", "graft": {"material": "dbbm"}},
    ...     "regimen": [{"salt": "glycinate", "dose": "400 mg", "as": "elemental", "to": "90 d"}],
    ... }).regimen[0].stop_d
    90.0
    """
    return _read_both(document, source)[0]


def readings(what: Scenario | str | Mapping[str, object] | Path) -> tuple[Scenario, ...]:
    """Return one scenario, or two if a dose does not say whether it is of magnesium or of the salt.

    Parameters
    ----------
    what : a scenario that came through this door, its YAML text, a mapping, or a path.

    Returns
    -------
    scenarios : labelled by `Scenario.reading`: `elemental` then `salt`, or empty if it was said.
    """
    if isinstance(what, Path):
        return _read_both(read_text(what), str(what))
    if isinstance(what, Scenario):
        if not what.reading or not what.raw:
            return (what,)
        return _read_both(what.raw, what.source)
    return _read_both(what, "scenario")


def read_text(path: Path) -> str:
    """Return the text of a YAML file a person wrote.

    Raises
    ------
    InputError : missing, too large, not UTF-8, or not to be read.
    """
    try:
        if path.stat().st_size > _LARGEST_FILE:
            issue = Issue("file", "is larger than 1 MB", "a scenario is a page of text")
            raise scenario_error(str(path), [issue])
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        issue = Issue("file", "does not exist", f"check the name; looked in {path.parent.resolve()}")
        raise scenario_error(str(path), [issue]) from None
    except UnicodeDecodeError:
        issue = Issue("file", "is not UTF-8 text", "save it as UTF-8")
        raise scenario_error(str(path), [issue]) from None
    except OSError as error:
        issue = Issue("file", f"cannot be read: {error.strerror}", "check the path")
        raise scenario_error(str(path), [issue]) from None


def _read_both(document: str | Mapping[str, object], source: str) -> tuple[Scenario, ...]:
    issues: list[Issue] = []
    root = read_yaml(document, issues) if isinstance(document, str) else read_mapping(document)
    if issues and root.value is None:
        raise scenario_error(source, issues)
    scenarios = _read_root(Reader(issues), root, source)
    if issues:
        raise scenario_error(source, issues)
    return scenarios


def _read_root(reader: Reader, root: Node, source: str) -> tuple[Scenario, ...]:
    parts = reader.mapping(root, _KEYS, required=("person", "procedure", "regimen"))
    person = read_person(reader, parts.get("person"))
    procedure, site = read_procedure(reader, parts.get("procedure"))
    visits = _read_visits(reader, parts.get("visits")) or (site.visits_d if site else (365.0,))
    regimen = read_regimen(reader, parts.get("regimen"), visits[-1])
    comparator = _read_comparator(reader, parts.get("compare_with"), visits[-1])
    base = {
        "question": (reader.text(parts.get("question")) or "") if "question" in parts else "",
        "endpoints": read_endpoints(reader, parts.get("endpoints"), site),
        "margins": read_margins(reader, parts.get("margins"), site),
    }
    if reader.issues or person is None or procedure is None:
        return ()
    scenario = Scenario(
        person=person,
        procedure=procedure,
        regimen=(),
        visits_d=visits,
        source=source,
        raw=cast("Mapping[str, object]", plain(root)),
        **base,
    )
    return _label(scenario, regimen, comparator)


def _label(scenario: Scenario, regimen: ReadRegimen, comparator: ReadRegimen) -> tuple[Scenario, ...]:
    ambiguous = regimen.ambiguous or comparator.ambiguous
    return tuple(
        with_hash(
            replace(
                scenario,
                regimen=regimen.rules[reading],
                comparator=comparator.rules[reading],
                reading=reading if ambiguous else "",
            )
        )
        for reading in (READINGS if ambiguous else READINGS[:1])
    )


def _read_comparator(reader: Reader, node: Node | None, last_d: float) -> ReadRegimen:
    if node is None or node.value == "none":
        return read_regimen(reader, None, last_d)
    if isinstance(node.value, str):
        reader.problem(node, f'got "{node.value}"; expected none or a list of dose rules')
        return read_regimen(reader, None, last_d)
    return read_regimen(reader, node, last_d)


def _read_visits(reader: Reader, node: Node | None) -> tuple[float, ...]:
    """Return the visits in order; none means the site's own."""
    if node is None:
        return ()
    nodes = node.value if isinstance(node.value, list) else [node]
    days = [reader.quantity(child, _VISIT) for child in nodes]
    kept = sorted({day for day in days if day is not None})
    if not nodes:
        reader.problem(node, "the list of visits is empty", "name one, or leave visits out")
    if len(kept) < len([d for d in days if d is not None]):
        reader.problem(node, "a visit is listed twice", "keep one of each")
    return tuple(kept)
