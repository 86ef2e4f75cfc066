"""The text of one `.ant` file, read only to find lines again and to see what SBML hides.

Antimony keeps neither comments nor line numbers, and lets a second definition silently replace the
first. This file splits the text into statements with their lines. It knows no mathematics.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ModelText", "Statement", "read_text", "split_statements"]

_COMMENT_OR_STRING = re.compile(r'"[^"\n]*"|//[^\n]*|#[^\n]*|/\*.*?\*/', re.DOTALL)
_NAME = r"(?P<name>[A-Za-z_]\w*)"
_FORMS = (
    ("function", re.compile(r"^function\s+" + _NAME)),
    ("model", re.compile(r"^\*?model\s+\*?" + _NAME)),
    ("unit", re.compile(r"^unit\s+" + _NAME)),
    ("end", re.compile(r"^end$")),
    ("has", re.compile(rf"^{_NAME}\s+has\s+(?P<value>\w+)$")),
    ("notes", re.compile(rf'^{_NAME}\s+notes\s+"(?P<value>[^"]*)"$')),
    ("label", re.compile(rf'^{_NAME}\s+is\s+"(?P<value>[^"]*)"$')),
    ("assignment", re.compile(rf"^(?:var\s+)?{_NAME}\s*:=\s*(?P<value>.*)$")),
    ("rate", re.compile(rf"^{_NAME}'\s*=\s*(?P<value>.*)$")),
    ("initial", re.compile(rf"^(?:const\s+|var\s+)?{_NAME}\s*=\s*(?P<value>.*)$")),
)
_DECLARE = re.compile(r"^(const|var)\s+(?P<names>[\w\s,]+)$")


@dataclass(frozen=True)
class Statement:
    """One statement: its kind, the name it is about, what it says, and the line it starts on."""

    kind: str
    name: str
    value: str
    line: int


@dataclass(frozen=True)
class ModelText:
    """A model file as statements.

    Parameters
    ----------
    file : file name, as shown in messages.
    source : the whole text.
    statements : in order; the bodies of functions are left out.
    """

    file: str
    source: str
    statements: tuple[Statement, ...]

    def lines_of(self, name: str, *kinds: str) -> list[int]:
        """Return the lines of all statements of these kinds (or of any kind) about `name`."""
        return [s.line for s in self.statements if s.name == name and (not kinds or s.kind in kinds)]

    def line_of(self, name: str, *kinds: str) -> int:
        """Return the first such line, else the first line that mentions `name`, else 1."""
        found = self.lines_of(name, *kinds) or self.lines_of(name)
        if found:
            return found[0]
        word = re.compile(rf"\b{re.escape(name)}\b")
        for i_line, line in enumerate(_blank_comments(self.source).split("\n"), start=1):
            if word.search(line):
                return i_line
        return 1

    def where(self, name: str, *kinds: str) -> str:
        """Return `file:line` for `name`."""
        return f"{self.file}:{self.line_of(name, *kinds)}"

    def odd_characters(self) -> list[tuple[str, int]]:
        """Return (character, line) of what is not plain ASCII outside comments and quotes."""
        bare = re.sub(r'"[^"\n]*"', "", _blank_comments(self.source))
        found = [(c, i) for i, line in enumerate(bare.split("\n"), start=1) for c in line]
        return [(c, i) for c, i in found if not (" " <= c <= "~" or c in "\t\r")]

    def names(self, *kinds: str) -> list[str]:
        """Return the names that statements of these kinds are about, once each, in order."""
        return list(dict.fromkeys(s.name for s in self.statements if s.kind in kinds))


def _blank_comments(source: str) -> str:
    def blank(match: re.Match[str]) -> str:
        text = match.group()
        return text if text.startswith('"') else re.sub(r"[^\n]", " ", text)

    return _COMMENT_OR_STRING.sub(blank, source)


def _pieces(source: str) -> list[tuple[str, int]]:
    """Split at line ends and at `;` outside quotes; return (text, line)."""
    pieces = []
    for i_line, line in enumerate(_blank_comments(source).split("\n"), start=1):
        for piece in re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', line):
            if piece.strip():
                pieces.append((piece.strip(), i_line))
    return pieces


def _classify(piece: str, line: int) -> list[Statement]:
    declared = _DECLARE.match(piece)
    if declared:
        names = [n.strip() for n in declared["names"].split(",")]
        return [Statement("declare", name, declared[1], line) for name in names if name]
    for kind, form in _FORMS:
        match = form.match(piece)
        if match:
            groups = match.groupdict()
            return [Statement(kind, groups.get("name") or "", groups.get("value") or "", line)]
    return [Statement("other", "", piece, line)]


def split_statements(source: str) -> tuple[Statement, ...]:
    r"""Return the statements of Antimony text; the bodies of functions are left out.

    Examples
    --------
    >>> [(s.kind, s.name, s.line) for s in split_statements("x := a // why\n\nx has mmol")]
    [('assignment', 'x', 1), ('has', 'x', 3)]
    """
    statements: list[Statement] = []
    in_function = False
    for piece, line in _pieces(source):
        found = _classify(piece, line)
        if in_function:
            in_function = found[0].kind != "end"
            continue
        in_function = found[0].kind == "function"
        statements.extend(found)
    return tuple(statements)


def read_text(path: Path) -> ModelText:
    """Read a model file.

    Raises
    ------
    OSError : if it cannot be read; the caller turns this into an issue.
    """
    source = path.read_text(encoding="utf-8")
    return ModelText(path.name, source, split_statements(source))
