"""What is printed never acts on the terminal, whatever the names and messages in it."""

import io
import json
from collections.abc import Iterator
from decimal import Decimal

import pytest
import typer
from rich.cells import cell_len
from rich.markup import escape
from rich.progress import Progress, TextColumn

from adops_pipeline.cli import console, front
from adops_pipeline.cli.query_output import as_json, as_records, as_table
from adops_pipeline.domain.terminal import for_terminal, json_for_terminal, lines_for_terminal
from adops_pipeline_tests.hostile_names import HOSTILE, obeyed

STYLES = {"\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[1;2m", "\x1b[0m"}
"""The sequences that the product itself may write."""


def ways_out(name: str) -> Iterator[object]:
    """A renderable for each way in which commands print a name."""
    yield escape(name)
    yield f"[bold]{escape(name)}[/bold]: {escape(name)}"
    table = front.grid("Name", "Amount", right=("Amount",), fold=("Name",))
    table.add_row(escape(name), "1.00")
    yield table
    plain = front.grid("Name")
    plain.add_row(name)
    yield plain
    yield name


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_console_prints_a_name_as_text(what: str, is_terminal: bool) -> None:
    written = io.StringIO()
    safe = type(console.out)(file=written, force_terminal=is_terminal, width=100, color_system="standard", emoji=False)
    for one in ways_out(HOSTILE[what]):
        safe.print(one, highlight=False, soft_wrap=isinstance(one, str))
    text = written.getvalue()
    for style in STYLES:
        text = text.replace(style, "")
    assert obeyed(text) == []
    text.encode()


def test_columns_stay_aligned_beside_what_was_made_visible() -> None:
    written = io.StringIO()
    safe = type(console.out)(file=written, width=100, emoji=False)
    table = front.grid("Name", "Amount", right=("Amount",))
    for name in ("\x1b[2Jx", "plain", "\u202eabc"):
        table.add_row(escape(name), "1.00")
    safe.print(table)
    lines = [line.rstrip() for line in written.getvalue().splitlines() if "1.00" in line]
    assert [line.split()[0] for line in lines] == ["\\x1b[2Jx", "plain", "\\u202eabc"]
    assert len({cell_len(line) for line in lines}) == 1


def test_a_name_is_no_emoji_and_wrong_markup_no_crash() -> None:
    written = io.StringIO()
    safe = type(console.out)(file=written, width=100, emoji=False)
    safe.print("a :warning: [/nothing] b", highlight=False)
    assert written.getvalue() == "a :warning: [/nothing] b\n"
    assert isinstance(console.out, type(safe))
    assert isinstance(console.err, type(safe))
    assert console.out._emoji is console.err._emoji is False


def test_progress_and_status_show_names_as_text() -> None:
    written = io.StringIO()
    safe = type(console.out)(file=written, width=100, emoji=False)
    with Progress(TextColumn("{task.description}"), console=safe) as progress:
        progress.add_task(escape(HOSTILE["osc clipboard"]))
    with safe.status(escape(HOSTILE["osc link"])):
        pass
    assert "\\x1b]52;c;" in written.getvalue()
    assert obeyed(written.getvalue()) == []


@pytest.mark.parametrize("what", HOSTILE)
def test_a_failure_is_printed_as_text(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        console.fail(escape(HOSTILE[what]))
    assert obeyed(capsys.readouterr().err) == []


@pytest.mark.parametrize("what", HOSTILE)
def test_json_means_the_same_and_is_safe_to_look_at(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    name = HOSTILE[what]
    front.print_json({name: [name]})
    printed = capsys.readouterr().out
    assert obeyed(printed) == []
    assert json.loads(printed) == {name: [name]}
    assert obeyed(as_json(["name"], [(name,)])) == []
    assert json.loads(as_json(["name"], [(name,)])) == [{"name": name}]


@pytest.mark.parametrize("what", HOSTILE)
def test_rows_of_a_query_are_text(what: str) -> None:
    name = HOSTILE[what]
    for printed in (as_table([name], [(name,), (Decimal(1),)], None), as_records([name], [(name,)], 80)):
        assert printed is not None
        assert obeyed(printed) == []


def test_one_line_stays_one_line_and_lines_stay_lines() -> None:
    assert for_terminal("a\nb\tc\x1b\u202e") == "a\\nb\\tc\\x1b\\u202e"
    assert lines_for_terminal("a\nb\tc\x1b\u202e\ud800") == "a\nb\tc\\x1b\\u202e\\ud800"
    assert json_for_terminal('{\n "a\x7f\u009b"}') == '{\n "a\\u007f\\u009b"}'
    assert for_terminal("秋 👩‍👩‍👧 שלום é") == "秋 👩‍👩‍👧 שלום é"
