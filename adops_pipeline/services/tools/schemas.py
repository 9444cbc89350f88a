"""JSON Schemas of answers, and the arguments that tools share."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from adops_pipeline.services.tools.pages import USUAL_ROWS

_PAGE: Mapping[str, Any] = {
    "returned": {"type": "integer", "minimum": 0, "description": "Rows in this answer."},
    "bytes": {"type": "integer", "minimum": 0, "description": "Size of these rows as JSON."},
    "hasMore": {"type": "boolean", "description": "Whether rows are left: call again with `nextCursor` as `cursor`."},
    "nextCursor": {
        "type": ["string", "null"],
        "description": "Continues after the last row; null where all were given.",
    },
}
_ANY_JSON = "JsonValue"
"""Name of pydantic's definition of any JSON."""


class Arguments(BaseModel):
    """Base of arguments: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Paged(Arguments):
    """Arguments of a tool that answers everything and is given in pages."""

    limit: int = Field(USUAL_ROWS, ge=1, le=1000, description="Rows of an answer at most; fewer if they are large.")
    cursor: str | None = Field(None, max_length=4000, description="`nextCursor` of the answer before.")


@cache
def paged(model: type[BaseModel]) -> type[BaseModel]:
    """The arguments of ``model`` with those of `Paged`."""
    fields = {name: (field.annotation, field) for name, field in Paged.model_fields.items()}
    return create_model(f"{model.__name__}Page", __base__=model, **fields)  # type: ignore[call-overload,no-any-return]


@cache
def answer_schema(model: type[BaseModel], *, is_page: bool = False) -> Mapping[str, Any]:
    """JSON Schema of the answer that ``model`` describes, as it is written; with the fields of a page."""
    schema = concise(model.model_json_schema(by_alias=True, mode="serialization"))
    return with_page(schema) if is_page else schema


def concise(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema without what says nothing: models pay for every word that they read.

    These are the titles that pydantic makes of names, the default null of what may be left out, and the definition of
    any JSON.
    """
    found = _concise(schema)
    definitions = {name: one for name, one in found.get("$defs", {}).items() if name != _ANY_JSON}
    rest = {name: value for name, value in found.items() if name != "$defs"}
    return rest | ({"$defs": definitions} if definitions else {})


def _concise(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, list):
        return [_concise(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    if value.get("$ref") == f"#/$defs/{_ANY_JSON}":
        return {name: one for name, one in value.items() if name != "$ref"}
    kept = {name: _concise(one) for name, one in value.items() if not _says_nothing(name, one)}
    if kept.get("additionalProperties") == {}:  # as without it
        del kept["additionalProperties"]
    return kept


def _says_nothing(name: str, value: object) -> bool:
    return (name == "title" and isinstance(value, str)) or (name == "default" and value is None)


def object_schema(properties: Mapping[str, Any], *, is_page: bool = False) -> Mapping[str, Any]:
    """JSON Schema of an object whose properties are all there."""
    schema = {
        "type": "object", "properties": dict(properties), "required": list(properties), "additionalProperties": False,
    }  # fmt: skip
    return with_page(schema) if is_page else schema


def with_page(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of an object with the fields of a page."""
    required = [name for name in schema.get("required", ()) if name not in _PAGE]
    return {
        **schema,
        "properties": {**schema["properties"], **_PAGE},
        "required": [*required, *_PAGE],
    }
