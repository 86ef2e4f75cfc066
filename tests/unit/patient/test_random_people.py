"""Random people: whatever they are and take, no finding is lost, no limit passed, and stops hide plans."""

from __future__ import annotations

import html
import re
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from osseo.answer.patient import make_page
from osseo.nutrition.day import Collision, Schedule
from osseo.report.data import to_json
from osseo.report.patient.page import render_patient
from osseo.report.patient.text import patient_to_dict
from osseo.scenario.profile.door import parse_profile

DRUGS = (
    "alendronate 70 mg, levothyroxine, ciprofloxacin, doxycycline, dolutegravir, raltegravir, iron, "
    "warfarin, calcium carbonate, gabapentin, omeprazole, digoxin, denosumab, "
    "zoledronic acid, prednisolone, metformin"
).split(", ")
CLOCKS = ("6:00", "8:00", "12:30", "18:30", "22:00")
CONDITIONS = ("dialysis", "heart block", "crohn", "cancer", "odd thing", "bowel obstruction", "osteoporosis")
LABELS = ("magnesium glycinate 2,000 mg", "magnesium oxide 400 mg", "magnesium citrate, 60 mg elemental")

timed = st.fixed_dictionaries(
    {
        "name": st.sampled_from(DRUGS),
        "at": st.lists(st.sampled_from(CLOCKS), min_size=1, max_size=3, unique=True),
    }
)
people = st.fixed_dictionaries(
    {
        "region": st.sampled_from(["EU", "US"]),
        "person": st.fixed_dictionaries(
            {
                "age": st.sampled_from(["7 y", "18 y", "45 y", "80 y"]),
                "sex": st.sampled_from(["female", "male"]),
                "kidney_disease": st.sampled_from(["yes", "no", "no", "unknown"]),
                "conditions": st.lists(st.sampled_from(CONDITIONS), max_size=2, unique=True),
            }
        ),
        "procedure": st.fixed_dictionaries(
            {
                "site": st.sampled_from(["implant", "lumbar fusion", "hip revision"]),
                "in": st.sampled_from(["0 d", "5 d", "8 wk", "400 d"]),
            }
        ),
        "drugs": st.lists(timed, max_size=5, unique_by=lambda drug: drug["name"]),
        "diet": st.fixed_dictionaries(
            {
                "dislikes": st.lists(
                    st.sampled_from(["fish", "greens", "beans", "seeds", "grains"]), unique=True
                ),
                "day": st.just({"lunch": ["rice white cooked, 1 cup"]}),
            }
        ),
    },
    optional={
        "product": st.fixed_dictionaries({"label": st.sampled_from(LABELS), "taking": st.integers(0, 3)})
    },
)


def squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(person=people)
def test_whoever_it_is_the_page_is_whole_and_safe(person):
    page = make_page(parse_profile(person, date(2026, 11, 24)))
    shown = squeeze(html.unescape(re.sub(r"<[^>]*>", "", render_patient(page).partition("<body")[2])))
    for finding in page.safety:
        assert squeeze(finding.text) in shown
        assert squeeze(finding.number[:1].upper() + finding.number[1:]) in shown
    to_json(patient_to_dict(page))
    if page.stopped:
        assert any(finding.level == "stop" for finding in page.safety)
        assert (page.plan, page.schedule, page.change) == (None, None, None)
        return
    dose = page.plan.dose or page.plan.without_food
    if dose is not None:
        assert dose.daily_mg <= page.eating.limit
        assert isinstance(page.schedule, Schedule | Collision)
    if page.plan.hold:
        assert dose is None
        assert page.plan.hold in shown or page.plan.kind == "nothing"
    if isinstance(page.schedule, Schedule):
        for drug in person["drugs"]:
            assert drug["name"] in shown
