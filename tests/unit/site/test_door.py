"""The procedure part of a scenario: fixation, adjuncts, levels, sizes in the word of the site."""

import pytest

from osseo.errors import InputError
from osseo.scenario.content import scenario_hash
from osseo.scenario.door import parse_scenario


def scenario(procedure):
    return {
        "person": {"age": "58 y", "sex": "female", "kidney_disease": False},
        "procedure": procedure,
        "regimen": [{"salt": "citrate", "dose": "300 mg", "as": "elemental", "to": "90 d"}],
    }


def read(procedure):
    return parse_scenario(scenario(procedure)).procedure


def problems(procedure):
    with pytest.raises(InputError) as caught:
        read(procedure)
    return " ".join(str(caught.value).split())


SPINE = {"site": "plf", "graft": {"material": "local_bone", "span": "28 mm"}}


def test_what_may_be_said_of_a_procedure():
    found = read({**SPINE, "fixation": "none", "levels": 2, "adjuncts": ["BMP-2", "prp"]})
    assert (found.site, found.material, found.size_mm) == ("spine_posterolateral", "autograft_local", 28.0)
    assert (found.fixation, found.levels, found.adjuncts) == ("none", 2, ("prp", "rhbmp2"))
    one = read({"site": "sinus_lift", "graft": {"material": "dbbm"}, "adjunct": "l-prf"})
    assert one.adjuncts == ("prf",) and one.fixation == "" and one.levels == 1


def test_saying_the_default_changes_no_hash():
    plain, said = (
        parse_scenario(scenario({**SPINE, **more}))
        for more in ({}, {"fixation": "instrumented", "levels": 1})
    )
    assert plain.procedure == said.procedure
    assert scenario_hash(plain) == scenario_hash(said)
    other = parse_scenario(scenario({**SPINE, "fixation": "none"}))
    assert scenario_hash(other) != scenario_hash(plain)


def test_every_problem_is_told_at_once_with_a_near_name():
    text = problems(
        {
            "site": "spine_posterolateral",
            "graft": {"material": "autograft_locl", "span": "300 mm"},
            "fixation": "instrumentd",
            "levels": 7,
            "adjuncts": ["rhbmp", "prf", "prf"],
        }
    )
    for part in (
        "did you mean autograft_local",
        "from 20 to 40 mm (span between the transverse processes)",
        'has no fixation "instrumentd" did you mean instrumented',
        "expected a whole number from 1 to 4",
        'unknown adjunct "rhbmp"; did you mean rhbmp2',
        "prf is given twice; name each adjunct once",
    ):
        assert part in text, part


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"fixation": "plate"}, 'socket has no fixation "plate"; it knows one way only, leave it out'),
        ({"levels": 2}, "one place, not several levels; leave levels out"),
        ({"adjunct": "prf", "adjuncts": ["prp"]}, "adjuncts are given twice"),
        ({"adjunt": "prf"}, 'unknown key "adjunt"; did you mean adjunct'),
    ],
)
def test_one_problem(more, message):
    assert message in problems({"site": "socket", "graft": "none", **more})


def test_an_odd_graft_is_read_and_a_nonsense_one_is_not():
    assert read({"site": "spine_cervical", "graft": {"material": "dbbm"}}).material == "dbbm"
    assert 'unknown material "dbmm"; did you mean dbm or dbbm' in problems(
        {"site": "spine_cervical", "graft": {"material": "dbmm"}}
    )


def test_a_mixture_written_into_a_scenario_is_sent_to_the_grafts_that_are_mixtures():
    for graft in ({"material": {"dbbm": 0.7, "fdba": 0.2}}, {"mixture": {"dbbm": 0.7}, "height": "8 mm"}):
        text = problems({"site": "sinus_lift", "graft": graft})
        assert "1 problem" in text and "a mixture is a graft of its own" in text and "dbbm_autograft" in text


def test_one_level_may_be_said_where_there_are_no_levels():
    assert read({"site": "sinus_lift", "graft": "dbbm", "levels": 1}).levels == 1


def test_what_moves_healing_is_sent_to_where_it_is_written():
    assert "conditions: [open fracture] under person" in problems(
        {"site": "fracture_tibia", "graft": "none", "open_fracture": True}
    )
    with pytest.raises(InputError, match=r"conditions: \[osteoporosis\]"):
        document = scenario(SPINE)
        document["person"]["osteoporosis"] = True
        parse_scenario(document)
