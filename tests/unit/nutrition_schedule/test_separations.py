from __future__ import annotations

import re
from importlib.resources import files

import pytest
import yaml

from osseo.answer.safety import load_rules
from osseo.errors import EvidenceError, InputError
from osseo.evidence import load_record
from osseo.nutrition import separations as module
from osseo.nutrition.drugs import drug_classes, read_drugs, sort_drugs
from osseo.nutrition.separations import (
    interactions_of,
    load_effects,
    load_separations,
    load_takings,
    separation_between,
    taking_of,
)

RULES = load_separations()


def rows(name: str):
    return yaml.safe_load(files("osseo.nutrition").joinpath(name).read_text(encoding="utf-8"))


def the(name: str):
    (drug,) = read_drugs([name])
    return drug


def says(quote: str, value: float) -> bool:
    """Return whether a quote holds this number of hours, as hours or as minutes."""
    numbers = {float(n) for n in re.findall(r"\d+(?:\.\d+)?", quote)}
    return value in numbers or value * 60 in numbers


@pytest.mark.parametrize("rule", rows("separations.yaml"), ids=lambda r: r["id"])
def test_every_number_stands_in_the_words_quoted_from_its_record(rule):
    for source in rule["sources"]:
        for side in ("after_h", "before_h"):
            if side in source:
                assert says(source["quote"], source[side]), (rule["id"], source)
    quotes = rule.get("loss_quote", [])
    losses = " ".join([quotes] if isinstance(quotes, str) else quotes)
    for loss in rule.get("loss_pct", []):
        assert says(losses, loss) or says(losses, 100 - loss), rule["id"]
    assert bool(rule.get("loss_pct")) == bool(losses)
    if "left_pct" in rule:
        assert says(rule["left_quote"], rule["left_pct"])


@pytest.mark.parametrize("rule", rows("drug_taking.yaml"), ids=lambda r: r["id"])
def test_every_hour_of_taking_stands_in_a_quote(rule):
    quotes = " ".join(source["quote"] for source in rule["sources"])
    for key, value in rule.items():
        if key.endswith("_h"):
            assert says(quotes, value), (rule["id"], key)


def test_the_longest_source_wins_in_each_direction():
    for rule in RULES:
        general = [s for s in rule.sources if not s.drugs]
        if rule.never:
            continue
        assert rule.after_h == max(s.after_h for s in general if s.after_h is not None), rule.id
        assert rule.before_h == max(s.before_h for s in general if s.before_h is not None), rule.id
        assert rule.after_h > 0 and rule.before_h > 0


def test_bisphosphonate_follows_the_uk_label_and_shows_the_us_one():
    rule = separation_between(the("alendronate 70 mg weekly"), "magnesium")
    assert (rule.after_h, rule.before_h) == (4, 4)
    assert rule.shortest == (0.5, 2)
    assert {s.row for s in rule.sources} >= {"alendronate, risedronate", "bisphosphonates (UK SmPC)"}


@pytest.mark.parametrize(
    ("drug", "mineral", "after", "before"),
    [
        ("ciprofloxacin", "magnesium", 2, 6),
        ("dolutegravir", "magnesium", 2, 6),
        ("bictegravir", "magnesium", 2, 6),
        ("levothyroxine", "calcium", 4, 4),
        ("levothyroxine", "iron", 4, 4),
        ("doxycycline", "magnesium", 4, 4),
        ("gabapentin", "magnesium", 2, 2),
        ("nitrofurantoin", "magnesium", 4, 4),
        ("mycophenolate", "magnesium", 3, 3),
        ("digoxin", "magnesium", 3, 3),
        ("iron", "calcium", 2, 2),
        ("edetate disodium", "magnesium", 1.5, 1.5),
        ("dolutegravir", "calcium", 2, 6),
        ("juluca", "calcium", 4, 6),
    ],
)
def test_hours_of_named_drugs(drug, mineral, after, before):
    rule = separation_between(the(drug), mineral)
    assert (rule.after_h, rule.before_h) == (after, before)


def test_a_direction_no_source_gives_is_marked_as_assumed_with_a_reason():
    rule = separation_between(the("gabapentin"), "magnesium")
    assert rule.grade == "assumed"
    assert any("only the other order" in s.assumed for s in rule.sources)


def test_loss_is_given_where_a_study_measured_it():
    loss = {i.drug.text: i.separations[0].loss_pct for i in interactions_of(["dolutegravir", "bictegravir"])}
    assert loss == {"dolutegravir": (74, 74), "bictegravir": (79, 79)}
    assert separation_between(the("levothyroxine"), "magnesium").loss_pct is None


