"""The config of a workflow's job, as Dagster's launchpad shows it: parameters with types and defaults, and templates.

It is made of the JSON schema of the workflow's parameters. Limits, and names that Dagster does not know, are checked by
the workflow itself, whose messages name the nearest parameter.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from adops_pipeline.domain.workflows import TEMPLATES, Workflow, parameter_schema

_LIMITS = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "to"}
_SCALARS: Mapping[str, type] = {"integer": int, "number": float, "boolean": bool}


def workflow_config(workflow: Workflow) -> dict[str, dg.Field]:
    """The fields ``template``, where the workflow has templates, and ``parameters``."""
    schema = parameter_schema(workflow.id)
    parameters = dg.Field(
        _group(schema, schema, workflow.job_name),
        is_required=False,
        default_value=_defaults(schema, schema),
        description="Parameters by name. With a template, those that differ from their default come first.",
    )
    known = [one for one in TEMPLATES.values() if one.workflow_id == workflow.id]
    if not known:
        return {"parameters": parameters}
    names = dg.Enum(f"{workflow.job_name}_template", [dg.EnumValue(one.id, description=one.used_by) for one in known])
    template = dg.Field(names, is_required=False, description="Template whose parameters are used first.")
    return {"template": template, "parameters": parameters}


def without_defaults(workflow: Workflow, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that differ from their defaults: Dagster fills in the others, and a template's go before those."""
    schema = parameter_schema(workflow.id)
    return _changed(schema, schema, parameters)


def _changed(schema: Mapping[str, Any], root: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in given.items():
        field = schema.get("properties", {}).get(name, {})
        inner = _resolved(field, root)
        if isinstance(value, Mapping) and inner.get("properties"):
            if changed := _changed(inner, root, value):
                kept[name] = changed
        elif "default" not in field or value != field["default"]:
            kept[name] = value
    return kept


def _defaults(schema: Mapping[str, Any], root: Mapping[str, Any]) -> dict[str, Any]:
    """The defaults of all fields, which the launchpad opens with."""
    found: dict[str, Any] = {}
    for name, field in schema.get("properties", {}).items():
        inner = _resolved(field, root)
        default = _defaults(inner, root) if inner.get("properties") else field.get("default")
        if default is not None:
            found[name] = default
    return found


def _group(schema: Mapping[str, Any], root: Mapping[str, Any], name: str) -> dg.Permissive:
    fields = {key: _field(field, root, f"{name}_{key}") for key, field in schema.get("properties", {}).items()}
    return dg.Permissive(fields)  # type: ignore[no-untyped-call]  # Dagster's class has no types


def _field(schema: Mapping[str, Any], root: Mapping[str, Any], name: str) -> dg.Field:
    kind = _resolved(schema, root)
    limits = [f"{word} {kind[key]}" for key, word in _LIMITS.items() if key in kind]
    text = f"{schema.get('description', '')}{' (' if limits else ''}{' '.join(limits)}{')' if limits else ''}"
    kind_of_value, default = _type(kind, root, name), schema.get("default")
    if default is None or kind.get("properties"):  # a group's fields have their own
        return dg.Field(kind_of_value, is_required=False, description=text)
    return dg.Field(kind_of_value, is_required=False, description=text, default_value=default)


def _type(kind: Mapping[str, Any], root: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - Dagster's config types
    if words := kind.get("enum", [kind["const"]] if "const" in kind else []):
        return dg.Enum(name, [dg.EnumValue(word) for word in words])
    if kind.get("type") == "array":
        return dg.Array(_type(_resolved(kind["items"], root), root, name))
    if kind.get("type") == "object":
        return _group(kind, root, name)
    return _SCALARS.get(str(kind.get("type")), str)


def _resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference names; of a choice with null, the other one."""
    if "$ref" in schema:
        return dict(root["$defs"][schema["$ref"].rpartition("/")[2]])
    others = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return _resolved(others[0], root) if others else schema
