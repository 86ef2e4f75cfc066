"""The JSON index equals its YAML sources, and is made anew by one call."""

import json
import shutil

import yaml

from osseo.evidence.index import (
    DATA,
    build_index,
    index_hash,
    make_indexed,
    read_index,
    record_paths,
    source_hash,
)
from osseo.evidence.reading import check_record


def test_index_is_fresh():
    assert index_hash() == source_hash(), "run osseo.evidence.build_index()"


def test_index_equals_sources():
    index = read_index()
    paths = record_paths()
    assert len(index) == len(paths) == 566
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in paths:
        source = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506
        assert index[path.stem] == (path.parent.name, source)


def test_index_and_yaml_give_the_same_records():
    for path in record_paths()[::7]:
        record, _ = check_record(path, path.parent.name)
        assert record == make_indexed(path.stem)


def test_build_index_sees_a_changed_source(tmp_path):
    data = tmp_path / "data"
    (data / "graft").mkdir(parents=True)
    for name in ("klijn2010", "yazd2013"):
        source = next(path for path in record_paths() if path.stem == name)
        shutil.copy(source, data / "graft")
    first = json.loads(build_index(data).read_text(encoding="utf-8"))
    assert [row["record"]["id"] for row in first["records"]] == ["klijn2010", "yazd2013"]
    path = data / "graft" / "klijn2010.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert source_hash(data) != first["sources_sha256"]
    again = json.loads(build_index(data).read_text(encoding="utf-8"))
    assert again["sources_sha256"] == source_hash(data)
    assert again["records"] == first["records"]
    assert [path.name for path in data.glob("*.json")] == ["index.json"]
    assert not list(data.glob(".*"))


def test_hash_does_not_depend_on_line_ends(tmp_path):
    for name, ends in (("a", b"\n"), ("b", b"\r\n")):
        folder = tmp_path / name / "graft"
        folder.mkdir(parents=True)
        (folder / "x.yaml").write_bytes(b"id: x" + ends + b"title: t" + ends)
    assert source_hash(tmp_path / "a") == source_hash(tmp_path / "b") != source_hash(DATA)
