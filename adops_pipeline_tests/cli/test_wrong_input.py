"""Wrong input of every command: one clear line that says what, where and what to do, and the documented exit code.

`wrong_input.py` has the table. What follows from an option's own declaration (its range, its words, its name misspelt)
is made here for every command, so that a new option is checked without a new row.
"""

import re
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from adops_pipeline.cli import app
from adops_pipeline_tests.cli.commands import Command, Said, command_over
from adops_pipeline_tests.cli.wrong_input import ROWS, SETTINGS, Wrong, files_in
from adops_pipeline_tests.e2e.command import first_run
from adops_pipeline_tests.templates import copy_into

_COMMANDS: dict[str, Any] = get_command(app).commands  # type: ignore[attr-defined]  # a group
_LEAST_ROWS = 20
_WITH_SETTINGS = ("doctor", "run", "up", "serve")
_LONGEST_LINE = 700
_CLASS_NAME = re.compile(r"\b[A-Z]\w+(?:Error|Exception)\b|Traceback")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a data folder after its first run, and files of every wrong kind."""
    folder = tmp_path_factory.mktemp("wrong-input")
    copy_into(first_run(tmp_path_factory), folder / "data")
    files_in(folder)
    return folder


@pytest.fixture
def adops(place: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.chdir(place)
    return command_over(place / "data", monkeypatch)


def _leaves(command: Any, words: Sequence[str]) -> Iterator[tuple[tuple[str, ...], Any]]:
    below = getattr(command, "commands", None)
    if below is None:
        yield tuple(words), command
        return
    for name, one in below.items():
        yield from _leaves(one, (*words, name))


def _declared(words: Sequence[str], command: Any) -> Iterator[Wrong]:
    """The wrong inputs that follow from how a command's options and arguments are declared."""
    line = shlex.join(words)
    yield Wrong(f"{line} --zzzzqqq", "there is no option '--zzzzqqq'", f"adops {line} --help")
    for one in command.params:
        name = one.opts[0]
        if one.required:
            yield Wrong(line, "is missing", f"adops {line}:")
        if one.param_type_name != "option" or name == "--help":
            continue
        if len(name) > len("--days"):
            yield Wrong(f"{line} {name[:-2]}{name[-1]}x", "there is no option", f"did you mean {name}?")
        if one.is_flag:
            yield Wrong(f"{line} {name}=3", f"adops {line}: {name} takes no value")
            continue
        yield Wrong(f"{line} {name}", f"adops {line}: {name} needs a value")
        yield from _values(line, one)
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    is_free = all(one.nargs == 1 and not _is_checked(one) for one in arguments)
    if is_free and not any(one.required for one in command.params if one not in arguments):
        yield Wrong(f"{line}{' zzz' * len(arguments)} surplus", f"adops {line}: it takes fewer arguments: 'surplus'")


def _values(line: str, one: Any) -> Iterator[Wrong]:
    """Values that an option's type refuses."""
    name, kind, limits = one.opts[0], one.type_descriptor, one.type_descriptor.parameter_info
    if kind.choices is not None:
        known = [str(getattr(choice, "value", choice)) for choice in kind.choices]
        yield Wrong(f"{line} {name} {known[0]}x", f"{name} '{known[0]}x' is none of", f"did you mean {known[0]}?")
    elif kind.is_datetime:
        yield Wrong(f"{line} {name} 2026-02-30", f"{name} '2026-02-30' is not a date such as 2026-11-30")
    elif kind.is_ranged:
        yield Wrong(f"{line} {name} many", f"{name} 'many' is not a", "number")
        yield Wrong(f"{line} {name} {limits.min - 1}", f"{name} '{limits.min - 1}' is below {limits.min}")
        if limits.max is not None:
            yield Wrong(f"{line} {name} {limits.max + 1}", f"is above {limits.max}", f"to {limits.max}")


def _is_checked(argument: Any) -> bool:
    """Whether Typer itself refuses some values of an argument."""
    return argument.type_descriptor.choices is not None or argument.type_descriptor.is_path


def _rows_of(name: str) -> list[Wrong]:
    declared = [row for words, command in _leaves(_COMMANDS[name], [name]) for row in _declared(words, command)]
    return [*declared, *(row for row in ROWS if row.words[0] == name)]


def _complaint(said: Said, row: Wrong) -> str | None:
    """What is wrong with what a command said about wrong input; None if nothing is."""
    lines = said.err.strip().split("\n")
    if said.code != row.code:
        return f"exit code {said.code}, not {row.code}: {said.err}{said.out[:200]}"
    if absent := [word for word in row.says if word not in said.err]:
        return f"does not say {absent}: {said.err}"
    if len(lines) != 1 or not lines[0].startswith(("error ", "settings ", "parameter ")) or said.out:
        return f"is not one line: {said.err}{said.out[:200]}"
    if len(lines[0]) > _LONGEST_LINE or not lines[0].isprintable() or _CLASS_NAME.search(lines[0]):
        return f"is too long, not printable or has the name of a class: {lines[0]!r}"
    return None


@pytest.mark.parametrize("name", sorted(_COMMANDS))
def test_wrong_input_ends_with_one_clear_line_and_the_documented_code(name: str, adops: Command, place: Path) -> None:
    complaints = []
    for row in _rows_of(name):
        said = adops(*row.arguments(place), code=None, stdin=row.stdin)
        if complaint := _complaint(said, row):
            complaints.append(f"adops {row.line}: {complaint}")
    assert not complaints, "\n".join(complaints)


def test_a_wrong_setting_ends_every_command_with_its_name_and_its_place(
    adops: Command, place: Path, tmp_path: Path
) -> None:
    complaints = []
    for number, row in enumerate(SETTINGS):
        settings = {"ADOPS_DATA_DIR": str(place / "data"), **row.variables(place)}
        if row.stdin:
            settings["ADOPS_DATA_DIR"] = str(tmp_path / str(number))
            (tmp_path / str(number)).mkdir()
            (tmp_path / str(number) / "adops.toml").write_bytes(row.stdin.encode("latin-1"))
        for name in _WITH_SETTINGS:
            if complaint := _complaint(adops(name, code=None, **settings), row):
                complaints.append(f"adops {name}, {row.line} {row.stdin}: {complaint}")
                break  # the next one may be a server, which would start
    assert not complaints, "\n".join(complaints)


def test_every_command_has_twenty_wrong_inputs() -> None:
    counts = Counter({name: len({(row.line, row.hostile) for row in _rows_of(name)}) for name in _COMMANDS})
    for name in _WITH_SETTINGS:
        counts[name] += len(SETTINGS)
    assert {name: count for name, count in counts.items() if count < _LEAST_ROWS} == {}
