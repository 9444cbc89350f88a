"""Writes the golden list of public columns: `python -m adops_pipeline_tests.domain.tables.golden`."""

from collections.abc import Iterator
from pathlib import Path

from adops_pipeline.domain.tables import ROLLUPS, TABLES, VIEWS, Column

GOLDEN = Path(__file__).parent / "columns.txt"


def column_lines() -> Iterator[str]:
    """What the golden list says of every public table, roll-up and view, and of each of their columns."""
    for kind, tables in (("table", TABLES), ("roll-up", ROLLUPS), ("view", VIEWS)):
        for table in tables.values():
            grows = f", grows by {table.history_column}" if table.history_column else ""
            yield f"{kind} {table.name} ({table.concept}), one row for each {', '.join(table.key)}{grows}"
            yield from (f"    {_line(column)}" for column in table.columns)


def _line(column: Column) -> str:
    parts = [
        f"{column.name} {column.type}",
        f"[{column.unit}]" if column.unit else "",
        "required" if column.required else "",
        f"at least {column.minimum:g}" if column.minimum is not None else "",
        f"one of {'|'.join(column.allowed)}" if column.allowed else "",
        f"was {column.renamed_from}" if column.renamed_from else "",
    ]
    return " ".join(filter(None, parts))


if __name__ == "__main__":
    GOLDEN.write_text("".join(f"{line}\n" for line in column_lines()), encoding="utf-8")
