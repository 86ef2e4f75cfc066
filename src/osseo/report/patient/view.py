"""The sentences of a patient page, made from its data: one view for HTML and terminal alike."""

from __future__ import annotations

from dataclasses import dataclass

from osseo.answer.patient.types import Crowd, Dose, Eating, FoodStep, PatientPage, Plan
from osseo.answer.result import EndpointRow
from osseo.nutrition.day import Collision, Schedule
from osseo.report.numbers import show, show_median, show_range
from osseo.report.patient.nutrients import NutrientRow, nutrient_notes, nutrient_rows
from osseo.report.patient.style import LEVEL_WORDS, Style, style_of
from osseo.units import MG_MOLAR_MASS

__all__ = ["Shown", "Slot", "View", "view_of"]

_GRADES = {
    "high": "strong",
    "moderate": "fair",
    "low": "weak",
    "very low": "very weak",
    "very-low": "very weak",
    "assumed": "partly assumed",
}
_OWN_NOTE = "Magnesium at "
#: [1] share of a sum on unmeasured values that is worth a sentence
_TOLD = 0.05


@dataclass(frozen=True)
class Shown:
    """One safety finding as shown: level in words, whole text, number, records."""

    level: str
    word: str
    text: str
    number: str
    records: tuple[str, ...]


@dataclass(frozen=True)
class Slot:
    """One time of the day: when, the meal if any, and what is swallowed."""

    clock: str
    meal: str
    taken: tuple[str, ...]


@dataclass(frozen=True)
class View:
    """Everything a page says, as sentences; empty parts are not shown."""

    page: PatientPage
    style: Style
    title: str
    who: str
    findings: tuple[Shown, ...]
    short: tuple[str, ...]
    intake: tuple[str, ...] = ()
    foods: tuple[str, ...] = ()
    dose: tuple[str, ...] = ()
    dose_title: str = ""
    slots: tuple[Slot, ...] = ()
    slots_note: tuple[str, ...] = ()
    collision: str = ""
    when: tuple[str, ...] = ()
    blood: tuple[tuple[str, str, str, str], ...] = ()
    reach: str = ""
    graft: tuple[str, ...] = ()
    graft_rows: tuple[tuple[str, str, str, str], ...] = ()
    ladder: tuple[tuple[str, str, str], ...] = ()
    compared: str = ""
    nutrients: tuple[NutrientRow, ...] = ()
    nutrients_note: tuple[str, ...] = ()


def _sentence(figure: str) -> str:
    """Return a figure of a finding as the sentence it stands as here."""
    return figure[:1].upper() + figure[1:]


def view_of(page: PatientPage) -> View:
    """Return the view of a page; a stopped one keeps safety, labels and questions only."""
    style = style_of(page)
    name = page.profile.name
    base = View(
        page=page,
        style=style,
        title=f"Magnesium and your operation{f': {name}' if name else ''}",
        who=_who(page, style),
        findings=tuple(
            Shown(f.level, LEVEL_WORDS[f.level], f.text, _sentence(f.number), f.records) for f in page.safety
        ),
        short=_short(page, style),
    )
    if page.stopped or page.plan is None or page.eating is None:
        return base
    plan, eating = page.plan, page.eating
    slots, notes, collision = _day(page, style)
    return View(
        page=page,
        style=style,
        title=base.title,
        who=base.who,
        findings=base.findings,
        short=base.short,
        intake=_intake(eating),
        foods=tuple(_food(step) for step in plan.foods),
        dose_title=_dose_title(plan),
        dose=_dose_lines(plan),
        slots=slots,
        slots_note=notes,
        collision=collision,
        when=_when(plan, style, page.profile.operation.days_until is not None),
        blood=_blood(page, style),
        reach=_reach(page, style),
        graft=_graft(page),
        graft_rows=_graft_rows(page),
        ladder=_ladder(page),
        compared=_compared(page),
        nutrients=nutrient_rows(page),
        nutrients_note=nutrient_notes(page),
    )


def _who(page: PatientPage, style: Style) -> str:
    profile = page.profile
    parts = [f"{profile.person.age_y:.0f} years, {profile.person.sex}", profile.operation.label]
    if style.surgery is not None:
        parts.append(f"planned for {style.date(style.surgery)}")
    if style.today is not None:
        parts.append(f"page made {style.date(style.today)}")
    return " · ".join(parts)


