"""JSON document of the data dictionary."""

import dataclasses
from collections.abc import Iterable
from typing import Any

from adops_pipeline.domain.tables import VIEWS, Table


def tables_document(tables: Iterable[Table]) -> list[dict[str, Any]]:
    """Tables and views with their keys and columns."""
    return [
        {
            "table": table.name,
            "is_view": table.name in VIEWS,
            "description": table.description,
            "key": list(table.key),
            "columns": [dataclasses.asdict(column) for column in table.columns],
        }
        for table in tables
    ]
