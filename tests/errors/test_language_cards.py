"""The messages of mechanism cards."""

import pytest
import yaml

from osseo.biology.registry import card, model_entry, read_card
from osseo.errors import ModelError, NameUnknown

GOOD = {
    "meaning": "Water runs down.",
    "symbols": {"h": "height"},
    "sources": ["rude1980"],
    "grade": "low",
    "limits": {"h -> 0": "no flow"},
    "wrong_if": "it runs up",
    "not_for": ["siphons"],
}


@pytest.fixture
def read(tmp_path):
    def read(data):
        path = tmp_path / "made.yaml"
        path.write_text(yaml.safe_dump(data), encoding="utf-8")
        return read_card(path)

    return read


def test_a_good_card_is_read_as_written(read):
    assert read(GOOD) == GOOD
    assert read(GOOD | {"equation": "q = k h"})["equation"] == "q = k h"


def test_all_that_is_wrong_is_shown_at_once(read):
    bad = {k: v for k, v in GOOD.items() if k != "limits"}
    with pytest.raises(ModelError) as caught:
        read(bad | {"source": [], "grade": "lo", "symbols": "h"})
    text = str(caught.value)
    for said in (
        "unknown key 'source'; did you mean sources?",
        "missing limits",
        "symbols is str, expected dict",
        "unknown grade 'lo'",
    ):
        assert said in text


def test_missing_or_odd_files(read, tmp_path):
    with pytest.raises(ModelError, match=r"none\.yaml: card cannot be read"):
        read_card(tmp_path / "none.yaml")
    with pytest.raises(ModelError, match="got list, expected a mapping"):
        read(["x"])


def test_unknown_names_offer_near_ones():
    with pytest.raises(NameUnknown, match="unknown module 'teaching_magnesum'; did you mean"):
        card("teaching_magnesum")
    with pytest.raises(NameUnknown, match="unknown model 'bodi'"):
        model_entry("bodi")
