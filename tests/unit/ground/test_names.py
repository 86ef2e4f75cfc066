"""Names and the exception tree: near names, and messages that list everything."""

from __future__ import annotations

import pytest

from osseo import errors
from osseo.errors import InputError, Issue, NameUnknown, OsseoError
from osseo.names import check_name, near_names, suggest


def test_an_unknown_name_offers_near_ones():
    with pytest.raises(NameUnknown, match="here: unknown salt 'glicinate'; did you mean glycinate"):
        check_name("glicinate", ["glycinate", "oxide"], "salt", "here")


def test_a_known_name_comes_back():
    assert check_name("oxide", ["oxide"], "salt") == "oxide"


def test_few_names_are_all_listed_when_none_is_near():
    assert suggest("zzz", ["b", "a"]) == "known: a, b"
    assert near_names("zzz", ["a", "b"]) == []


def test_an_error_of_issues_lists_every_one():
    issues = [Issue("line 4", "got 1", "give 2"), Issue("line 9", "got 3")]
    error = InputError.from_issues("file.yaml", issues)
    assert str(error).splitlines() == [
        "file.yaml: 2 problems, nothing was run",
        "  line 4: got 1; give 2",
        "  line 9: got 3",
    ]
    assert error.issues == tuple(issues)


def test_the_tree_can_be_caught_by_builtin_names_too():
    assert issubclass(errors.NameUnknown, KeyError) and issubclass(errors.InputError, ValueError)
    assert issubclass(errors.MissingExtra, ImportError)
    tree = [getattr(errors, name) for name in errors.__all__ if name != "Issue"]
    assert all(issubclass(kind, OsseoError) for kind in tree) and len(tree) <= 10
    assert str(NameUnknown("no quotes")) == "no quotes"
