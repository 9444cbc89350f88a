"""Text for people: one line out of many, and tables in markdown. No wording."""

from collections.abc import Sequence


def one_line(text: object) -> str:
    """The text in one line: line breaks, tabs and runs of spaces become one space each."""
    return " ".join(str(text).split())


def markdown_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in GitHub-flavoured markdown. Cells are markdown already: one line each, pipes escaped."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (columns, ["---"] * len(columns), *rows))
