"""The `person` part of a scenario: what is known of them; what is left out stays blank."""

from __future__ import annotations

from osseo.scenario._document import Node
from osseo.scenario._reader import Quantity, Reader
from osseo.scenario.types import Person
from osseo.site.covariates import covariate_words
from osseo.units import MG_MOLAR_MASS

__all__ = ["PERSON_KEYS", "listed_under", "read_person"]

#: molar mass of 25-hydroxyvitamin D3, C27H44O2, from the atomic weights of record `salts` [g/mol]
_CALCIFEDIOL_MOLAR_MASS = 27 * 12.011 + 44 * 1.008 + 2 * 15.999

#: kidney disease is an eGFR below this, by the definition hip_gfr499 uses [mL/min/1.73m2]
_KIDNEY_DISEASE_EGFR = 60.0

_AMOUNT_PER_DAY = (("mmol/d", 1.0), ("mg/d", 1.0 / MG_MOLAR_MASS))
_MG_PER_DL = 10.0 / MG_MOLAR_MASS

_QUANTITIES = {
    "age": Quantity("a time", "58 y", (("y", 1.0),), 0.0, 120.0, "from 0 to 120 y"),
    "weight": Quantity("a mass", "70 kg", (("kg", 1.0),), 2.0, 350.0, "from 2 to 350 kg"),
    "egfr": Quantity(
        "a filtration rate scaled to body surface",
        "82 mL/min/1.73m2",
        (("mL/min", 1.0),),
        1.0,
        200.0,
        "from 1 to 200 mL/min/1.73m2",
        drop=r"\s*/\s*1\.73\s*m(2|²|\^2|\*\*2)",
    ),
    "serum_mg": Quantity(
        "a concentration of magnesium",
        "0.82 mmol/L or 2.0 mg/dL",
        (("mmol/L", 1.0), ("mg/dL", _MG_PER_DL)),
        0.2,
        5.0,
        "from 0.2 to 5 mmol/L",
    ),
    "mg_intake": Quantity(
        "magnesium from food a day",
        "280 mg/d or 11.5 mmol/d",
        _AMOUNT_PER_DAY,
        0.5,
        80.0,
        "from 0.5 to 80 mmol/d (12 to 1944 mg/d)",
    ),
    "urine_mg": Quantity(
        "magnesium in urine a day",
        "3.8 mmol/d or 92 mg/d",
        _AMOUNT_PER_DAY,
        0.05,
        40.0,
        "from 0.05 to 40 mmol/d (1.2 to 972 mg/d)",
    ),
    "vitamin_d": Quantity(
        "a concentration of 25-hydroxyvitamin D",
        "60 nmol/L or 24 ng/mL",
        (("nmol/L", 1.0), ("ng/mL", 1000.0 / _CALCIFEDIOL_MOLAR_MASS)),
        1.0,
        500.0,
        "from 1 to 500 nmol/L",
    ),
}
_NAMES = {"age": "age_y", "weight": "weight_kg"}

PERSON_KEYS = (
    "age", "sex", "kidney_disease", "egfr", "weight", "serum_mg", "mg_intake", "urine_mg",
    "vitamin_d", "smoker", "diabetes", "conditions", "drugs",
)  # fmt: skip


def read_person(reader: Reader, node: Node | None) -> Person | None:
    """Return the person, or None if age or sex could not be read.

    Kidney disease or an eGFR must be said: `unknown` is an answer, silence is not.
    """
    if node is None:
        return None
    parts = reader.mapping(node, PERSON_KEYS, required=("age", "sex"), hints=listed_under())
    numbers = {_NAMES.get(key, key): _read_number(reader, parts.get(key), key) for key in _QUANTITIES}
    sex = reader.choice(parts.get("sex"), ("female", "male"), "sex")
    kidney = _read_kidney(reader, node, parts, numbers["egfr"])
    others = {
        "smoker": reader.yes_no(parts.get("smoker")),
        "diabetes": reader.yes_no(parts.get("diabetes")),
        "conditions": _names(reader.texts(parts.get("conditions"))),
        "drugs": _names(reader.texts(parts.get("drugs"))),
    }
    if numbers["age_y"] is None or sex is None:
        return None
    return Person(sex=sex, kidney_disease=kidney, **numbers, **others)  # type: ignore[arg-type]


def listed_under(place: str = "") -> dict[str, str]:
    """Return what moves healing and is no key of its own -> where to write it."""
    found = {}
    for kind in ("conditions", "drugs"):
        words = {w for wordings in covariate_words(kind).values() for w in wordings}
        found |= {word: f"write  {kind}: [{word}]{place}" for word in words}
    return found


def _read_number(reader: Reader, node: Node | None, key: str) -> float | None:
    if key == "egfr" and node is not None and isinstance(node.value, str):
        spec = _QUANTITIES[key]
        if "1.73" not in node.value:
            message = f'got "{node.value}"; expected {spec.what}, e.g. {spec.example}'
            reader.problem(node, message, "add /1.73m2 if that is how it was reported")
            return None
    return reader.quantity(node, _QUANTITIES[key])


def _names(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(" ".join(word.lower().replace("_", " ").split()) for word in words)


def _read_kidney(reader: Reader, node: Node, parts: dict[str, Node], egfr: float | None) -> str:
    if not isinstance(node.value, dict):
        return "unknown"
    if "kidney_disease" not in parts and "egfr" not in parts:
        place = Node(None, node.line, f"{node.path}.kidney_disease")
        reader.problem(place, "missing", "add  kidney_disease: yes, no or unknown  (or an egfr)")
        return "unknown"
    said = _kidney_word(reader, parts.get("kidney_disease"))
    if said == "no" and egfr is not None and egfr < _KIDNEY_DISEASE_EGFR:
        message = (
            f"got no, but an egfr of {egfr:g} is below {_KIDNEY_DISEASE_EGFR:g} mL/min/1.73m2, "
            "which is kidney disease"
        )
        reader.problem(parts["kidney_disease"], message, "say yes, or leave kidney_disease out")
    return said


def _kidney_word(reader: Reader, node: Node | None) -> str:
    if node is None:
        return "unknown"
    word = reader.text(node)
    if word is None:
        return "unknown"
    lowered = {"true": "yes", "false": "no"}.get(word.lower(), word.lower())
    if lowered in {"yes", "no", "unknown"}:
        return lowered
    reader.problem(node, f'got "{word}"; expected yes, no or unknown', "or give an egfr instead")
    return "unknown"
