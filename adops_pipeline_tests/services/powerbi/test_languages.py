"""Expressions of the model are well-formed: M by Microsoft's parser of Power Query, DAX by an independent one."""

import json
import re
import subprocess
from pathlib import Path

import pbi_parsers.dax
import pytest

from adops_pipeline_tests.services.powerbi.npm import installed
from adops_pipeline_tests.services.powerbi.test_model import MODEL

_PACKAGE = ("@microsoft/powerquery-parser", "2.0.0")


def errors_in_m(texts: dict[str, str]) -> dict[str, str]:
    """What Microsoft's parser says about each text; nothing where it is well-formed."""
    command = ["node", str(Path(__file__).with_name("parse_m.js")), str(installed(*_PACKAGE))]
    done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(done.stdout)
    return {name: error for name, error in found.items() if error}


def test_queries_and_parameters_are_well_formed_m() -> None:
    texts = {f"table {table.name}": table.query for table in MODEL.tables}
    texts |= {one.name: one.expression for one in MODEL.expressions}
    broken = {"comma": "let a = 1, in a", "parenthesis": texts["table Metrics"].replace("})", "}", 1)}
    assert errors_in_m(texts | broken).keys() == broken.keys()


def shapes() -> set[str]:
    """Every expression in DAX with the same names for all columns and measures: the parser is slow, many are alike."""
    found = {text for one in MODEL.measures.values() for text in (one.expression, one.format_expression)}
    found |= {column.expression for table in MODEL.tables for column in table.columns}
    return {re.sub(r"\[[^\]]+\]", "[N]", re.sub(r"'[^']+'", "'T'", text)) for text in found if text}


def test_measures_and_computed_columns_are_well_formed_dax() -> None:
    for text in shapes():
        pbi_parsers.dax.to_ast(text)
    assert "DIVIDE([N], [N])" in shapes()
    with pytest.raises((AssertionError, ValueError)):
        pbi_parsers.dax.to_ast("DIVIDE([N] [N])")
