"""Answers made by hand, for the layout of edge cases only (NaN, hard stop, two readings).

The numbers are shapes to draw, not results; what osseo computes is tested on real answers.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from osseo.answer.result import (
    AnswerResult,
    Blank,
    ChainLink,
    EndpointRow,
    Finding,
    Interval,
    LadderRung,
    Series,
    StudyPoint,
)

NAN = float("nan")


def interval(centre: float, spread: float) -> Interval:
    return Interval(centre, centre - 0.4 * spread, centre + 0.4 * spread, centre - spread, centre + spread)


def row(visit: float | None = 180.0, **changes: object) -> EndpointRow:
    base = EndpointRow(
        "new_bone_frac",
        "new bone",
        "%",
        visit,
        interval(28, 8),
        interval(28.3, 8),
        interval(0.3, 1.2),
        1,
        4.0,
        0.97,
        0.02,
        0.004,
        0.03,
        0.61,
        0.82,
    )
    base = replace(base, mean_effect=interval(0.3, 0.7))
    return replace(base, **changes)


def curve(name: str, label: str, unit: str, height: float) -> Series:
    time = np.linspace(-56, 365, 80)
    level = height * (1 + 0.2 * np.tanh(time / 90))
    band = np.stack([level, level * 0.95, level * 1.05, level * 0.85, level * 1.15])
    return Series(name, label, unit, time, band, band * 1.02)


def rows() -> tuple[EndpointRow, ...]:
    days = row(
        None,
        endpoint="days_to_placement",
        label="days to placement",
        unit="d",
        better=-1,
        margin=7.0,
        without=interval(165, 30),
        with_regimen=interval(164, 30),
        difference=interval(-0.6, 4),
    )
    visits = tuple(row(float(d)) for d in (60, 120, 180, 365))
    return (*visits, days)


def body_rows() -> tuple[EndpointRow, ...]:
    serum = row(
        0.0,
        endpoint="serum_mg",
        label="serum Mg",
        unit="mmol/L",
        margin=None,
        p_too_small=NAN,
        p_gain=NAN,
        p_loss=NAN,
        share_gain=NAN,
        p_positive=NAN,
        without=interval(0.846, 0.09),
        with_regimen=interval(0.876, 0.09),
        difference=interval(0.03, 0.02),
    )
    return (serum,)


def findings() -> tuple[Finding, ...]:
    return (
        Finding(
            "warn",
            "upper_level",
            "above the upper level for supplements (EU 250, US 350 mg/d)",
            "400 mg/d",
            ("iom1997_ul",),
        ),
        Finding("tell", "anaesthesia", "tell the anaesthetist about magnesium taken before surgery"),
        Finding("note", "kidney", "kidney function: as stated, no disease"),
    )


def answer(**changes: object) -> AnswerResult:
    base = AnswerResult(
        question="Does magnesium glycinate help this <sinus> graft?",
        headline="sinus lift, xenograft (DBBM) - 400 mg Mg/d as glycinate from day -56 against none",
        reading="",
        sentence="For someone like this, the supplement would most likely change the graft by too "
        "little to matter.",
        stopped=False,
        safety=findings(),
        rows=rows(),
        body_rows=body_rows(),
        prior_sets={
            "sceptical": (row(difference=interval(0.1, 0.4)),),
            "neutral": (row(),),
            "as_advertised": (row(difference=interval(5.1, 1.2), p_too_small=0.1, p_gain=0.9),),
        },
        status_sensitivity=(
            (7.0, interval(0.4, 1.4)),
            (28.0, interval(0.3, 1.2)),
            (140.0, interval(0.1, 0.6)),
        ),
        dominates=(("magnesium_links.osteoblast_e_high", 0.71), ("people.serum_mg", 0.12)),
        blanks=(Blank("serum_mg", "cohort", ("jiao2026",), 0.12), Blank("egfr", "assumed by age", (), NAN)),
        weakest_grade="very low",
        weakest_names=("magnesium_links.osteoblast_e_high",),
        weakest_records=("zhang2016",),
        matters_more=(
            LadderRung(
                "not smoking",
                "graft failure is about twice as frequent in smokers",
                "association",
                "low",
                ("li2021smoke",),
            ),
            LadderRung(
                "graft choice", "autograft heals faster and loses more volume", "cause", "moderate", ()
            ),
        ),
        chain=(
            ChainLink("dose", "supplement", "mg/d", 0.0, 400.0),
            ChainLink("absorbed", "absorbed magnesium", "mmol/d", 4.2, 6.1),
            ChainLink("serum", "serum Mg", "mmol/L", 0.846, 0.876),
            ChainLink("field", "osteoblasts, relative", "1", 1.0, 1.01),
            ChainLink("endpoint", "new bone day 180", "%", 28.0, 28.3),
        ),
        series=(
            curve("new_bone", "New bone", "%", 25),
            curve("graft", "Residual graft", "%", 30),
            curve("serum_mg", "Serum magnesium", "mmol/L", 0.85),
            curve("urine_mg", "Urine magnesium", "mmol/d", 4.2),
        ),
        study_points=(
            StudyPoint("new_bone", "froum2006", 180.0, 28.0, 8.0, "core, 6 months", "calibration"),
            StudyPoint("serum_mg", "joris2016", 100.0, 0.87, None, "350 mg/d", "validation", "95 % interval"),
        ),
        not_informed=("magnesium_links.osteoblast_e_high",),
        evidence=("froum2006", "joris2016", "jiao2026"),
        n_draws=200,
        n_failed=1,
        seed=7,
        model_hash="a1b2c3d4e5f6",
        scenario_hash="0f0e0d0c",
        version="0.1.0",
        command="osseo answer examples/sinus-xenograft.yaml --seed 7",
        notes=("sites without calibration refuse to conclude",),
        scenario={"question": "Does it help?", "person": {"age": "58 y", "sex": "female"}},
    )
    return replace(base, **changes)


def failed_answer() -> AnswerResult:
    """Every draw failed: all figures are NaN."""
    none = Interval(NAN, NAN, NAN, NAN, NAN)
    lost = row(
        180.0,
        without=none,
        with_regimen=none,
        difference=none,
        p_too_small=NAN,
        p_gain=NAN,
        p_loss=NAN,
        share_gain=NAN,
        p_positive=NAN,
        prior_driven_share=NAN,
        n_failed=200,
    )
    return answer(rows=(lost,), body_rows=(), prior_sets={"neutral": (lost,)}, n_failed=200)


def stopped_answer() -> AnswerResult:
    stop = Finding(
        "stop",
        "egfr_below_30",
        "kidney filtration below 30: magnesium can build up to dangerous levels",
        "eGFR 22",
        ("kdigo2024",),
    )
    return AnswerResult(
        question="Does it help?",
        headline="sinus lift",
        reading="",
        sentence="",
        stopped=True,
        safety=(stop,),
        seed=7,
        model_hash="a1b2c3d4",
        version="0.1.0",
        command="osseo answer x.yaml",
    )


def two_readings() -> tuple[AnswerResult, AnswerResult]:
    return answer(reading="elemental"), answer(reading="salt", safety=findings()[1:])
