"""Prints the rows of a query: as a table or record by record for people, as CSV, JSON or Markdown for programs.

Data never act on a terminal: control characters, escapes and marks of direction are printed as escapes.
"""

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum

from adops_pipeline.domain import markdown
from adops_pipeline.domain.json_values import json_value
from adops_pipeline.domain.terminal import for_terminal, json_for_terminal

Row = Sequence[object]

_MOST_LOOKED_AT_ROWS = 2_000


class Format(StrEnum):
    """How `adops sql` prints rows."""

    TABLE = "table"
    VERTICAL = "vertical"
    CSV = "csv"
    JSON = "json"
    MARKDOWN = "markdown"


def as_json(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """A list of objects. Columns of one name are numbered: ``a``, ``a_1``."""
    names = _distinct(columns)
    objects = [dict(zip(names, map(json_value, row), strict=True)) for row in rows]
    return json_for_terminal(json.dumps(objects, indent=2))


def as_csv(columns: Sequence[str], rows: Iterable[Row], *, is_terminal: bool) -> str:
    """RFC 4180. NULL is an empty field, an empty text a pair of quotes."""
    lines = [",".join(map(_csv_field, row)) for row in (columns, *rows)]
    return "\r\n".join(map(for_terminal, lines) if is_terminal else lines)


def as_markdown(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """A table whose cells contain no markup."""
    lines = [[markdown.plain(text(value)) for value in row] for row in (columns, *rows)]
    return markdown.table(lines[0], lines[1:])


def as_table(columns: Sequence[str], rows: Sequence[Row], most_columns: int | None) -> str | None:
    """Aligned columns, numbers to the right; None where a line would be wider than ``most_columns``."""
    from rich.cells import cell_len

    cells = [[for_terminal(text(value)) for value in row] for row in rows]
    heads = [for_terminal(column) for column in columns]
    widths = [cell_len(head) for head in heads]
    for line in cells:
        for place, cell in enumerate(line):
            widths[place] = max(widths[place], cell_len(cell))
        if most_columns is not None and sum(widths) + 2 * (len(widths) - 1) > most_columns:
            return None
    if most_columns is not None and sum(widths) + 2 * (len(widths) - 1) > most_columns:
        return None
    is_number = [_is_number_column(rows, place) for place in range(len(heads))]

    def line_of(line: Sequence[str]) -> str:
        pads = [" " * (width - cell_len(cell)) for width, cell in zip(widths, line, strict=True)]
        parts = (pad + cell if right else cell + pad for pad, cell, right in zip(pads, line, is_number, strict=True))
        return "  ".join(parts).rstrip()

    return "\n".join((line_of(heads), "  ".join("─" * width for width in widths), *map(line_of, cells)))


def as_records(columns: Sequence[str], rows: Iterable[Row], width: int) -> str:
    """Each row as a block of lines ``column  value``; long values continue below their beginning."""
    from rich.cells import cell_len, chop_cells

    heads = [for_terminal(column) for column in columns]
    indent = max(map(cell_len, heads), default=0)
    lines = list[str]()
    for number, row in enumerate(rows, start=1):
        lines.append(f"── row {number:,} ".ljust(min(width, 40), "─"))
        for head, value in zip(heads, row, strict=True):
            parts = chop_cells(for_terminal(text(value)), max(width - indent - 2, 20)) or [""]
            lines.append(f"{head}{' ' * (indent - cell_len(head))}  {parts[0]}".rstrip())
            lines.extend(f"{' ' * indent}  {part}" for part in parts[1:])
    return "\n".join(lines)


def text(value: object) -> str:
    """The value for people and for CSV; nothing for NULL."""
    if value is None:
        return ""
    if isinstance(value, dict | list | tuple):
        return json.dumps(json_value(value), ensure_ascii=False)
    return value.hex() if isinstance(value, bytes) else str(value)


def _csv_field(value: object) -> str:
    field = text(value)
    if value is not None and (not field or any(mark in field for mark in ',"\r\n')):
        return '"{}"'.format(field.replace('"', '""'))
    return field


def _distinct(columns: Sequence[str]) -> list[str]:
    names = list[str]()
    for column in columns:
        name, number = column, 0
        while name in names:
            number += 1
            name = f"{column}_{number}"
        names.append(name)
    return names


def _is_number_column(rows: Sequence[Row], place: int) -> bool:
    values = [row[place] for row in rows[:_MOST_LOOKED_AT_ROWS] if row[place] is not None]
    return bool(values) and all(isinstance(value, int | float | Decimal) for value in values)
