"""Every `osseo` command that a document shows exists, takes the options shown, and names real files.

Commands that only look something up are run as well.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from osseo.cli.app import app

ROOT = Path(__file__).parents[2]
QUICK = ("evidence", "claims", "step", "model")
INLINE = re.compile(r"`(osseo [^`\n]+)`")
FENCE = re.compile(r"^```[a-z]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def documents() -> list[Path]:
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def command_lines() -> list[tuple[str, str]]:
    found = []
    for path in documents():
        text = path.read_text(encoding="utf-8")
        lines = [line for block in FENCE.findall(text) for line in block.splitlines()]
        for line in [*lines, *INLINE.findall(FENCE.sub("", text))]:
            typed = line.strip().removeprefix("$ ").removeprefix(".venv/bin/").split("  #")[0]
            if typed.startswith("osseo "):
                typed = typed.replace("[", "").replace("]", "").strip()
                found.append((path.relative_to(ROOT).as_posix(), typed))
    return found


def has_placeholder(line: str) -> bool:
    return any(re.fullmatch(r"[A-Z]{3,}(\.[a-z]+)?", word) for word in words_of(line))


def words_of(line: str) -> list[str]:
    return shlex.split(line)[1:]


LINES = command_lines()
RUN = sorted({t for _, t in LINES if words_of(t)[0] in QUICK and not has_placeholder(t) and "--out" not in t})


@pytest.fixture(autouse=True)
def _at_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def help_of(words: list[str]) -> str:
    names = [w for w in words[:2] if re.fullmatch(r"[a-z]+", w)]
    for known in (names, names[:1]):
        done = CliRunner().invoke(app, [*known, "--help"], env={"COLUMNS": "200"})
        if done.exit_code == 0:
            return done.output
    raise AssertionError(f"no such command: {words}")


@pytest.mark.skipif(not LINES, reason="no document shows an osseo command yet")
@pytest.mark.parametrize(("document", "line"), LINES, ids=lambda v: v)
def test_the_command_exists_with_its_options(document, line):
    words = words_of(line)
    if words[0].startswith("-"):
        return
    text = help_of(words)
    for word in words:
        if word.startswith("--"):
            assert word.split("=")[0] in text, f"{document}: {line}"
        if word.endswith((".yaml", ".csv")) and "/" in word and not word.startswith("my"):
            assert (ROOT / word).exists(), f"{document}: {word}"


@pytest.mark.skipif(not RUN, reason="no document shows a quick osseo command yet")
@pytest.mark.parametrize("line", RUN, ids=lambda v: v)
def test_quick_commands_run(line):
    done = CliRunner().invoke(app, words_of(line))
    assert done.exit_code == 0, done.output
