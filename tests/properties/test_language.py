"""Damaged model text never gets past the door in another way than as a ModelError."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from osseo.errors import ModelError
from osseo.language import load_model_files
from osseo.language.library import model_folder

SOURCE = (model_folder() / "teaching_magnesium.ant").read_text(encoding="utf-8")
LINES = SOURCE.splitlines(keepends=True)
DAMAGE = st.sampled_from([*'x1();*= \n"é', "", ":=", "mmol", "end\n", "/*", "//"])


@st.composite
def damaged(draw):
    """Replace, drop or repeat a stretch of the teaching model."""
    start = draw(st.integers(0, len(SOURCE) - 1))
    length = draw(st.integers(0, 12))
    return SOURCE[:start] + draw(DAMAGE) + SOURCE[start + length :]


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(source=damaged())
def test_damaged_text_loads_or_is_refused_with_places(tmp_path, source):
    path = tmp_path / "teaching_magnesium.ant"
    path.write_text(source, encoding="utf-8")
    try:
        ir = load_model_files([path], "damaged", "body")
    except ModelError as error:
        assert error.issues
        assert all(i.where.startswith("teaching_magnesium.ant") for i in error.issues)
        assert all(i.message.strip() for i in error.issues)
    else:
        assert len(ir.rates) == len(ir.initial) == len(ir.states)


@pytest.mark.parametrize("is_dropped", [True, False], ids=["dropped", "repeated"])
def test_a_lost_or_repeated_line_is_never_silently_another_model(tmp_path, is_dropped):
    """It is refused, or the model is the same; only a role or tag may be lost unseen."""
    path = tmp_path / "teaching_magnesium.ant"
    whole = load_model_files([model_folder() / path.name], "whole", "body")
    for i_line, line in enumerate(LINES):
        lines = [*LINES[:i_line], *([] if is_dropped else [line, line]), *LINES[i_line + 1 :]]
        path.write_text("".join(lines), encoding="utf-8")
        try:
            ir = load_model_files([path], "whole", "body")
        except ModelError:
            continue
        assert ir.hash == whole.hash or (is_dropped and " notes " in line), line
