"""Microsoft's own parser reads the semantic model back as it was generated, and refuses faults."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adops_pipeline.services.exports.powerbi.project import project_files
from adops_pipeline_tests.services.powerbi.microsoft_parser import Parser, RefusedError, running_parser
from adops_pipeline_tests.services.powerbi.test_model import MODEL, OPTIONS


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    with running_parser() as running:
        yield running


@pytest.fixture
def definition(tmp_path: Path) -> Path:
    """The definition folder of the semantic model."""
    for name, content in project_files(OPTIONS).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "AdOps.SemanticModel" / "definition"


def test_tables_columns_measures_and_relationships_are_read_as_generated(parser: Parser, definition: Path) -> None:
    parser.call("connection_operations", operation="ConnectFolder", folderPath=str(definition))

    tables = parser.call("table_operations", operation="List")["data"]
    assert {one["name"]: (one["description"], one["columnCount"]) for one in tables} == {
        table.name: (table.description, len(table.columns)) for table in MODEL.tables
    }
    for table in MODEL.tables:
        (listed,) = parser.call("column_operations", operation="List", filter={"tableNames": [table.name]})["data"]
        assert {
            one["name"]: (one["dataType"].lower(), one.get("isHidden", False), one.get("formatString", ""))
            for one in listed["columns"]
        } == {one.name: (one.type.lower(), one.is_hidden, one.format) for one in table.columns}

    names = [{"name": name, "tableName": "_Measures"} for name in MODEL.measures]
    measures = parser.call("measure_operations", operation="Get", references=names)["results"]
    assert {one["data"]["name"]: one["data"]["expression"] for one in measures} == {
        name: measure.expression for name, measure in MODEL.measures.items()
    }
    assert {one["data"]["name"]: (one["data"]["displayFolder"], one["data"]["description"]) for one in measures} == {
        name: (measure.folder, measure.description) for name, measure in MODEL.measures.items()
    }

    relationships = parser.call("relationship_operations", operation="List")["data"]
    assert {(one["fromTable"], one["fromColumn"], one["toTable"], one["toColumn"]) for one in relationships} == {
        (one.table, one.column, one.to_table, one.to_column) for one in MODEL.relationships
    }
    assert all(one["isActive"] and one["toCardinality"] == "One" for one in relationships)

    parts = [{"name": table.name, "tableName": table.name} for table in MODEL.tables]
    partitions = parser.call("partition_operations", operation="Get", references=parts)["results"]
    assert {one["data"]["tableName"]: one["data"]["expression"] for one in partitions} == {
        table.name: table.query for table in MODEL.tables
    }
    shared = [{"name": one.name} for one in MODEL.expressions]
    expressions = parser.call("named_expression_operations", operation="Get", references=shared)["results"]
    assert {one["data"]["name"]: one["data"]["expression"] for one in expressions} == {
        one.name: one.expression for one in MODEL.expressions
    }


@pytest.mark.parametrize(
    ("file", "right", "wrong"),
    [
        ("tables/Metrics.tmdl", "\t\tdataType: double", "\t\tdataType: money"),
        ("tables/Metrics.tmdl", "\t\tsummarizeBy: none", "\t\tsummarized: none"),
        ("tables/Metrics.tmdl", "\tcolumn Platform\n", "\t\t\tcolumn Platform\n"),
        ("relationships.tmdl", "toColumn: Campaign.ID", "toColumn: Campaign.Colour"),
    ],
)
def test_a_planted_fault_is_refused(parser: Parser, definition: Path, file: str, right: str, wrong: str) -> None:
    text = (definition / file).read_text()
    assert right in text
    (definition / file).write_text(text.replace(right, wrong, 1))
    with pytest.raises(RefusedError):
        parser.call("connection_operations", operation="ConnectFolder", folderPath=str(definition))
