"""The parameter table door: strict columns, every problem of every row at once."""

import pytest

from osseo.errors import InputError, NameUnknown
from osseo.parameters import load_parameters, read_tables, table_names
from osseo.parameters.table import COLUMNS

HEAD = ",".join(COLUMNS) + "\n"
GOOD = "kidney.Tm,mmol/L,0.576,0.50,0.65,lognormal,parameter,low,rude1980,\n"


@pytest.fixture
def read(tmp_path):
    def read(*rows: str, head: str = HEAD, name: str = "made"):
        path = tmp_path / f"{name}.csv"
        path.write_text(head + "".join(rows), encoding="utf-8")
        return read_tables([path])

    return read


def test_a_row_is_read_as_written(read):
    p = read(GOOD)["kidney.Tm"]
    assert (p.value, p.lower, p.upper) == (0.576, 0.50, 0.65)
    assert (p.unit, p.distribution, p.layer) == ("mmol/L", "lognormal", "parameter")
    assert (p.grade, p.source, p.reason, p.where) == ("low", "rude1980", "", "made.csv:2")


def test_a_fixed_row_needs_no_range(read):
    p = read("a.n,1,3,,,fixed,parameter,assumed,,shape of the law\n")["a.n"]
    assert (p.lower, p.value, p.upper) == (3.0, 3.0, 3.0)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kidney.Tm", "Tm", "name 'Tm'; write module.quantity"),
        ("mmol/L", "mmool/L", "unknown unit 'mmool/L'"),
        ("mmol/L", "", "no unit"),
        ("0.576", "0,576", "got 11 cells, expected 10"),
        ("0.576", "high", "value is 'high'; write a number"),
        ("0.576", "nan", "value is 'nan'; write a number"),
        ("0.576", "0.7", r"value 0.7 is outside \[0.5, 0.65\]"),
        ("0.50", "", "lower is ''; write a number"),
        ("0.50", "0", "lognormal with lower 0"),
        ("0.576,0.50,0.65", "0.5,0.5,0.5", "lognormal without any width"),
        ("lognormal", "lognorm", "unknown distribution 'lognorm'; did you mean lognormal"),
        (",parameter,", ",patients,", "unknown layer 'patients'; did you mean patient"),
        (",low,", ",lo,", "unknown grade 'lo'"),
        ("rude1980", "", "no source; cite an evidence id"),
        ("low,rude1980", "assumed,", "assumed without a reason"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(read, old, new, said):
    with pytest.raises(InputError, match=rf"made\.csv:2: .*{said}"):
        read(GOOD.replace(old, new))


def test_columns_are_exact(read):
    head = HEAD.replace("grade", "grad").replace(",layer", "")
    with pytest.raises(InputError) as caught:
        read(GOOD, head=head)
    text = str(caught.value)
    assert "unknown column 'grad'; did you mean grade?" in text
    assert "missing column layer, grade" in text
    with pytest.raises(InputError, match="columns in another order"):
        read(head=",".join(reversed(COLUMNS)) + "\n")


def test_all_rows_of_all_files_are_reported_at_once(tmp_path):
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text(HEAD + GOOD + GOOD.replace("0.576", "x"), encoding="utf-8")
    two.write_text(HEAD + "\n" + GOOD, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_tables([one, two, tmp_path / "absent.csv"])
    assert [i.where.rpartition("/")[2] for i in caught.value.issues] == [
        "one.csv:3",
        "two.csv:3",
        "absent.csv",
    ]
    assert "kidney.Tm is given twice (first in one.csv:2)" in str(caught.value)


def test_unknown_table_offers_near_names():
    with pytest.raises(NameUnknown, match="unknown parameter table 'teachin'; did you mean teaching"):
        load_parameters("teachin")


def test_no_argument_loads_every_shipped_table():
    whole = load_parameters()
    assert "teaching" in table_names()
    for name in table_names():
        assert set(load_parameters(name)) <= set(whole)
    assert len(whole) == sum(len(load_parameters(name)) for name in table_names())
