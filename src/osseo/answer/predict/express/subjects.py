"""Who was studied: what a record says of its subjects, and virtual people drawn to match.

What is said is kept (sex, age, weight, serum, intake, kidneys); what is not is drawn from the cohorts of
`osseo.population`, so a study of unknown people is as uncertain as the population is wide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from osseo.evidence import Record
from osseo.population.people import draw_people
from osseo.scenario.types import Person
from osseo.units import MG_MOLAR_MASS

__all__ = ["Subjects", "draw_subjects", "read_subjects"]

#: [y] taken where a record gives no age; a wide middle of adult life
_AGE_UNKNOWN = (45.0, 15.0)
_OLDEST, _YOUNGEST = 90.0, 18.0
_KIDNEY = re.compile(r"\b(ckd|kidney disease|renal failure|h(a)?emodialysis|uraemi|uremi)", re.I)
_DIALYSIS = re.compile(r"dialysis", re.I)
_PREGNANT = re.compile(r"pregnan", re.I)
_NOT_PREGNANT = re.compile(r"non-?pregnan|not pregnan", re.I)
_DIABETES = re.compile(r"\b(type 2 diabet|diabetic (patients|adults|subjects)|with diabetes)", re.I)
_RANGE = re.compile(r"(\d{2})\s*(?:-|to)\s*(\d{2})\s*y")
_MEAN = re.compile(r"(\d{2}(?:\.\d+)?)\s*(?:\+-|\+/-|\(sd|\(SD)\s*(\d+(?:\.\d+)?)\)?\s*y?")
_SHARE = re.compile(r"(\d+(?:\.\d+)?)\s*%\s*(women|female|females|men|male|males)\b", re.I)
_CHILD = re.compile(r"\b(child|children|boys|girls|adolescent|infant|prepubert)", re.I)


@dataclass(frozen=True)
class Subjects:
    """What is known of the people of a study; None is not said.

    age, age_sd [y]; male_share [1]; weight_kg [kg]; serum_mg [mmol/L]; mg_intake, urine_mg [mmol/d];
    egfr [mL/min/1.73m2]; kidney_disease `yes`, `no` or `unknown`. `said` lists what the record gave.
    """

    age: float | None = None
    age_sd: float | None = None
    male_share: float | None = None
    weight_kg: float | None = None
    serum_mg: float | None = None
    mg_intake: float | None = None
    urine_mg: float | None = None
    egfr: float | None = None
    kidney_disease: str = "no"
    diabetes: bool = False
    said: tuple[str, ...] = ()
    refused: str = ""


def _age(text: str) -> tuple[float | None, float | None]:
    if found := _MEAN.search(text):
        return float(found[1]), float(found[2])
    if found := _RANGE.search(text):
        low, high = float(found[1]), float(found[2])
        return (low + high) / 2, (high - low) / 4
    return None, None


def _male_share(text: str) -> float | None:
    if found := _SHARE.search(text):
        share = float(found[1]) / 100.0
        return share if found[2].lower() in ("men", "male", "males") else 1.0 - share
    men = re.search(r"(\d+)\s*(?:men|males?\b|M\b)", text)
    women = re.search(r"(\d+)\s*(?:\w+\s+)?(?:women|females?\b|F\b)", text)
    if men and women:
        m, w = float(men[1]), float(women[1])
        return m / (m + w)
    has_women = bool(re.search(r"\b(women|females?)\b", text, re.I))
    has_men = bool(re.search(r"\b(men|males?)\b", text, re.I))
    if has_women != has_men:
        return float(has_men)
    return None


def _refusal(text: str) -> str:
    if _CHILD.search(text) and not re.search(r"adult", text, re.I):
        return "subjects are children; there is no cohort under 18 y"
    if _PREGNANT.search(text) and not _NOT_PREGNANT.search(text):
        return "subjects are pregnant, for whom no cohort is kept"
    if _DIALYSIS.search(text):
        return "subjects are on dialysis, which the kidney of the model does not have"
    return ""


def read_subjects(record: Record, arm_text: str = "", stated: Mapping[str, float] | None = None) -> Subjects:
    """Return what a record says of its subjects.

    Parameters
    ----------
    record : its prose is read where nothing is stated.
    stated : facts of the vocabulary (`age_y`, `male_frac`, `weight_kg`, `egfr`, `mg_intake_mg`,
        `serum_mg`), used first.
    arm_text : name of the arm, where arms differ by people (`men`, `women`).
    """
    text = f"{arm_text}. {record.population}"
    age, sd = _age(text)
    share = _male_share(arm_text)
    found = Subjects(
        age=age,
        age_sd=sd,
        male_share=_male_share(record.population) if share is None else share,
        kidney_disease="yes" if _KIDNEY.search(text) else "no",
        diabetes=bool(_DIABETES.search(text)),
        refused=_refusal(text),
    )
    return _with_stated(found, stated or {})


#: stated facts -> fields, and the factor between their units
_STATED = {
    "age_y": ("age", 1.0),
    "male_frac": ("male_share", 1.0),
    "weight_kg": ("weight_kg", 1.0),
    "egfr": ("egfr", 1.0),
    "mg_intake_mg": ("mg_intake", 1.0 / MG_MOLAR_MASS),
    "serum_mg": ("serum_mg", 1.0),
}


def _with_stated(found: Subjects, stated: Mapping[str, float]) -> Subjects:
    """Return subjects with what is stated of them instead of what the prose seems to say."""
    known = {_STATED[key][0]: value * _STATED[key][1] for key, value in stated.items() if key in _STATED}
    found = replace(found, **known)
    if found.age is not None and found.age < _YOUNGEST and not found.refused:
        found = replace(found, refused=f"subjects of {found.age:g} y; there is no cohort under 18 y")
    names = ("age", "male_share", "weight_kg", "serum_mg", "mg_intake", "urine_mg", "egfr")
    said = [name for name in names if getattr(found, name) is not None]
    return replace(found, said=(*said, *(["kidney disease"] if found.kidney_disease == "yes" else [])))


def _strata(subjects: Subjects, n: int) -> list[tuple[Person, int]]:
    """Return persons and how many to draw of each: two sexes, three ages."""
    age = _AGE_UNKNOWN[0] if subjects.age is None else subjects.age
    sd = (_AGE_UNKNOWN[1] if subjects.age is None else 0.0) if subjects.age_sd is None else subjects.age_sd
    share = 0.5 if subjects.male_share is None else subjects.male_share
    n_male = round(n * share)
    rows = []
    for sex, count in (("male", n_male), ("female", n - n_male)):
        for i, step in enumerate((-1.2, 0.0, 1.2)):
            part = count // 3 + (i < count % 3)
            if part:
                years = float(np.clip(age + step * sd, _YOUNGEST, _OLDEST))
                rows.append((_person(subjects, years, sex), part))
    return rows


def _person(subjects: Subjects, age: float, sex: str) -> Person:
    return Person(
        age_y=age,
        sex=sex,
        kidney_disease=subjects.kidney_disease,
        egfr=subjects.egfr,
        weight_kg=subjects.weight_kg,
        serum_mg=subjects.serum_mg,
        mg_intake=subjects.mg_intake,
        urine_mg=subjects.urine_mg,
        diabetes=subjects.diabetes,
    )


def draw_subjects(subjects: Subjects, n: int, seed: int) -> dict[str, np.ndarray]:
    """Return n virtual people (n,) per column of `People`, drawn to what is said of the subjects.

    Parameters
    ----------
    subjects : as read from the record.
    n : of all strata together; each stratum has its own stream of the seed.
    seed : of the draw.
    """
    parts = [
        draw_people(person, count, seed + 1000 * i) for i, (person, count) in enumerate(_strata(subjects, n))
    ]
    return {name: np.concatenate([p.columns[name] for p in parts]) for name in parts[0].columns}
