from __future__ import annotations

import base64
import json
import re
from html.parser import HTMLParser

import pytest

from osseo.report import write_report
from osseo.report.html import plotly_script, render_report
from osseo.report.notice import NOTICE, STOP_NOTE

SECTIONS = (
    "1. Safety", "2. In short", "3. The difference", "4. The graft", "5. The body",
    "6. What matters more", "7. How sure", "8. Why", "9. Evidence used", "10. How to reproduce",
)  # fmt: skip
VOID = {"meta", "br", "link", "img", "input", "hr", "path"}


class Page(HTMLParser):
    """Collects what the tests ask about, and whether every element is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("script", "style"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def read(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    return page


@pytest.fixture(scope="module")
def html(sample) -> str:
    return render_report([sample.answer()])


@pytest.fixture(scope="module")
def page(html) -> Page:
    return read(html)


def test_every_element_is_closed(page):
    assert page.faults == [] and page.open == []


def test_sections_in_order(page):
    places = [page.text.index(name) for name in SECTIONS]
    assert places == sorted(places)


def test_notice_stands_before_everything(page):
    assert page.text.index("Not medical advice.") < page.text.index("1. Safety")
    assert NOTICE[20:] in page.text


def test_nothing_is_loaded_from_elsewhere(page):
    loading = {"src", "srcset", "data", "poster", "action", "background"}
    for tag, attributes in page.elements:
        assert loading.isdisjoint(attributes), (tag, attributes)
        target = attributes.get("href", "#")
        if tag == "a":
            assert target.startswith(("#", "data:text/csv", "https://", "http://"))
        else:
            assert "href" not in attributes, tag


def test_style_loads_nothing(html):
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style and "@import" not in style


def test_plotting_script_is_there_once(html):
    assert html.count(plotly_script()[:200]) == 1


def test_ids_are_unique_even_with_two_readings(sample):
    ids = [a["id"] for _, a in read(render_report(sample.two_readings())).elements if "id" in a]
    assert len(ids) == len(set(ids))


def test_every_figure_has_alternative_text_caption_and_data(page, html):
    names = [tag for tag, _ in page.elements]
    plots = [a for _, a in page.elements if a.get("class") == "plot"]
    assert len(plots) == names.count("figure") == names.count("figcaption") == 4
    assert all(a["role"] == "img" and len(a["aria-label"]) > 20 for a in plots)
    specs = json.loads(html.split('id="figure-specs">')[1].split("</script>")[0])
    assert sorted(specs) == sorted(a["id"] for a in plots)
    downloads = {a["download"] for _, a in page.elements if "download" in a}
    assert {f"{a['id']}.csv" for a in plots} <= downloads


def test_captions_say_which_uncertainty(html):
    captions = [part.split("</figcaption>")[0] for part in html.split("<figcaption>")[1:]]
    assert all("uncertainty" in c or "parameters" in c for c in captions)


def test_pictures_have_alternative_text(page):
    pictures = [a for tag, a in page.elements if tag == "svg"]
    assert len(pictures) >= 6 + 3 + 3 + 5
    assert all(a["role"] == "img" and a["aria-label"] for a in pictures)


def test_downloads_are_the_data(page):
    links = {a["download"]: a["href"] for _, a in page.elements if "download" in a}
    text = base64.b64decode(links["endpoints.csv"].split("base64,")[1]).decode()
    assert text.splitlines()[1].startswith(",reported,new_bone_frac,new bone,%,60")


def test_words_of_the_user_are_escaped(page, html):
    assert "Does magnesium glycinate help this <sinus> graft?" in page.text
    assert "<sinus>" not in html


def test_evidence_is_linked_and_absent_records_are_said(page):
    assert "no record of this id in the shipped evidence" in page.text  # froum2006 is made up
    links = [a["href"] for tag, a in page.elements if tag == "a" and a["href"].startswith("http")]
    assert len(links) >= 3


def test_command_seed_and_scenario_can_be_repeated(page):
    for words in ("osseo answer examples/sinus-xenograft.yaml --seed 7", "a1b2c3d4e5f6", "age: 58 y"):
        assert words in page.text


def test_hard_stop_holds_safety_and_notice_only(sample):
    html = render_report([sample.answer(stopped=True)])
    page = read(html)
    assert STOP_NOTE in page.text and NOTICE[20:] in page.text and "1. Safety" in page.text
    assert all(name not in page.text for name in SECTIONS[1:])
    assert len(html) < 30_000 and "<script" not in html and "%" not in page.text


def test_two_readings_are_asked_first(sample):
    text = read(render_report(sample.two_readings())).text
    assert text.index("Which one is it?") < text.index("1. Safety")
    assert text.count("1. Safety") == 2


def test_failed_answer_shows_no_number(sample):
    text = read(render_report([sample.failed_answer()])).text
    assert "not computed" in text and "200 of 200 draws failed" in text
    assert not re.search(r"\bnan\b", text)


def test_file_is_written_whole_into_a_new_folder(sample, tmp_path):
    path = write_report([sample.stopped_answer()], tmp_path / "a" / "b")
    assert path == tmp_path / "a" / "b" / "report.html"
    assert [p.name for p in path.parent.iterdir()] == ["report.html"]


def test_a_withheld_row_says_why_it_has_no_probability(sample):
    page = render_report([sample.answer(rows=(sample.row(margin=None, withheld="no record"),))])
    assert "not calibrated: no conclusion" in page
    known = render_report([sample.answer(rows=(sample.row(),))])
    assert "not calibrated" not in known
    assert page.count("no smallest difference is set") == known.count("no smallest difference is set")
