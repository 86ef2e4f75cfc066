"""Damaged model text never gets past the door in another way than as a ModelError."""

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


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(i_line=st.integers(3, len(LINES) - 2), is_dropped=st.booleans())
def test_a_lost_or_repeated_line_is_never_silently_another_model(tmp_path, i_line, is_dropped):
    """A dropped or doubled statement is refused, or the model is the same or visibly smaller."""
    lines = LINES[:i_line] + LINES[i_line + 1 :] if is_dropped else LINES[:i_line] + LINES[i_line:][:1]
    lines += [] if is_dropped else LINES[i_line:]
    path = tmp_path / "teaching_magnesium.ant"
    path.write_text("".join(lines), encoding="utf-8")
    whole = load_model_files([model_folder() / path.name], "whole", "body")
    try:
        ir = load_model_files([path], "whole", "body")
    except ModelError:
        return
    same = ir.hash == whole.hash
    said = LINES[i_line].strip()
    tells = " notes " in said or " is " in said
    assert same or (is_dropped and tells), said
