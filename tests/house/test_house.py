"""The house: floors, circles, sizes, names, documented exports; read from the source itself."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "osseo"
FILES = sorted(SRC.rglob("*.py"))

#: floor of every room; a new room must be given a floor here and in ARCHITECTURE.md
FLOORS = {
    "errors": 0,
    "units": 0,
    "names": 0,
    "files": 0,
    "version": 0,
    "cache": 0,
    "engine": 1,
    "evidence": 1,
    "parameters": 2,
    "language": 2,
    "biology": 3,
    "site": 3,
    "population": 3,
    "nutrition": 3,
    "scenario": 4,
    "observe": 4,
    "compiler": 5,
    "simulate": 6,
    "calibrate": 7,
    "verify": 7,
    "answer": 8,
    "report": 9,
    "cli": 10,
    "__main__": 10,
}
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "core", "misc"}
MAX_FILE_LINES, MAX_FUNCTION_LINES, MAX_ARGUMENTS, MAX_FOLDER_FILES = 600, 60, 8, 15


def room(path: Path) -> str:
    """Return the room a file stands in: its folder, or its own name on the ground floor."""
    parts = path.relative_to(SRC).parts
    return parts[0] if len(parts) > 1 else path.stem


@cache
def tree(path: Path) -> ast.Module:
    """Return the parsed source of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imported_modules(path: Path) -> set[str]:
    """Return every osseo module a file imports, lazy imports included."""
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
            if (SRC / Path(*node.module.split(".")[1:])).is_dir():
                names |= {f"{node.module}.{a.name}" for a in node.names}
    return {n for n in names if n.split(".")[0] == "osseo"}


def module_file(module: str) -> Path | None:
    """Return the file of a dotted osseo module, or None if it names an attribute."""
    base = SRC.joinpath(*module.split(".")[1:])
    if base.with_suffix(".py").is_file():
        return base.with_suffix(".py")
    return base / "__init__.py" if (base / "__init__.py").is_file() else None


def ids(paths):
    """Return short test ids for paths."""
    return [str(p.relative_to(SRC)) for p in paths]


def test_every_room_has_a_floor_and_the_page_says_the_same():
    rooms = {room(p) for p in FILES} - {"__init__"}
    assert rooms <= set(FLOORS), f"give these rooms a floor: {sorted(rooms - set(FLOORS))}"
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\|\s*(\d+)\s*\|\s*([^|]+)\|", page, flags=re.M)
    written = {name: int(floor) for floor, cell in rows for name in re.findall(r"`([\w.]+)/?`", cell)}
    written = {name.removesuffix(".py"): floor for name, floor in written.items()}
    assert written == {name: floor for name, floor in FLOORS.items() if name in rooms}


@pytest.mark.parametrize("path", FILES, ids=ids(FILES))
def test_imports_go_down(path):
    here = room(path)
    if here == "__init__":
        return
    for module in imported_modules(path):
        parts = module.split(".")
        if len(parts) == 1:
            continue
        there = parts[1]
        ground = FLOORS[here] == 0  # the three ground-floor files are one place
        if there in FLOORS and there != here and not (ground and FLOORS[there] == 0):
            assert FLOORS[there] < FLOORS[here], f"{path.name} ({here}) imports up or across: {module}"


def test_no_import_circles():
    graph = {
        path: {f for m in imported_modules(path) if (f := module_file(m)) is not None and f != path}
        for path in FILES
    }
    done: set[Path] = set()

    def visit(path: Path, trail: tuple[Path, ...]) -> None:
        assert path not in trail, " -> ".join(p.name for p in (*trail[trail.index(path) :], path))
        if path in done:
            return
        for nxt in graph.get(path, ()):
            visit(nxt, (*trail, path))
        done.add(path)

    for path in FILES:
        visit(path, ())


@pytest.mark.parametrize("path", FILES, ids=ids(FILES))
def test_sizes_and_names(path):
    assert not set(path.relative_to(SRC).with_suffix("").parts) & FORBIDDEN_NAMES
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_FILE_LINES
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = (body[-1].end_lineno - body[0].lineno + 1) if body else 0
            assert lines <= MAX_FUNCTION_LINES, f"{node.name}: {lines} lines"
            n_args = len(node.args.posonlyargs) + len(node.args.args) + len(node.args.kwonlyargs)
            if not path.parts[-1].startswith("_") and not node.name.startswith("_"):
                is_command = room(path) == "cli"  # options of a command are its arguments
                is_kernel = room(path) == "engine"  # numba loops take flat arrays
                assert n_args <= MAX_ARGUMENTS or is_command or is_kernel, f"{node.name}: {n_args} args"


def test_folders_stay_small():
    for folder in {p.parent for p in FILES}:
        n = len([p for p in folder.glob("*.py") if p.name != "__init__.py"])
        assert n <= MAX_FOLDER_FILES, f"{folder.relative_to(SRC)} holds {n} files"


def exported(path: Path) -> list[str]:
    """Return the names in `__all__` of a file."""
    for node in tree(path).body:
        if isinstance(node, ast.Assign) and any(getattr(t, "id", "") == "__all__" for t in node.targets):
            return [ast.literal_eval(e) for e in node.value.elts]
    return []


@pytest.mark.parametrize("path", FILES, ids=ids(FILES))
def test_exports_exist_and_are_documented(path):
    assert ast.get_docstring(tree(path)), "a file says why it exists"
    names = exported(path)
    public = [
        n
        for n in tree(path).body
        if isinstance(n, ast.FunctionDef | ast.ClassDef) and not n.name.startswith("_")
    ]
    if public and path.name != "__init__.py" and room(path) != "cli":
        assert names, "a file with public names lists them in __all__"
    defined = {n.name: n for n in public}
    for name in names:
        if name in defined:
            assert ast.get_docstring(defined[name]), f"{name} has no docstring"


def test_no_print_no_blanket_except_no_assert_in_the_library():
    for path in FILES:
        for node in ast.walk(tree(path)):
            where = f"{path.relative_to(SRC)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print":
                assert room(path) == "cli", f"{where} prints"
            if isinstance(node, ast.ExceptHandler):
                broad = node.type is None or getattr(node.type, "id", "") == "BaseException"
                assert not broad, f"{where} catches everything"


def test_nothing_names_this_machine_or_a_registry():
    hosts = ("pypi" + ".org", "python" + "hosted.org", "registry." + "npmjs", "deb." + "debian.org")
    paths = ("/wo" + "rk/", "/tm" + "p/", "/ro" + "ot/")
    for path in [
        *ROOT.glob("*.md"),
        *ROOT.glob("*.toml"),
        ROOT / "Makefile",
        *FILES,
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "examples").rglob("*.yaml"),
    ]:
        text = path.read_text(encoding="utf-8")
        for word in (*hosts, *paths):
            assert word not in text, f"{path.name} names {word}"
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock


def test_the_front_page_import_is_light():
    import subprocess
    import sys

    heavy = ["numba", "llvmlite", "scipy", "pint", "libsbml", "antimony", "plotly", "matplotlib"]
    code = f"import sys, osseo; print([m for m in {heavy} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
