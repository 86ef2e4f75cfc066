"""The door of a profile: YAML in, a checked `Profile` out, or every problem at once with its line.

The form is `template.yaml`; the parts that a scenario has too are read by the scenario's own readers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path

from osseo.errors import Issue
from osseo.scenario._document import Node, read_mapping, read_yaml
from osseo.scenario._person import read_person
from osseo.scenario._reader import Reader, scenario_error
from osseo.scenario.door import read_text
from osseo.scenario.profile._diet import read_diet
from osseo.scenario.profile._drugs import read_drugs
from osseo.scenario.profile._operation import read_operation
from osseo.scenario.profile._product import read_products
from osseo.scenario.profile.dates import STYLES
from osseo.scenario.profile.types import Diet, DrugTaken, Profile
from osseo.scenario.types import Person

__all__ = ["REGIONS", "parse_profile", "profile_template", "read_profile"]

_KEYS = ("name", "region", "units", "person", "procedure", "diet", "drugs", "product")
REGIONS = ("EU", "US")
_LONGEST_NAME = 80
_FEMALE_ONLY = ("pregnant", "pregnancy")


def profile_template() -> str:
    """Return the commented form."""
    return files("osseo.scenario.profile").joinpath("template.yaml").read_text(encoding="utf-8")


def read_profile(path: str | Path, today: date) -> Profile:
    """Read a profile file.

    Parameters
    ----------
    path : a YAML file like `template.yaml`.
    today : the day the page is for; a date of surgery before it is a problem.

    Raises
    ------
    InputError : missing file, not YAML, or any number of problems in it, listed together.
    """
    return parse_profile(read_text(Path(path)), today, str(path))


def parse_profile(document: str | Mapping[str, object], today: date, source: str = "profile") -> Profile:
    """Return the profile in a YAML text or a mapping; `source` heads the message of an error."""
    issues: list[Issue] = []
    root = read_yaml(document, issues) if isinstance(document, str) else read_mapping(document)
    if issues and root.value is None:
        raise scenario_error(source, issues)
    profile = _read_root(Reader(issues), root, today)
    if issues or profile is None:
        raise scenario_error(source, issues)
    return replace(profile, source=source, today=today.isoformat())


def _read_root(reader: Reader, root: Node, today: date) -> Profile | None:
    parts = reader.mapping(root, _KEYS, required=("person", "procedure"))
    region = _read_region(reader, parts.get("region"))
    own = "american" if region == "US" else "british"
    style = reader.choice(parts.get("units"), STYLES, "units") or own
    person = read_person(reader, parts.get("person"))
    operation = read_operation(reader, parts.get("procedure"), today, style)
    drugs = read_drugs(reader, parts.get("drugs"))
    diet = read_diet(reader, parts.get("diet"))
    products = read_products(reader, parts.get("product"))
    name = _read_name(reader, parts.get("name"))
    if person is not None:
        _check_person(reader, parts, person, diet)
    if person is None or operation is None:
        return None
    return Profile(
        person=_with_drugs(reader, parts["person"], person, drugs),
        operation=operation,
        diet=diet,
        drugs=drugs,
        products=products,
        region=region,
        style=style,
        name=name,
    )


def _read_region(reader: Reader, node: Node | None) -> str:
    word = reader.choice(node, [region.lower() for region in REGIONS] + ["uk"], "region")
    return "US" if word == "us" else "EU"


def _read_name(reader: Reader, node: Node | None) -> str:
    if node is None or node.value == "":
        return ""
    word = reader.text(node) or ""
    if len(word) > _LONGEST_NAME:
        reader.problem(node, f"the name has {len(word)} letters; expected at most {_LONGEST_NAME}")
    return word


def _check_person(reader: Reader, parts: Mapping[str, Node], person: Person, diet: Diet) -> None:
    """Find answers that contradict each other."""
    if person.sex == "male" and any(word in text for text in person.conditions for word in _FEMALE_ONLY):
        reader.problem(
            parts["person"], "male and pregnant contradict each other", "correct sex or conditions"
        )
    if person.mg_intake is not None and diet.eaten:
        message = "person.mg_intake says what is eaten and so does this diary; they may differ"
        reader.problem(parts["diet"], message, "keep one: remove person.mg_intake")


def _with_drugs(reader: Reader, node: Node, person: Person, drugs: tuple[DrugTaken, ...]) -> Person:
    """Return the person with the drugs of the profile, as the safety rules read them."""
    if person.drugs and isinstance(node.value, dict):
        reader.problem(node.value["drugs"], "drugs stand in their own part here", "move them to  drugs:")
    return replace(person, drugs=tuple(drug.written for drug in drugs))
