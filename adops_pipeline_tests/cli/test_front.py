"""What the tables of lists have in common."""

import io

import pytest
from rich.console import Console

from adops_pipeline.cli.front import grid

_LONG = ("standard-ed25519", "a name of several words that is long", "2026-11-29 10:00")


@pytest.mark.parametrize("width", [120, 60, 45, 30])
@pytest.mark.parametrize(("title", "value"), [("Id", "1f3a9c02"), ("Fingerprint", "0123456789abcdef")])
def test_what_is_copied_stays_whole_in_a_narrow_terminal(width: int, title: str, value: str) -> None:
    table = grid(title, "Verification", "Name", "Last", fold=("Name",))
    table.add_row(value, *_LONG)
    console = Console(file=io.StringIO(), width=width)
    console.print(table)
    assert isinstance(console.file, io.StringIO)
    assert value in console.file.getvalue()
