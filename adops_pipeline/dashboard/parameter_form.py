"""The fields of a form for a workflow's parameters, from their JSON schema. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Schema = Mapping[str, Any]
Kind = Literal["number", "date", "choice", "choices", "lines", "json", "text"]


@dataclass(frozen=True, slots=True)
class ParameterField:
    """A field. ``name`` is the parameter's dotted name; ``value`` what the template sets, None for nothing."""

    name: str
    label: str
    kind: Kind
    description: str
    value: Any
    default: str
    options: Sequence[str] = ()
    minimum: float | None = None
    maximum: float | None = None
    is_whole: bool = False

    @property
    def text(self) -> str:
        """The value as the field shows it."""
        if self.value is None:
            return ""
        return "\n".join(map(str, self.value)) if self.kind == "lines" else str(self.value)


def fields_of(schema: Schema, preset: Mapping[str, Any]) -> tuple[list[ParameterField], list[ParameterField]]:
    """The fields of the parameters, and those of their thresholds."""
    own, below = [], []
    for name, node in schema["properties"].items():
        inner = _resolved(node, schema).get("properties", {})
        own += [] if inner else [_field(name, node, schema, preset.get(name))]
        given = preset.get(name) or {}
        below += [_field(f"{name}.{part}", one, schema, given.get(part)) for part, one in inner.items()]
    return own, below


def _field(name: str, node: Schema, root: Schema, value: object) -> ParameterField:
    found = _resolved(node, root)
    kind, options = _kind(found, root)
    low = found.get("minimum", found.get("exclusiveMinimum"))
    return ParameterField(
        name=name,
        label=str(node.get("title") or name),
        kind=kind,
        description=str(node.get("description", "")),
        value=value,
        default=_default(node.get("default")),
        options=options,
        minimum=low,
        maximum=found.get("maximum"),
        is_whole=found.get("type") == "integer",
    )


def _kind(node: Schema, root: Schema) -> tuple[Kind, Sequence[str]]:
    if "enum" in node:
        return "choice", node["enum"]
    match node.get("type"):
        case "integer" | "number":
            return "number", ()
        case "array":
            options = _resolved(node["items"], root).get("enum", ())
            return ("choices" if options else "lines"), options
        case "object":
            return "json", ()
    return ("date" if node.get("format") == "date" else "text"), ()


def _default(value: object) -> str:
    """The default in words, where it says something that the description does not."""
    if value in (None, [], {}):
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _resolved(node: Schema, root: Schema) -> Schema:
    """The schema behind a reference, or the alternative to null."""
    if "$ref" in node:
        target: Schema = root["$defs"][node["$ref"].rpartition("/")[2]]
        return target
    return next(_not_null(node, root), node)


def _not_null(node: Schema, root: Schema) -> Iterator[Schema]:
    return (_resolved(one, root) for one in node.get("anyOf", ()) if one.get("type") != "null")