def _short(page: PatientPage, style: Style) -> tuple[str, ...]:
    """Return the page in two sentences."""
    if page.stopped:
        now = any(product.servings_a_day > 0 for product in page.profile.products)
        return (
            "Do not take a magnesium supplement on your own. There is no plan and no schedule on this page.",
            *(("You take magnesium now: ask your doctor today whether to stop it.",) if now else ()),
            "Show this page to your doctor, and ask the questions below.",
        )
    plan = page.plan
    if plan is None:
        return ()
    first = any(f.level == "refer" for f in page.safety)
    lines = ["Before anything else, ask your doctor about the points marked so above."] if first else []
    lines.append(_plan_sentence(plan, page.eating is not None and not page.eating.is_cohort))
    if _is_taking_too_much(page):
        lines.append("Pause the product you take now until you know what its label means.")
    change = page.change
    if change is not None and change.sentence:
        lines.append(f"{change.sentence} Safety and the points under “What matters more” come first.")
    elif change is not None and change.why_not:
        lines.append(f"osseo cannot answer for {change.why_not} yet, so it says nothing about your graft.")
    return tuple(lines)


def _is_taking_too_much(page: PatientPage) -> bool:
    """Whether, under a reading of the label, what is taken now passes the upper level."""
    limit = page.eating.limit if page.eating is not None else 0.0
    return any(reading.now_mg > limit for reading in page.readings)


def _plan_sentence(plan: Plan, is_own: bool) -> str:
    who = "You" if is_own else "No food was written down, but people like you"
    dose = f"{plan.dose.daily_mg:.0f} mg of magnesium a day from a supplement" if plan.dose else ""
    sentences = {
        "nothing": f"{who} eat about as much magnesium as you need: there is nothing to take.",
        "food": "A few changes of food are enough. You need no supplement if you make them.",
        "food and supplement": f"First change some food; then add {dose}.",
        "supplement": f"Food alone is hard to change for you: take {dose}.",
        "ask first": "Ask your doctor before you take anything.",
    }
    text = sentences[plan.kind]
    return f"{text} No supplement until {plan.hold}." if plan.hold and plan.kind != "nothing" else text


def _intake(eating: Eating) -> tuple[str, ...]:
    lines = []
    if eating.diary is not None:
        days = "one day" if eating.days == 1 else f"{eating.days} days"
        lines.append(f"Your {days} of food adds up to {eating.diary:.0f} milligrams (mg) of magnesium a day.")
    source = f" ({eating.source})" if eating.source else ""
    lines.append(
        f"Your usual intake is about {eating.usual:.0f} mg a day, likely between {eating.low:.0f} and "
        f"{eating.high:.0f}{source}."
    )
    aim = "the amount that covers nearly everybody" if eating.kind == "RDA" else "what healthy people eat"
    gap = f"You miss about {eating.shortfall:.0f} mg" if eating.shortfall >= 1 else "You miss nothing"
    low, _, high = eating.missing
    spread = f" (between {low:.0f} and {high:.0f})" if high >= 1 else ""
    lines.append(f"Aim: {eating.target:.0f} mg a day, {aim}. {gap}{spread}.")
    if eating.diary and eating.imputed_frac >= _TOLD:
        lines.append(f"{eating.imputed_frac:.0%} of the sum rests on values nobody measured.")
    return tuple(lines)


def _food(step: FoodStep) -> str:
    if step.instead_of:
        return f"{step.food}, {step.portion}, in place of “{step.instead_of}”: {step.mg:.0f} mg more"
    return f"{step.food}, {step.portion}: {step.mg:.0f} mg{' – you like it' if step.liked else ''}"


def _dose_title(plan: Plan) -> str:
    if plan.dose is not None:
        return "Then a supplement"
    if plan.without_food is not None:
        return "Only if you cannot eat these: a supplement instead"
    return "Supplement: none"


def _dose_lines(plan: Plan) -> tuple[str, ...]:
    dose = plan.dose or plan.without_food
    if dose is None:
        return (f"None until {plan.hold}.",) if plan.hold and plan.kind != "nothing" else ()
    lines = [
        f"1 {dose.unit} = {dose.unit_mg:.0f} mg magnesium, as {dose.unit_salt_mg:.0f} mg {dose.salt}.",
        f"Take {_units(dose)}: {dose.daily_mg:.0f} mg of magnesium a day.",
        _splits(dose),
    ]
    if dose.above_limit:
        lines.append("This is above the upper level for supplements.")
    return (*lines, *plan.conditions)


