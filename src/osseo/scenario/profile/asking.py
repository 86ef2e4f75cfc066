"""The questions of `osseo patient --new`, and the profile their answers make.

Every answer is written as a quoted text, so that nothing a person types can change the form's structure;
the door then checks it like any other profile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import yaml

__all__ = ["QUESTIONS", "Question", "profile_text"]

_HEAD = """\
# Made by osseo patient --new. Edit it as you like; examples/patients holds more.
# A day of food makes the page yours:
# diet:
#   day:
#     breakfast: ["oatmeal, 1 cup"]
"""


@dataclass(frozen=True)
class Question:
    """One question: where its answer goes, what is asked, what an empty answer means."""

    key: str
    text: str
    default: str = ""


QUESTIONS = (
    Question("region", "Whose limits hold, EU or US?", "EU"),
    Question("name", "What shall the page call you? (may stay empty)"),
    Question("person.age", "How old are you? (years)", "50"),
    Question("person.sex", "female or male?", "female"),
    Question("person.kidney_disease", "Kidney disease: yes, no or unknown?", "unknown"),
    Question("person.egfr", "eGFR from a blood test, if you know it (a number)"),
    Question("person.smoker", "Do you smoke, yes or no?", "no"),
    Question("person.diabetes", "Do you have diabetes, yes or no?", "no"),
    Question("person.conditions", "Illnesses, pregnancy, dialysis, with commas (or empty)"),
    Question("procedure.site", "Which operation? (e.g. sinus lift, implant, lumbar fusion)", "sinus lift"),
    Question("procedure.graft", "Which graft material? (e.g. dbbm, autograft, unknown)", "unknown"),
    Question("procedure.in", "In how many weeks?", "8"),
    Question("diet.kind", "Diet: any, vegetarian or vegan?", "any"),
    Question("diet.allergies", "Food allergies, with commas (or empty)"),
    Question("diet.dislikes", "Food you do not want, with commas (or empty)"),
    Question("drugs", "Drugs you take, with commas (or empty)"),
    Question("product.label", "A magnesium product you hold: copy its label (or empty)"),
)
_UNITS = {"person.age": " y", "person.egfr": " mL/min/1.73m2", "procedure.in": " wk"}
_LISTS = ("person.conditions", "diet.allergies", "diet.dislikes", "drugs")


def profile_text(answers: Mapping[str, str]) -> str:
    """Return the profile that answers make; an empty answer leaves its key out.

    Examples
    --------
    >>> print(profile_text({"person.age": "58", "drugs": "a, b"}).splitlines()[-4])
      age: 58 y
    """
    tree: dict[str, object] = {}
    for key, answer in answers.items():
        if answer:
            _put(tree, key, _value(key, answer))
    return _HEAD + yaml.safe_dump(tree, sort_keys=False, allow_unicode=True)


def _value(key: str, answer: str) -> object:
    if key in _LISTS:
        return [part.strip() for part in answer.split(",") if part.strip()]
    unit = _UNITS.get(key, "")
    is_bare = unit and answer.replace(".", "", 1).isdigit()
    return f"{answer}{unit}" if is_bare else answer


def _put(tree: dict[str, object], key: str, value: object) -> None:
    head, _, rest = key.partition(".")
    if not rest:
        tree[head] = value
        return
    branch = tree.setdefault(head, {})
    if isinstance(branch, dict):
        branch[rest] = value
