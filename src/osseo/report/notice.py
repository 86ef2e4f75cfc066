"""The sentences every output must carry, in one place."""

from __future__ import annotations

__all__ = [
    "ADVERTISED_NOTE",
    "CHAIN_NOTE",
    "MARGIN_NOTE",
    "NOTICE",
    "NOTICE_SHORT",
    "PAIRED_NOTE",
    "READING_NAMES",
    "STOP_NOTE",
    "TWO_READINGS",
    "UNCALIBRATED_NOTE",
]

NOTICE = (
    "Not medical advice. osseo is a research model: it shows what published evidence and stated "
    "assumptions imply. It does not examine you and does not replace a doctor. Do not start, stop "
    "or change a supplement, a medicine or an operation because of this page; discuss it with the "
    "people who treat you."
)
NOTICE_SHORT = "Not medical advice."
STOP_NOTE = "No effect is shown for this person. Discuss magnesium with your doctor first."
MARGIN_NOTE = "m = smallest difference treated as real; no accepted MCID"
PAIRED_NOTE = (
    "levels are medians over patients (of fused, united, failed and operated: the",
    "share of patients); difference is the median of each patient against",
    "themselves (of those shares: its mean), so it need not equal that of the levels",
)
CHAIN_NOTE = "one typical patient at central values, so not the levels above"
UNCALIBRATED_NOTE = "not calibrated: no conclusion"
ADVERTISED_NOTE = (
    "as advertised = the one link strength that would give the healing gain some sellers claim; "
    "shown for comparison, never pooled"
)
TWO_READINGS = (
    "The dose does not say whether it is the mass of magnesium (elemental) or of the whole salt. "
    "Both are answered below. Which one is it? Add  as: elemental  or  as: salt  to the regimen."
)
READING_NAMES = {
    "elemental": "the dose read as elemental magnesium",
    "salt": "the dose read as the mass of the salt",
}
