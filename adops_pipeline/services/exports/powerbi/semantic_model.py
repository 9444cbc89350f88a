"""The semantic model as the files of its definition folder."""

import uuid
from collections.abc import Iterable

from adops_pipeline.services.exports.powerbi.model import (
    Measure,
    Model,
    ModelColumn,
    ModelTable,
    Relationship,
    SharedExpression,
)
from adops_pipeline.services.exports.powerbi.tmdl import Node, quoted, render

_ROOT = uuid.UUID("5c0f2a3e-7a55-4f0b-9a35-0d7e2a4e1c11")
_COMPATIBILITY_LEVEL = 1601
"""The level of Power BI Desktop with TMDL and computed format strings."""


def stable_id(*parts: str) -> str:
    """An id that is the same on every run, so that Power BI recognizes an object that was generated again."""
    return str(uuid.uuid5(_ROOT, "/".join(parts)))


def definition_files(model: Model) -> dict[str, str]:
    """Text of each file by its path in the definition folder."""
    database = Node("database", properties=(("compatibilityLevel", _COMPATIBILITY_LEVEL),))
    files = {
        "database.tmdl": render([database]),
        "model.tmdl": _model_file(model),
        "expressions.tmdl": render(_shared(one) for one in model.expressions),
        "relationships.tmdl": render(_relationship(one) for one in model.relationships),
    }
    return files | {f"tables/{table.name}.tmdl": render([_table(table)]) for table in model.tables}


def _model_file(model: Model) -> str:
    order = ",".join(f'"{name}"' for name in (*(e.name for e in model.expressions), *(t.name for t in model.tables)))
    head = Node(
        "model",
        "Model",
        properties=(
            ("culture", "en-US"),
            ("defaultPowerBIDataSourceVersion", "powerBI_V3"),
            ("discourageImplicitMeasures", True),
            ("sourceQueryCulture", "en-US"),
        ),
        children=(
            Node("dataAccessOptions", properties=(("legacyRedirects", True), ("returnErrorValuesAsNull", True))),
            # The model has a date table; Power BI would add a hidden one for every column of dates.
            Node("annotation", "__PBI_TimeIntelligenceEnabled", "0"),
            Node("annotation", "PBI_QueryOrder", f"[{order}]"),
        ),
    )
    return render([head]) + "\n" + "".join(f"ref table {quoted(table.name)}\n" for table in model.tables)


def _shared(one: SharedExpression) -> Node:
    return Node(
        "expression",
        one.name,
        one.expression,
        properties=(("lineageTag", stable_id("expression", one.name)),),
        children=(Node("annotation", "PBI_ResultType", one.kind),),
        description=one.description,
    )


def _relationship(one: Relationship) -> Node:
    ends = (f"{quoted(one.table)}.{quoted(one.column)}", f"{quoted(one.to_table)}.{quoted(one.to_column)}")
    return Node(
        "relationship", stable_id("relationship", *ends), properties=(("fromColumn", ends[0]), ("toColumn", ends[1]))
    )


def _table(table: ModelTable) -> Node:
    properties: list[tuple[str, str | int | bool]] = [("lineageTag", stable_id("table", table.name))]
    if table.is_dates:
        properties.append(("dataCategory", "Time"))
    children = [*(_measure(table, one) for one in table.measures), *(_column(table, one) for one in table.columns)]
    source = Node("source", expression=table.query)
    partition = Node("partition", table.name, "m", properties=(("mode", "import"),), children=(source,))
    return Node(
        "table",
        table.name,
        properties=tuple(properties),
        children=(*children, partition),
        description=table.description,
    )


def _measure(table: ModelTable, one: Measure) -> Node:
    properties = [("formatString", one.format)] if one.format else []
    properties += [("displayFolder", one.folder), ("lineageTag", stable_id("measure", table.name, one.name))]
    computed = [Node("formatStringDefinition", expression=one.format_expression)] if one.format_expression else []
    return Node("measure", one.name, one.expression, tuple(properties), tuple(computed), one.description)


def _column(table: ModelTable, one: ModelColumn) -> Node:
    properties: list[tuple[str, str | int | bool]] = [("dataType", one.type)]
    properties += [(name, True) for name, is_set in (("isHidden", one.is_hidden), ("isKey", one.is_key)) if is_set]
    properties += [("formatString", one.format)] if one.format else []
    properties += [("lineageTag", stable_id("column", table.name, one.name)), ("summarizeBy", "none")]
    properties += [("sourceColumn", one.source)] if one.source else []
    properties += [("sortByColumn", quoted(one.sort_by))] if one.sort_by else []
    return Node("column", one.name, one.expression, tuple(properties), tuple(_annotations(one)), one.description)


def _annotations(one: ModelColumn) -> Iterable[Node]:
    yield Node("annotation", "SummarizationSetBy", "User")
    if one.is_date:
        yield Node("annotation", "UnderlyingDateTimeDataType", "Date")
