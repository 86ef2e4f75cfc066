"""A light, permanent check of what axe-core checked once in Chromium: structure, names, colours, escaping."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

import osseo.report
from osseo.report.patient.page import render_patient
from osseo.report.patient.text import patient_lines

CSS = (Path(osseo.report.__file__).parent / "templates" / "patient.css").read_text(encoding="utf-8")
VOID = {"meta", "link", "br", "img", "rect", "path", "circle"}
EVIL = "<script>alert(1)</script>\"'&{{ 7*7 }}\x1b[31m"


class Outline(HTMLParser):
    """Collects tags and checks that they nest."""

    def __init__(self, text: str):
        super().__init__()
        self.stack: list[str] = []
        self.tags: list[tuple[str, dict]] = []
        self.feed(text)
        assert self.stack == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag

    def all(self, name: str) -> list[dict]:
        return [attrs for tag, attrs in self.tags if tag == name]


def test_language_title_and_landmarks(example):
    page = Outline(render_patient(example))
    assert page.all("html")[0]["lang"] == ("en-US" if example.profile.style == "american" else "en-GB")
    for name in ("title", "main", "header", "footer", "h1"):
        assert len(page.all(name)) == 1
    assert any(a.get("name") == "viewport" and "user-scalable" not in a["content"] for a in page.all("meta"))


def test_headings_go_down_one_level_at_a_time(example):
    levels = [int(tag[1]) for tag, _ in Outline(render_patient(example)).tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_every_section_picture_and_header_cell_has_a_name(example):
    page = Outline(render_patient(example))
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    for section in page.all("section"):
        assert section["aria-labelledby"] in ids
    for picture in page.all("svg"):
        assert picture["role"] == "img"
        assert picture["aria-label"]
    assert all(cell["scope"] in ("row", "col") for cell in page.all("th"))


def test_it_works_offline(example):
    text = render_patient(example)
    assert "<script" not in text
    assert not re.search(r'(src|href)="|url\(|@import', text)


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * d for d in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def variables() -> dict[str, str]:
    return dict(re.findall(r"--(\w+): (#[0-9a-fA-F]{3,6});", CSS))


@pytest.mark.parametrize("name", ["ink", "soft", "stop", "warn", "with", "without"])
@pytest.mark.parametrize("ground", ["#fff", "box"])
def test_text_stands_out_from_its_ground(name, ground):
    colours = variables()
    assert contrast(colours[name], colours.get(ground, ground)) >= 4.5  # WCAG 2 AA, body text


def test_every_literal_text_colour_stands_out():
    for colour in re.findall(r"[ {;]color: (#[0-9a-fA-F]{3,6})", CSS):
        assert contrast(colour, "#fff") >= 4.5


def evil_profile(profile):
    from osseo.scenario.profile.types import Product

    product = Product(EVIL, "glycinate", EVIL, 1, {"elemental": 100.0}, {"elemental": 709.0}, 1.0)
    drugs = tuple(replace(drug, name=EVIL) for drug in profile.drugs)
    return replace(profile, name=EVIL, products=(product,), drugs=drugs)


def test_free_text_is_escaped_everywhere(page_of):
    page = page_of("lumbar-fusion-58")
    eating = replace(page.eating, lines=((EVIL, EVIL, 1.0),), source=EVIL, notes=(EVIL,))
    step = replace(page.plan.foods[0], instead_of=EVIL, food=EVIL, portion=EVIL, note=EVIL)
    dose = replace(page.plan.dose, unit=EVIL)
    reading = replace(page.readings[0], text=EVIL, verdict=EVIL, unit=EVIL)
    finding = replace(page.safety[0], text=EVIL, number=EVIL, records=(EVIL,))
    page = replace(
        page,
        profile=evil_profile(page.profile),
        eating=eating,
        plan=replace(page.plan, foods=(step,), dose=dose, notes=(EVIL,), hold=EVIL, conditions=(EVIL,)),
        readings=(reading,),
        safety=(finding,),
        unplaced=(EVIL,),
        questions=(EVIL,),
    )
    text = render_patient(page)
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "{{ 7*7 }}" in text
    Outline(text)
    assert "\x1b" not in "".join(patient_lines(page))


def test_units_are_spelt_out(page_of):
    text = render_patient(page_of("bottle-2000"))
    assert "milligrams (mg)" in text
    assert "milligrams per decilitre (mg/dL)" in text
    assert "millimoles per litre (mmol/L)" in render_patient(page_of("healthy-34"))
    assert "November 24, 2026" in text
    assert "24 November 2026" in render_patient(page_of("healthy-34"))
