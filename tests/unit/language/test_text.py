"""Statements and lines of model text."""

from osseo.language.text import ModelText, split_statements


def made(source: str) -> ModelText:
    return ModelText("made.ant", source, split_statements(source))


def test_lines_survive_comments_of_all_kinds():
    text = made("// x := 1\n/* x := 2\n x := 3 */\n# x := 4\nx := a; x has mmol // x' = b\n")
    assert [(s.kind, s.line) for s in text.statements] == [("assignment", 5), ("has", 5)]
    assert text.where("x", "has") == "made.ant:5"


def test_a_slash_pair_or_semicolon_inside_quotes_is_no_comment():
    text = made('x notes "role: output; tag: a//b"\nx is "Mg; total"')
    assert [(s.kind, s.value) for s in text.statements] == [
        ("notes", "role: output; tag: a//b"),
        ("label", "Mg; total"),
    ]


def test_function_bodies_are_left_out():
    text = made("function f(x)\n  x := 3 * x\nend\nmodel m\n x := f(a)\nend")
    assert text.lines_of("x", "assignment") == [5]


def test_several_names_in_one_declaration():
    assert made("const a, b, c").names("declare") == ["a", "b", "c"]


def test_a_name_without_statement_is_found_as_a_whole_word():
    text = made("model m\n y := kk\n z := k\nend")
    assert text.line_of("k") == 3
    assert text.line_of("absent") == 1
