"""Examples of the OpenAPI document are true: each is allowed by its schema, and requests with them are accepted."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

_ROOT = "urn:openapi"


def described(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The JSON bodies of requests and of successful answers, each with its operation."""
    for path in document["paths"].values():
        for operation in path.values():
            bodies = {"request": operation.get("requestBody", {})}
            bodies |= {status: one for status, one in operation["responses"].items() if status.startswith("2")}
            for name, body in bodies.items():
                content = body.get("content", {}).get("application/json", {})
                if content.get("schema"):
                    yield f"{operation['operationId']} {name}", content


def examples_of(content: Mapping[str, Any]) -> list[Any]:
    single = [content["example"]] if "example" in content else []
    return single + [one["value"] for one in content.get("examples", {}).values()]


def test_every_json_body_has_an_example_that_its_schema_allows(kept: Mapping[str, Any]) -> None:
    registry: Registry[Any] = Registry().with_resource(
        _ROOT, Resource.from_contents({**kept, "$schema": "https://json-schema.org/draft/2020-12/schema"})
    )
    wrong = []
    for name, content in described(kept):
        schema = _absolute(content["schema"])
        validator = Draft202012Validator(schema, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER)
        found = examples_of(content)
        wrong += [] if found else [f"{name} has no example"]
        wrong += [
            f"{name}: {error.json_path} {error.message[:200]}" for one in found for error in validator.iter_errors(one)
        ]
    assert wrong == []


def _absolute(schema: Any) -> Any:
    """References within the document as references to it."""
    match schema:
        case dict():
            return {key: f"{_ROOT}{value}" if key == "$ref" else _absolute(value) for key, value in schema.items()}
        case list():
            return [_absolute(one) for one in schema]
    return schema
