"""The messages of the language door: where, got, expected, do this next."""

import pytest

from osseo.errors import ModelError, OsseoError
from osseo.language import load_model_files

WRONG = """model wrong
  const inflow; inflow has mmol_per_h
  const k = 0.7; k has per_d
  amount = 0; amount has mmol
  amount' = inflow - k * amuont
  odd := 2 * inflow
end
"""


@pytest.fixture
def message(tmp_path):
    path = tmp_path / "wrong.ant"
    path.write_text(WRONG, encoding="utf-8")
    with pytest.raises(ModelError) as caught:
        load_model_files([path], "wrong", "body")
    return str(caught.value)


def test_the_head_counts_problems_and_says_what_was_not_done(message):
    assert message.startswith("model wrong: ")
    assert "no model was loaded" in message.splitlines()[0]


@pytest.mark.parametrize(
    "line",
    [
        "wrong.ant:3: wrong.k: value 0.7 is given in model text; numbers live in a parameter table; "
        "leave `const NAME` without a value",
        "wrong.ant:5: wrong.amuont: is not declared; did you mean amount?",
        "wrong.ant:6: wrong.odd: number 2 in a formula; only 0, 1 and exponents are allowed; "
        "make it a named parameter with a unit",
        "wrong.ant:6: wrong.odd: has no unit; add: odd has UNIT",
        'wrong.ant:6: wrong.odd: is never used; remove it, or report it: notes "role: output"',
    ],
)
def test_each_problem_is_one_line_with_place_and_remedy(message, line):
    assert f"  {line}" in message.splitlines()


def test_no_traceback_of_a_parser_reaches_the_user(tmp_path):
    path = tmp_path / "broken.ant"
    path.write_text("model broken\n  const a; a has mmol\n  x := a + \n", encoding="utf-8")
    with pytest.raises(OsseoError, match=r"broken\.ant:3: "):
        load_model_files([path], "broken", "body")
