"""A user's own study: the template, the CSV, the commands, and the worked example of the page, executed."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from osseo.cli.app import app
from osseo.errors import EvidenceError, InputError
from osseo.evidence import lint_records, read_record
from osseo.evidence.study_csv import COLUMNS
from osseo.evidence.vocabulary import map_arm, map_result
from osseo.evidence.vocabulary.template import study_template

PAGE = Path(__file__).parents[3] / "docs" / "evidence-own-study.md"
RUN = CliRunner()


def blocks(language):
    text = PAGE.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.M | re.S)


@pytest.mark.parametrize("name", ["my-trial_2026.yaml", "mytrial.csv"])
def test_the_template_is_sound_and_mapped(tmp_path, name):
    path = tmp_path / name
    done = RUN.invoke(app, ["evidence", "new", str(path)])
    assert done.exit_code == 0 and f"osseo evidence lint {path}" in done.output
    assert lint_records([path]) == []
    record = read_record(path)
    assert record.id == path.stem and len(record.arms) == 2
    assert all(map_result(record, r).is_mapped and not map_result(record, r).gaps for r in record.results)
    assert {map_arm(record, arm).material for arm in record.arms} == {"dbbm", "fdba"}


def test_yaml_and_csv_templates_say_the_same(tmp_path):
    for suffix in (".yaml", ".csv"):
        (tmp_path / f"mine{suffix}").write_text(study_template(f"mine{suffix}"), encoding="utf-8")
    yaml, csv = (read_record(tmp_path / f"mine{suffix}") for suffix in (".yaml", ".csv"))
    assert [map_arm(yaml, a).material for a in yaml.arms] == [map_arm(csv, a).material for a in csv.arms]
    for one, two in zip(yaml.results, csv.results, strict=True):
        a, b = map_result(yaml, one), map_result(csv, two)
        assert (a.endpoint, a.value, a.se, a.time_d, a.kind) == (b.endpoint, b.value, b.se, b.time_d, b.kind)


def test_a_file_is_not_written_over(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("precious", encoding="utf-8")
    done = RUN.invoke(app, ["evidence", "new", str(path)])
    assert done.exit_code == 2 and path.read_text(encoding="utf-8") == "precious"
    assert RUN.invoke(app, ["evidence", "new", str(path), "--force", "--quiet"]).output == ""
    assert path.read_text(encoding="utf-8").startswith("# One study")


@pytest.mark.parametrize(
    ("name", "message"), [("mine.txt", "yaml or a .csv"), ("my trial!.yaml", "is no id")]
)
def test_a_name_that_is_no_study_is_refused(name, message):
    with pytest.raises(InputError, match=message):
        study_template(name)


CSV = "row,field,text,arm,contrast,n,salt,elemental_mg_per_day,measure,time_d,value,unit,sd,ci_low,ci_high\n"


def write_csv(folder, *rows, head=CSV):
    path = folder / "mine.csv"
    path.write_text(head + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def test_a_csv_becomes_a_record(tmp_path):
    path = write_csv(
        tmp_path,
        "study,title,My trial",
        "arm,,,drug,,20,citrate,300",
        "arm,,,placebo,,21,none",
        "result,,,drug,,,,,serum_mg,84,0.86,mmol/L,0.07",
        "result,,,,drug - placebo,,,,serum_mg,84,0.03,mmol/L,,-0.01,0.07",
    )
    assert lint_records([path]) == []
    record = read_record(path)
    assert record.title == "My trial" and record.arm("drug").n == 20
    assert map_arm(record, "drug").daily_mg == pytest.approx(300)
    level, contrast = (map_result(record, r) for r in record.results)
    assert level.se == pytest.approx(0.07 / 20**0.5) and contrast.contrast_arms == ("drug", "placebo")
    assert contrast.se_source == "ci95"


def test_problems_of_a_csv_carry_its_lines(tmp_path):
    path = write_csv(
        tmp_path,
        "arm,,,drug,,20,citrate,300",
        "result,,,drgu,,,,,serum_mg,84,0.86,mmol/L,-0.07",
        "resul,,,drug",
        'result,,,drug,,,,,serum_mg,84,"0,86",mmol/L',
    )
    text = " | ".join(map(str, lint_records([path])))
    assert f"{path}:3 results[0].sd: got -0.07" in text and "did you mean drug" in text
    assert f"{path}:4: row is 'resul'" in text and "did you mean result" in text
    assert f"{path}:5 results[1].value: '0,86' is text" in text


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("row,arm,measure,value\n", "'unit' is missing"),
        ("row,arm,measur,value,unit\n", "did you mean measur"),
        ("row,arm,measure,value,unit,unit\n", "given twice"),
        ("", "'row' is missing"),
    ],
)
def test_a_csv_without_its_columns_is_refused(tmp_path, head, message):
    with pytest.raises(EvidenceError, match=message):
        read_record(write_csv(tmp_path, head=head))


def test_a_line_with_too_many_cells_is_told(tmp_path):
    path = write_csv(tmp_path, "result,a,b", head="row,arm,measure,value,unit\nresult,a,b,1,%,x\n")
    assert "more cells than columns" in " ".join(map(str, lint_records([path])))


def test_the_coverage_is_printed_and_written(tmp_path):
    done = RUN.invoke(app, ["evidence", "coverage", "--json", str(tmp_path / "c.json")])
    assert done.exit_code == 0 and "mapped" in done.output and "numeric but not mapped" in done.output
    data = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
    assert data["mapped_share"] >= 0.9 and data["expressible"] is None


def test_the_lint_command_reports_every_file_and_fails(tmp_path):
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(study_template(good), encoding="utf-8")
    bad.write_text("not a study", encoding="utf-8")
    done = RUN.invoke(app, ["evidence", "lint", str(good), str(bad), str(tmp_path / "none.yaml")])
    assert done.exit_code == 1
    assert "good.yaml" not in done.output and "bad.yaml:1" in done.output and "no such file" in done.output


def test_the_worked_example_of_the_page_runs(tmp_path):
    (yaml_text,) = blocks("yaml")
    (csv_text,) = blocks("csv")
    (found_text,) = [b for b in blocks("text") if "error:" in b]
    for name, text in (("walk2026.yaml", yaml_text), ("walk2026.csv", csv_text)):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        assert lint_records([path]) == []
        record = read_record(path)
        read = [map_result(record, r) for r in record.results]
        assert [m.endpoint for m in read] == ["serum_total", "serum_total", "urine_24h"]
        assert [m.kind for m in read] == ["level", "level", "difference"]
        assert map_arm(record, "citrate").with_meal is True
    broken = tmp_path / "walk2026.yaml"
    broken.write_text(
        yaml_text.replace("sd: 0.07", "sd: -0.07").replace("- placebo,", "- plazebo,"), encoding="utf-8"
    )
    shown = [str(i).replace(f"{tmp_path}/", "") for i in lint_records([broken])]
    assert shown == [line.removeprefix("error: ") for line in found_text.strip().splitlines()]


def test_the_worked_example_is_predicted_beside_a_file_that_is_none(tmp_path):
    path, bad = tmp_path / "walk2026.yaml", tmp_path / "bad.yaml"
    path.write_text(blocks("yaml")[0], encoding="utf-8")
    bad.write_text("not a study", encoding="utf-8")
    done = RUN.invoke(app, ["predict", str(path), str(bad)])
    assert done.exit_code == 2
    assert done.output.count("predicted ") == 4 and done.output.count("pooled mean ") == 4
    assert "bad.yaml" in done.output


def test_the_page_lists_every_column():
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in COLUMNS if f"`{name}`" not in text] == []