def _units(dose: Dose) -> str:
    def count(n: int) -> str:
        return f"{n} {dose.unit}{'s' if n != 1 else ''}"

    where = "with a meal" if dose.split.with_meals else "between meals"
    if len(dose.units_at) == 1:
        return f"{count(dose.units_at[0])} once a day {where}"
    if len(set(dose.units_at)) == 1:
        return f"{count(dose.units_at[0])} {len(dose.units_at)} times a day {where}"
    return f"{', then '.join(count(n) for n in dose.units_at)} at {len(dose.units_at)} meals"


def _splits(dose: Dose) -> str:
    """Return what each way to take the dose lets in, the model's own figures."""
    meals = [s for s in dose.others if s.with_meals]
    words = {1: "all at once", 2: "in two parts", 3: "in three parts"}
    told = ", ".join(f"{words[s.times]} {s.absorbed_mg:.0f} mg" for s in meals)
    away = next((s for s in dose.others if not s.with_meals and s.times == dose.split.times), None)
    text = f"Your body gains of it, with meals: {told}"
    if away is not None and away.absorbed_mg > dose.split.absorbed_mg:
        text += f"; between meals {away.absorbed_mg:.0f} mg, but meals are easier on the gut"
    return f"{text}."


def _day(page: PatientPage, style: Style) -> tuple[tuple[Slot, ...], tuple[str, ...], str]:
    plan = page.schedule
    missing = tuple(
        f"Not placed, because no rule knows it: {name}. Ask your pharmacist." for name in page.unplaced
    )
    if isinstance(plan, Collision):
        remedies = " ".join(remedy.text for remedy in plan.remedies)
        return (), missing, f"{plan.sentence} {remedies}".strip()
    if not isinstance(plan, Schedule):
        return (), missing, ""
    slots = tuple(
        Slot(style.clock(s.minute), s.meal, tuple(taken.name for taken in s.taken)) for s in plan.sittings
    )
    off = [
        f"Magnesium at {style.clock(m)} is away from meals, because a drug is in the way."
        for m in plan.magnesium_off_meals
    ]
    moved = (
        []
        if page.times_kept
        else ["The times you take your drugs now do not fit; these fit. Ask before you move one."]
    )
    rules = [r.text for r in plan.rules if r.records]
    notes = [note for note in plan.notes if not note.startswith(_OWN_NOTE)]
    return slots, (*moved, *rules, *off, *notes, *missing), ""


def _when(plan: Plan, style: Style, is_dated: bool) -> tuple[str, ...]:
    if plan.kind in ("nothing", "ask first"):
        return ()
    lines = [f"Start: now, {style.day(plan.start_d)}." if is_dated else "Start: now."]
    if plan.dose is not None or plan.without_food is not None:
        pause = f"Pause the supplement: from {style.day(plan.pause_d)}"
        if plan.start_d >= plan.pause_d:
            pause = "Do not begin a supplement before the operation: it is too near"
        lines += [
            f"{pause}. This is expert opinion, not a trial.",
            "Tell the anaesthetist and the surgeon that you take magnesium, and ask whether to stop.",
            f"Begin again: {style.day(plan.resume_d)} at the earliest, when you eat as usual and your "
            "surgeon agrees.",
            f"Stop and ask again: {style.day(plan.stop_d)}. No trial we know lasted longer than 24 weeks."
            if is_dated
            else "Stop and ask again after 24 weeks: no trial we know lasted longer.",
        ]
    return (*lines, "The food can go on before and after the operation, unless your surgeon says otherwise.")


def _compared(page: PatientPage) -> str:
    """Return what is compared with what."""
    plan, change = page.plan, page.change
    if plan is None or change is None:
        return ""
    if change.is_what_if:
        daily = sum(rule.daily_mmol for rule in change.scenario.regimen) if change.scenario else 0.0
        return (
            "There is nothing to take. If you took a supplement up to the limit all the same, "
            f"{daily * MG_MOLAR_MASS:.0f} mg of magnesium a day, this is what it would do."
        )
    parts = [f"{plan.food_mg:.0f} mg a day more from food"] if plan.food_mg > 0 else []
    parts += [f"{plan.dose.daily_mg:.0f} mg a day from a supplement"] if plan.dose is not None else []
    return f"The plan ({' and '.join(parts)}) against eating as you do now."


