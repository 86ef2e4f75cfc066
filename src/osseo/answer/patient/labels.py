"""What a label means: elemental magnesium against the mass of the salt, in plain words, both if unsaid."""

from __future__ import annotations

from osseo.answer.patient.types import LabelReading
from osseo.scenario.profile.types import Product

__all__ = ["read_label"]


def read_label(product: Product, limit_mg: float) -> tuple[LabelReading, ...]:
    """Return the readings of a product, the likelier one (of the salt) first.

    Parameters
    ----------
    product : as read. limit_mg : [mg/d] upper level for supplements where the person lives.
    """
    readings = sorted(product.elemental_mg, reverse=True)
    return tuple(_one(product, reading, limit_mg) for reading in readings)


def _one(product: Product, reading: str, limit_mg: float) -> LabelReading:
    mg = product.unit_mg(reading)
    salt_mg = product.salt_mg[reading] / product.units
    text = f"1 {product.serving} = {mg:,.0f} mg magnesium, as {salt_mg:,.0f} mg {product.salt}"
    return LabelReading(
        reading=reading,
        unit=product.serving,
        unit_mg=mg,
        unit_salt_mg=salt_mg,
        text=text,
        verdict=_verdict(product, reading, mg, salt_mg, limit_mg),
        now_mg=product.servings_a_day * product.elemental_mg[reading],
        too_much=mg > limit_mg,
    )


def _verdict(product: Product, reading: str, mg: float, salt_mg: float, limit_mg: float) -> str:
    parts = []
    if mg > limit_mg:
        parts.append(
            f"One {product.serving} is above the limit for supplements ({limit_mg:.0f} mg a day). "
            "Do not take it on your own."
        )
    if reading == "elemental" and product.is_ambiguous and salt_mg > _HEAVY_MG:
        parts.append(
            f"That would be {salt_mg / 1000:.1f} g of powder in one {product.serving}, "
            f"more than a {product.serving} holds: unlikely."
        )
    now = product.servings_a_day * product.elemental_mg[reading]
    if now > limit_mg:
        parts.append(f"You take {now:.0f} mg a day: above the limit of {limit_mg:.0f} mg.")
    elif now > 0:
        parts.append(f"You take {now:.0f} mg a day: within the limit of {limit_mg:.0f} mg.")
    return " ".join(parts)


#: [mg] more powder than one capsule or tablet is made to hold; assumed, used only for the word "unlikely"
_HEAVY_MG = 1500.0
