"""TMDL, the text format of semantic models: objects with properties, expressions and children, indented by tabs."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Node:
    """An object. ``expression`` follows an equals sign; a property of value True is written without its value."""

    keyword: str
    name: str = ""
    expression: str = ""
    properties: tuple[tuple[str, str | int | bool], ...] = ()
    children: tuple["Node", ...] = ()
    description: str = ""


def quoted(name: str) -> str:
    """A name as TMDL refers to it: in quotes unless it is one plain word."""
    return name if _PLAIN_NAME.fullmatch(name) else "'" + name.replace("'", "''") + "'"


def render(nodes: Iterable[Node]) -> str:
    """The text of a file with these objects."""
    return "\n".join("\n".join(_lines(node, 0)) + "\n" for node in nodes)


def _lines(node: Node, depth: int) -> Iterator[str]:
    indent = "\t" * depth
    yield from (f"{indent}/// {line}" for line in node.description.splitlines())
    head = indent + node.keyword + (f" {quoted(node.name)}" if node.name else "")
    first, *more = node.expression.splitlines() or [""]
    if more:
        yield f"{head} ="
        # An expression of several lines is indented one level deeper than the properties.
        yield from (f"{indent}\t\t{line}".rstrip() for line in (first, *more))
    else:
        yield f"{head} = {first}" if first else head
    for name, value in node.properties:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        yield f"{indent}\t{name}" if value is True else f"{indent}\t{name}: {text}"
    for child in node.children:
        yield ""
        yield from _lines(child, depth + 1)
