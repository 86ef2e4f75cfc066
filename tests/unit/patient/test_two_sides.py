"""The page printed: two A4 sides in Chromium, where there is one; the loosest and the fullest example."""

from __future__ import annotations

import re

import pytest

from osseo.errors import MissingExtra
from osseo.report.patient import pdf as printing
from osseo.report.patient.page import write_patient
from osseo.report.patient.pdf import find_browser, print_pdf


def n_sides(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page[^s]", pdf))


@pytest.mark.skipif(find_browser() is None, reason="no browser of the Chromium family here")
@pytest.mark.parametrize("name", ["bottle-2000", "alendronate-67", "ckd-stage-4"])
def test_a_page_is_at_most_two_sides(page_of, name, tmp_path):
    html = write_patient(page_of(name), tmp_path)
    printed = print_pdf(html, tmp_path / "patient.pdf")
    assert 1 <= n_sides(printed.read_bytes()) <= 2


def test_without_a_browser_it_says_how_to_print(monkeypatch, tmp_path):
    monkeypatch.setattr(printing.shutil, "which", lambda name: None)
    with pytest.raises(MissingExtra, match="print it to PDF"):
        print_pdf(tmp_path / "page.html", tmp_path / "page.pdf")
