"""A YAML text, or a plain mapping, as a tree of nodes that know their line and their path.

Scalars stay text, exactly as written: `no` is a word here and becomes false only where yes or no is
asked. Duplicate keys, anchors and several documents are problems, never silently merged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import yaml

from osseo.errors import Issue

__all__ = ["Node", "plain", "read_mapping", "read_yaml"]


@dataclass(frozen=True)
class Node:
    """One value of the document: text, a list of nodes, a mapping of nodes, or nothing.

    line : 1-based, 0 if unknown (a mapping made in Python).
    path : dotted place, e.g. `regimen[0].dose`.
    """

    value: str | dict[str, Node] | list[Node] | None
    line: int
    path: str

    @property
    def where(self) -> str:
        """Return `line 4  person.age` for messages."""
        place = self.path or "document"
        return f"line {self.line}  {place}" if self.line else place


def plain(node: Node) -> object:
    """Return the tree as plain dictionaries, lists and text.

    Examples
    --------
    >>> plain(read_mapping({"age": "58 y", "smoker": False}))
    {'age': '58 y', 'smoker': 'no'}
    """
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain(child) for child in node.value]
    return node.value


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def read_mapping(value: object, path: str = "") -> Node:
    """Return the tree of a document made in Python; numbers and booleans become text."""
    if isinstance(value, Mapping):
        return Node({str(k): read_mapping(v, _join(path, str(k))) for k, v in value.items()}, 0, path)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return Node([read_mapping(v, f"{path}[{i}]") for i, v in enumerate(value)], 0, path)
    if value is None or isinstance(value, str):
        return Node(value, 0, path)
    if isinstance(value, bool):
        return Node("yes" if value else "no", 0, path)
    return Node(str(value), 0, path)


def read_yaml(text: str, issues: list[Issue]) -> Node:
    """Return the tree of a YAML text; what cannot be read is added to `issues`."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        issues.append(_yaml_issue(error))
        return Node(None, 0, "")
    except RecursionError:
        issues.append(Issue("document", "nested too deeply", "start from a file in examples/"))
        return Node(None, 0, "")
    if root is None:
        issues.append(Issue("document", "the file is empty", "start from a file in examples/"))
        return Node(None, 0, "")
    return _Walker(issues).walk(root, "")


def _yaml_issue(error: yaml.YAMLError) -> Issue:
    mark = getattr(error, "problem_mark", None)
    where = f"line {mark.line + 1}  document" if mark is not None else "document"
    problem = getattr(error, "problem", None) or "it contains characters YAML does not allow"
    return Issue(where, f"not YAML: {problem}", "check the indentation, colons and brackets there")


class _Walker:
    """Turn PyYAML nodes into ours; a node met twice is an alias, which scenarios do not use."""

    def __init__(self, issues: list[Issue]) -> None:
        self.issues = issues
        self.seen: set[int] = set()

    def walk(self, raw: yaml.Node, path: str) -> Node:
        line = raw.start_mark.line + 1
        if id(raw) in self.seen:
            where = f"line {line}  {path or 'document'}"
            self.issues.append(Issue(where, "anchors and aliases are not read", "write it out"))
            return Node(None, line, path)
        self.seen.add(id(raw))
        if isinstance(raw, yaml.MappingNode):
            return Node(self._mapping(raw, path), line, path)
        if isinstance(raw, yaml.SequenceNode):
            return Node([self.walk(v, f"{path}[{i}]") for i, v in enumerate(raw.value)], line, path)
        is_null = raw.tag == "tag:yaml.org,2002:null"
        return Node(None if is_null else str(raw.value), line, path)

    def _mapping(self, raw: yaml.MappingNode, path: str) -> dict[str, Node]:
        children: dict[str, Node] = {}
        for key_node, value_node in raw.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.issues.append(Issue(f"line {line}  {path or 'document'}", "a key must be one word"))
                continue
            key = str(key_node.value)
            child = self.walk(value_node, _join(path, key))
            if key in children:
                where = f"line {line}  {_join(path, key)}"
                message = f"given twice (first on line {children[key].line})"
                self.issues.append(Issue(where, message, "keep one"))
                continue
            children[key] = Node(child.value, line, child.path)
        return children