def _blood(page: PatientPage, style: Style) -> tuple[tuple[str, str, str, str], ...]:
    """Return rows: what and when, without, with, difference with its 90 % range."""
    change = page.change
    if change is None:
        return ()
    rows = []
    for row in change.serum[:2]:
        gained = style.serum(row.difference.median, sign=True)
        spread = style.serum_range(row.difference, sign=True)
        rows.append(
            _blood_row(
                f"Magnesium in blood, {style.serum_short}", row, style.serum, f"{gained} ({spread})", style
            )
        )
    for row in change.urine[:1]:
        d = row.difference
        low, high = style.mg_a_day(d.low90, sign=True), style.mg_a_day(d.high90, sign=True)
        gained = f"{style.mg_a_day(d.median, sign=True)} ({low} to {high})"
        rows.append(_blood_row("Magnesium in urine, mg a day", row, style.mg_a_day, gained, style))
    return tuple(rows)


def _blood_row(label, row: EndpointRow, show_one, gained: str, style: Style) -> tuple[str, str, str, str]:
    when = style.relative(round(row.visit_d or 0.0))
    return f"{label}, {when}", show_one(row.without.median), show_one(row.with_regimen.median), gained


def _reach(page: PatientPage, style: Style) -> str:
    change = page.change
    if change is None or change.serum_change is None:
        return ""
    rise = style.serum(change.serum_change.median, sign=True)
    spread = style.serum_range(change.serum_change, sign=True)
    text = f"Before the operation, blood magnesium changes by about {rise} ({spread}) {style.serum_unit}"
    if change.days_to_reach is None:
        return f"{text}: too little for a laboratory to see."
    days = f"{change.days_to_reach:.0f} day{'s' if change.days_to_reach != 1 else ''}"
    return (
        f"{text}; nine tenths of that is there after {days}. Bones and muscles fill more slowly, over months."
    )


def _graft(page: PatientPage) -> tuple[str, ...]:
    change = page.change
    if change is None:
        return ()
    if change.why_not:
        return (
            f"osseo cannot answer for {change.why_not} yet. It has no measured healing to check itself "
            "against, so it does not guess. The blood and urine above do not depend on the operation.",
        )
    grade = _GRADES.get(change.grade, change.grade)
    return (
        change.sentence,
        *(_crowd(crowd) for crowd in change.crowds),
        f"How sure: the evidence behind this is {grade}. No trial of magnesium tablets in people with a bone "
        "graft was found.",
    )


def _crowd(crowd: Crowd) -> str:
    unit = {"%": "percentage points", "d": "days"}.get(crowd.unit, crowd.unit)
    when = "" if crowd.visit_d is None else f" on day {crowd.visit_d:.0f}"
    return (
        f"Of 100 people like you, {crowd.same} see no difference that counts in {crowd.label}{when} "
        f"(more than {crowd.margin:.2g} {unit}); {crowd.better} do better, {crowd.worse} do worse."
    )


def _graft_rows(page: PatientPage) -> tuple[tuple[str, str, str, str], ...]:
    change = page.change
    if change is None or change.why_not:
        return ()
    return tuple(_graft_row(row) for row in change.rows if row.margin is not None)


def _graft_row(row: EndpointRow) -> tuple[str, str, str, str]:
    when = "" if row.visit_d is None else f", day {row.visit_d:.0f}"
    gained = show_median(row.difference, row.unit, signed=True)
    spread = show_range(row.difference, row.unit, signed=True)
    return (
        f"{row.label[:1].upper()}{row.label[1:]}{when} ({_unit(row.unit)})",
        show(row.without.median, row.unit),
        show(row.with_regimen.median, row.unit),
        f"{gained} {spread}",
    )


def _unit(unit: str) -> str:
    return {"%": "per cent", "d": "days"}.get(unit, unit)


def _ladder(page: PatientPage) -> tuple[tuple[str, str, str], ...]:
    if page.change is None:
        return ()
    kinds = {"association": "seen together, not proven to be the cause", "cause": "tested in a trial"}
    return tuple(
        (r.name, r.text, f"{kinds.get(r.kind, r.kind)}; {_GRADES.get(r.grade, r.grade)} evidence")
        for r in page.change.ladder
    )
