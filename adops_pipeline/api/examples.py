"""Examples of the OpenAPI document: answers recorded from the simulated market; the rest is made from the schema."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

Schema = Mapping[str, Any]
_BY_FORMAT = {"date": "2026-11-20", "date-time": "2026-11-20T12:00:00Z", "uri": "https://example.com/", "password": "…"}
_JSON = "application/json"


def add_examples(document: dict[str, Any]) -> None:
    """Give every JSON body and answer of ``document`` an example, unless its route has stated one."""
    recorded: Mapping[str, Any] = json.loads((files("adops_pipeline.api") / "examples.json").read_bytes())
    schemas = document["components"]["schemas"]
    for operations in document["paths"].values():
        for operation in operations.values():
            _add(operation.get("requestBody"), None, Maker(schemas, is_brief=True))
            answers = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
            for answer in answers:
                _add(answer, recorded.get(operation["operationId"]), Maker(schemas))


def _add(described: dict[str, Any] | None, known: object, maker: "Maker") -> None:
    content = (described or {}).get("content", {}).get(_JSON)
    if content and content.get("schema") and not {"example", "examples"} & content.keys():
        content["example"] = maker.make(content["schema"]) if known is None else known


@dataclass(frozen=True)
class Maker:
    """Makes examples of schemas. Brief ones have no optional properties but those whose own examples are stated."""

    schemas: Schema
    is_brief: bool = False

    def make(self, schema: Schema, name: str = "") -> object:
        """A value that ``schema`` allows, from its own examples and defaults where it has them."""
        if "$ref" in schema:
            return self.make(self.schemas[schema["$ref"].rpartition("/")[2]], name)
        stated = [schema.get("example"), *schema.get("examples", ()), schema.get("const"), schema.get("default")]
        for value in (*stated, *schema.get("enum", ())):
            if value is not None:
                return value
        for one in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
            if one.get("type") != "null":
                return self.make(one, name)
        return self._of_type(schema, name)

    def _of_type(self, schema: Schema, name: str) -> object:
        match schema.get("type"):
            case "object":
                return {key: self.make(value, key) for key, value in self._shown(schema)}
            case "array":
                return [self.make(schema.get("items", {}), name)]
            case "string":
                return _BY_FORMAT.get(schema.get("format", ""), name or "text")[: schema.get("maxLength")]
            case "integer" | "number":
                return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        return True if schema.get("type") == "boolean" else None

    def _shown(self, schema: Schema) -> Iterable[tuple[str, Schema]]:
        for key, value in schema.get("properties", {}).items():
            if not self.is_brief or key in schema.get("required", ()) or "examples" in value:
                yield key, value
