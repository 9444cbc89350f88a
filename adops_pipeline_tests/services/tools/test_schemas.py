"""Schemas say what a model needs, and nothing twice."""

from typing import Any

from pydantic import BaseModel, Field, JsonValue

from adops_pipeline.services.tools.schemas import concise


class Inner(BaseModel):
    """An object whose property is called like a keyword."""

    title: str | None = None
    default: int = 0


class Given(BaseModel):
    """Arguments of each kind."""

    name: str | None = Field(None, description="A name.")
    evidence: list[dict[str, JsonValue]] = []
    inner: Inner | None = None


def test_titles_null_defaults_and_the_definition_of_any_json_are_left_out() -> None:
    nothing = {"type": "null"}
    inner: dict[str, Any] = {
        "description": "An object whose property is called like a keyword.",
        "properties": {
            "title": {"anyOf": [{"type": "string"}, nothing]},
            "default": {"default": 0, "type": "integer"},
        },
        "type": "object",
    }
    assert concise(Given.model_json_schema()) == {
        "$defs": {"Inner": inner},
        "description": "Arguments of each kind.",
        "properties": {
            "name": {"anyOf": [{"type": "string"}, nothing], "description": "A name."},
            "evidence": {"default": [], "items": {"type": "object"}, "type": "array"},
            "inner": {"anyOf": [{"$ref": "#/$defs/Inner"}, nothing]},
        },
        "type": "object",
    }
