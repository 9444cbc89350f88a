"""Results as text: markdown for Dagster and the API, plain text for terminals and mail. Words are the result's own."""

from adops_pipeline.domain import markdown
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.text import one_line
from adops_pipeline.domain.workflows.results.result import Finding, ResultTable, Value, WorkflowResult

_DEFAULT_LIMIT = 50
_MARKS = {Severity.CRITICAL: "🔴", Severity.WARNING: "🟠", Severity.INFO: "🔵"}


def render_markdown(result: WorkflowResult, limit: int = _DEFAULT_LIMIT) -> str:
    """GitHub-flavoured markdown; of findings and table rows at most ``limit`` each, the rest counted."""
    parts = [f"**{markdown.plain(result.summary)}**"]
    if result.checked:
        parts.append("Checked: " + "; ".join(markdown.plain(str(check)) for check in result.checked) + ".")
    found = [f"- {_MARKS[f.severity]} **{f.severity}** {markdown.plain(_line(f))}" for f in result.found[:limit]]
    parts += _section("### Found", found, len(result.found) - limit, "- ")
    parts += _section("### Done", [f"- {markdown.plain(line)}" for line in result.done])
    parts += _section("### Left out", [f"- {markdown.plain(line)}" for line in result.left_out])
    parts += [_markdown_table(table, limit) for table in result.tables if table.rows]
    return "\n\n".join(parts) + "\n"


def render_text(result: WorkflowResult, limit: int = _DEFAULT_LIMIT) -> str:
    """Plain text without colour; of findings and table rows at most ``limit`` each, the rest counted."""
    parts = [result.summary]
    if result.checked:
        parts.append("Checked: " + "; ".join(str(check) for check in result.checked) + ".")
    found = [f"  {f.severity:<8} {one_line(_line(f))}" for f in result.found[:limit]]
    parts += _section("Found:", found, len(result.found) - limit, "  ", blank="")
    parts += _section("Done:", [f"  {one_line(line)}" for line in result.done], blank="")
    parts += _section("Left out:", [f"  {one_line(line)}" for line in result.left_out], blank="")
    parts += [_text_table(table, limit) for table in result.tables if table.rows]
    return "\n\n".join(parts) + "\n"


def _line(finding: Finding) -> str:
    about = " ".join(part for part in (finding.kind, str(finding.subject)) if part)
    return f"{about}: {finding.sentence}" if about else finding.sentence


def _section(title: str, lines: list[str], more: int = 0, indent: str = "", blank: str = "\n") -> list[str]:
    if not lines:
        return []
    rest = [f"{indent}… and {more:,} more"] if more > 0 else []
    return [f"{title}\n{blank}" + "\n".join([*lines, *rest])]


def _markdown_table(table: ResultTable, limit: int) -> str:
    rows = [[markdown.plain(cell) for cell in row] for row in _cells(table, limit)]
    more = len(table.rows) - limit
    rest = f"\n\n… and {more:,} more rows" if more > 0 else ""
    columns = [markdown.plain(name) for name in table.columns]
    return f"### {markdown.plain(table.title)}\n\n{markdown.table(columns, rows)}{rest}"


def _text_table(table: ResultTable, limit: int) -> str:
    rows = [list(table.columns), *_cells(table, limit)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(table.columns))]
    lines = ["  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    more = len(table.rows) - limit
    rest = [f"  … and {more:,} more rows"] if more > 0 else []
    return "\n".join([f"{table.title}:", *(line.rstrip() for line in lines), *rest])


def _cells(table: ResultTable, limit: int) -> list[list[str]]:
    return [[one_line(_cell(value)) for value in row] for row in table.rows[:limit]]


def _cell(value: Value) -> str:
    if value is None:
        return ""
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