def test_a_drug_into_a_vein_needs_no_distance():
    assert separation_between(the("ibandronate iv"), "magnesium") is None
    assert taking_of(the("zoledronate")) is None


def test_a_mineral_has_no_distance_to_itself():
    assert separation_between(the("ferrous sulfate"), "iron") is None
    assert separation_between(the("ferrous sulfate"), "magnesium").after_h == 4


def test_class_name_alone_takes_the_strictest_of_its_class():
    assert taking_of(the("bisphosphonate")).food_after_h == 1
    assert taking_of(the("alendronate")).food_after_h == 0.5


@pytest.mark.parametrize("name", ["prednisone", "amlodipine"])
def test_a_known_drug_without_a_rule_says_so(name):
    (found,) = interactions_of([name])
    assert found.separations == () and "no distance to keep was found" in found.texts[0]


def test_drugs_that_change_magnesium_say_so():
    (found,) = interactions_of(["omeprazole 20 mg"])
    assert "low magnesium" in found.texts[0]
    assert {e.drug_class for e in load_effects()} <= set(drug_classes())


def test_all_unknown_drugs_are_named_at_once_with_near_names():
    with pytest.raises(InputError) as caught:
        interactions_of(["levothyroxin", "alendronate", "gabapentine", "zzzzzz"])
    text = str(caught.value)
    assert "did you mean levothyroxine" in text and "did you mean gabapentin" in text and "zzzzzz" in text
    assert len(caught.value.issues) == 3


def test_denied_and_double_minerals_are_not_believed():
    known, issues = sort_drugs(["no levothyroxine", "calcium with iron", "calcium channel blocker"])
    assert [k.mineral for k in known] == [""] and len(issues) == 2
    assert "name each mineral on its own" in str(issues[1])


def test_every_source_record_can_be_opened():
    for rule in (*RULES, *load_takings()):
        for source in rule.sources:
            assert load_record(source.record).id == source.record
            assert source.where


def test_words_that_do_not_stand_in_the_record_are_refused(monkeypatch):
    wrong = [{**rows("separations.yaml")[0], "sources": []}]
    wrong[0]["sources"] = [
        {"record": "interactions", "row": "ibandronate", "after_h": 9, "before_h": 9, "quote": "9 h"},
        {"record": "interactions", "row": "nothing", "after_h": 9, "quote": "9 h"},
    ]
    monkeypatch.setattr(module, "_read", lambda name: wrong)
    load_separations.cache_clear()
    try:
        with pytest.raises(EvidenceError, match=r"(?s)'9 h' does not stand.*has no row 'nothing'"):
            load_separations()
    finally:
        load_separations.cache_clear()


def test_safety_and_schedule_use_one_vocabulary():
    _, words = load_rules()
    assert words.drug_classes is drug_classes()


def test_safety_never_asks_for_less_than_the_schedule_keeps():
    """A person must not read 3 hours in a finding and 4 in the plan."""
    rules, _ = load_rules()
    spoken = {
        name: rule.text for rule in rules if rule.id.startswith("apart_") for name in rule.when["drug_class"]
    }
    for gap in RULES:
        if gap.mineral != "magnesium" or gap.never:
            continue
        text = spoken.get(gap.drug_class) or next(r.text for r in rules if r.id == gap.drug_class)
        hours = {float(n) for n in re.findall(r"(\d+(?:\.\d+)?) hour", text)}
        if gap.drug_class == "binder":
            assert "more than 1 hour" in text
        else:
            assert hours >= {max(gap.after_h, gap.before_h)}, (gap.id, text)


def syllables(word: str) -> int:
    return max(1, len(re.findall(r"[aeiouy]+", word.lower().removesuffix("e"))))


def test_the_sentences_for_people_read_at_about_twelve_to_fourteen_years():
    """Flesch-Kincaid grade of all reasons and advice together; drug names are not in them."""
    texts = [r.why for r in (*RULES, *load_takings())] + [e.text for e in load_effects()]
    n_sentences = sum(len(re.findall(r"[.;](?:\s|$)", text)) for text in texts)
    words = re.findall(r"[A-Za-z']+", " ".join(texts))
    grade = 0.39 * len(words) / n_sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    assert grade < 8, grade
    assert max(len(s.split()) for text in texts for s in re.split(r"[.;]", text)) <= 30
