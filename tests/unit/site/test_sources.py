"""What site, graft and adjunct files name as evidence exists; nothing kept for validation sets a number."""

import re
from pathlib import Path

import pytest

import osseo.site
from osseo.evidence.library import record_ids, record_role
from osseo.site import adjunct_names, load_adjunct, load_material, load_site, material_names, site_names

HERE = Path(osseo.site.__file__).parent
FILES = sorted(path for kind in ("sites", "materials", "adjuncts") for path in (HERE / kind).glob("*.yaml"))
PLACES = [*map(load_site, site_names()), *map(load_material, material_names())]
PLACES += map(load_adjunct, adjunct_names())


def named(text):
    known = set(record_ids())
    return {word for word in re.findall(r"[a-z][a-z0-9_]*\d[a-z0-9_]*", text) if word in known}


@pytest.mark.parametrize("place", PLACES, ids=lambda p: p.name)
def test_sources_of_numbers_are_records_that_may_set_them(place):
    rows = [*place.parameters, *(row for f in getattr(place, "fixations", ()) for row in f.parameters)]
    sources = {source for row in rows for source in row.source.split(";") if source}
    if hasattr(place, "size") and place.size.source:
        sources |= set(place.size.source.split(";"))
    own = getattr(place, "local_magnesium", None)
    sources |= {own.source} if own and own.source else set()
    assert sources <= set(record_ids())
    assert {source for source in sources if record_role(source) == "validation"} == set()


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_words_that_look_like_a_record_are_one(path):
    text = path.read_text(encoding="utf-8")
    looks = set(re.findall(r"\b[a-z]{3,}(?:19|20)\d\d[a-z_]*\b", text))
    assert looks <= set(record_ids())
    # a record kept for validation may only be named to say that it is kept
    for record in named(text):
        if record_role(record) == "validation":
            assert "kept for validation" in text, record
