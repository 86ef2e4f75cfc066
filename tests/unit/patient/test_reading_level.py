"""osseo's own sentences on the page are plain: school grade by the Flesch-Kincaid formula.

grade = 0.39 words per sentence + 11.8 syllables per word - 15.59; age is about grade + 5. Safety texts and
records have their own words and are left out.
"""

from __future__ import annotations

import re

import pytest

from osseo.answer.patient.settings import load_plan_file
from osseo.report.patient.view import view_of

#: grade 8 is read at about 13 years
MOST = 8.0


def syllables(word: str) -> int:
    groups = re.findall(r"[aeiouy]+", word.lower())
    return max(1, len(groups) - (len(groups) > 1 and bool(re.search(r"[^l]e$", word.lower()))))


def grade(sentences: list[str]) -> float:
    words = [re.findall(r"[A-Za-z']+", sentence) for sentence in sentences]
    words = [row for row in words if row]
    n = sum(map(len, words))
    return 0.39 * n / len(words) + 11.8 * sum(syllables(w) for row in words for w in row) / n - 15.59


def split(text: str) -> list[str]:
    return [s for s in re.split(r"(?<=[.?!:;])\s+", text) if s.strip()]


def test_the_formula_tells_plain_from_learned():
    plain = ["The cat sat on the mat.", "It was warm."]
    learned = [
        "Pharmacokinetic heterogeneity precludes extrapolation of concentration-dependent bioavailability."
    ]
    assert grade(plain) < 3 < 15 < grade(learned)


def test_a_page_is_plain(example):
    view = view_of(example)
    told = [*view.short, *view.intake, *view.dose, *view.when, *view.graft, *example.questions]
    assert grade([s for text in told for s in split(text)]) <= MOST


@pytest.mark.parametrize("part", ["partners", "stop_rules", "questions"])
def test_shipped_words_are_plain(part):
    data = load_plan_file()[part]
    if part == "partners":
        texts = [entry[key] for entry in data for key in ("do", "evidence", "together")]
    elif part == "stop_rules":
        texts = [entry["text"] for entry in data]
    else:
        texts = [*data["always"], *(text for key, text in data.items() if key != "always")]
    assert grade([s for text in texts for s in split(text)]) <= MOST
