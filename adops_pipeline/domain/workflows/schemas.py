"""A workflow's parameters in words, read off the JSON schema that pydantic makes: name, default, what is allowed."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from adops_pipeline.domain.workflows.words import in_words

Schema = Mapping[str, Any]

_FORMATS = {"date": "a date such as 2026-11-23", "currency": "a three-letter currency code such as EUR"}


class ParameterWords(NamedTuple):
    """One parameter; that of a group by its dotted name."""

    name: str
    default: object
    allowed: str
    description: str


def describe_parameters(schema: Schema) -> Iterator[ParameterWords]:
    """Every parameter of ``schema`` in its order."""
    for name, node in schema["properties"].items():
        below = _resolved(node, schema).get("properties", {})
        for inner, part in below.items():
            yield _words(f"{name}.{inner}", part, schema)
        if not below:
            yield _words(name, node, schema)


def _words(name: str, node: Schema, root: Schema) -> ParameterWords:
    allowed = _allowed(_resolved(node, root), root)
    return ParameterWords(name, node.get("default"), allowed, str(node.get("description", "")))


def _allowed(node: Schema, root: Schema) -> str:
    """``a whole number from 1 to 400``, ``one of up and down``, ``a list of …``: what a value may be."""
    kind = node.get("type")
    if "enum" in node:
        return f"one of {in_words(node['enum'], 'or')}"
    if node.get("format") in _FORMATS:
        return _FORMATS[node["format"]]
    if kind in ("integer", "number"):
        return ("a whole number" if kind == "integer" else "a number") + _range(node)
    if kind == "array":
        return f"a list of {in_words(_resolved(node['items'], root).get('enum', ())) or 'names'}"
    return "an object of amounts by currency code" if kind == "object" else "a text that is not empty"


def _range(node: Schema) -> str:
    low, high = node.get("minimum"), node.get("maximum")
    if "exclusiveMinimum" in node:
        return f" above {node['exclusiveMinimum']:g} and at most {high:g}"
    if low is not None and high is not None:
        return f" from {low:g} to {high:g}"
    return f" of at least {low:g}" if low is not None else ""


def _resolved(node: Schema, root: Schema) -> Schema:
    """References followed; of a value that may also be null, the other kind."""
    while "$ref" in node:
        node = root["$defs"][node["$ref"].rsplit("/", 1)[-1]]
    kinds = [kind for kind in node.get("anyOf", ()) if kind.get("type") != "null"]
    return _resolved(kinds[0], root) if kinds else node
