"""Properties of the record schema: nothing a file can say crashes the door or slips through it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from osseo.evidence import load_record, record_ids
from osseo.evidence.index import read_index
from osseo.evidence.record import as_number
from osseo.evidence.schema import RECORD_FIELDS, Checker, make_record

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def checked(data):
    check = Checker(str)
    return make_record(data, check), check.issues


@settings(max_examples=60, deadline=None)
@given(field=st.sampled_from(RECORD_FIELDS), value=plain)
def test_any_value_of_any_field_gives_a_record_and_issues_never_a_crash(field, value):
    _, content = read_index()["acdf_qct2025"]
    record, issues = checked({**content, field: value})
    assert all(issue.message and issue.severity in {"error", "warning"} for issue in issues)
    if field in {"kind", "seen", "use"} and value != content[field]:
        words = [issue for issue in issues if issue.where == str((field,))]
        assert words or value in {"rct", "fulltext", "calibration"}
    assert record.arms or field == "arms"


@settings(max_examples=30, deadline=None)
@given(record_id=st.sampled_from(record_ids()), key=st.text(min_size=1, max_size=8))
def test_an_unknown_key_is_always_kept_and_reported(record_id, key):
    content = read_index()[record_id][1]
    if key in content or key in RECORD_FIELDS:
        return
    record, issues = checked({**content, key: 1})
    assert record.extra[key] == 1
    assert any(repr(key) in issue.message and issue.severity == "warning" for issue in issues)


@given(value=plain)
def test_only_finite_numbers_are_numbers(value):
    number = as_number(value)
    if number is not None:
        assert not isinstance(value, bool | str | list | dict)
        assert number == value and abs(number) != float("inf")


@settings(max_examples=50, deadline=None)
@given(record_id=st.sampled_from(record_ids()))
def test_standard_errors_are_never_negative_and_recalled_rows_are_known(record_id):
    record = load_record(record_id)
    for result in record.results:
        assert result.standard_error is None or result.standard_error >= 0
        if record.seen == "recalled":
            assert result.is_recalled
