"""A JSON schema in words: what a value may be, for messages. It reads the schemas that pydantic makes, no others."""

from collections.abc import Mapping
from typing import Any

from adops_pipeline.domain.workflows.words import in_words

Schema = Mapping[str, Any]

_FORMATS = {
    "date": "a date such as 2026-11-23",
    "currency": "a three-letter currency code such as EUR",
}


def schema_at(schema: Schema, path: tuple[str | int, ...]) -> Schema:
    """The part of ``schema`` that describes the value at ``path``; empty where nothing does.

    A path that ends with ``[key]``, as pydantic writes it, is that of the key before it.
    """
    if path and path[-1] == "[key]":
        return _mapping(schema_at(schema, path[:-2]).get("propertyNames"))
    node = _resolved(schema, schema)
    for part in path:
        if isinstance(part, int):
            found = node.get("items")
        else:
            by_pattern = next(iter(node.get("patternProperties", {}).values()), None)
            found = node.get("properties", {}).get(part, by_pattern)
        node = _resolved(_mapping(found), schema)
    return node


def _mapping(node: object) -> Schema:
    return node if isinstance(node, Mapping) else {}


def allowed_values(node: Schema) -> list[str]:
    """The words that are allowed; empty where it is not a matter of words."""
    return [str(word) for word in node.get("enum", ())]


def describe(node: Schema, root: Schema) -> str:
    """``a whole number from 1 to 400``, ``one of up and down``, ``a list of …``: what a value may be."""
    if allowed_values(node):
        return f"one of {in_words(allowed_values(node), 'or')}"
    kind = node.get("type")
    if node.get("format") in _FORMATS:
        return _FORMATS[node["format"]]
    if kind in ("integer", "number"):
        return ("a whole number" if kind == "integer" else "a number") + _range(node)
    if kind == "array":
        words = allowed_values(_resolved(node.get("items", {}), root))
        return f"a list of {in_words(words)}" if words else "a list of names"
    if kind == "object":
        names = in_words(node.get("properties", ()))
        return f"an object with {names}" if names else "an object of amounts by currency code"
    return "a text that is not empty"


def _range(node: Schema) -> str:
    low, high = node.get("minimum"), node.get("maximum")
    if node.get("exclusiveMinimum") is not None:
        return f" above {_plain(node['exclusiveMinimum'])} and at most {_plain(high)}"
    if low is not None and high is not None:
        return f" from {_plain(low)} to {_plain(high)}"
    return f" of at least {_plain(low)}" if low is not None else ""


def _plain(limit: float | None) -> str:
    return f"{limit:g}" if limit is not None else ""


def _resolved(node: Schema, root: Schema) -> Schema:
    """References followed; of a value that may also be null, the other kind; of text or number, the number."""
    while "$ref" in node:
        node = root["$defs"][node["$ref"].rsplit("/", 1)[-1]]
    kinds = [kind for kind in node.get("anyOf", ()) if kind.get("type") != "null"]
    if kinds:
        numbers = [kind for kind in kinds if kind.get("type") == "number"]
        return _resolved((numbers or kinds)[0], root)
    return node
