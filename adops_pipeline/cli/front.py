"""What several commands share: loading the services, errors as exit codes, shortened ids, tables and dates."""

import getpass
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from rich import box
from rich.markup import escape
from rich.table import Table

from adops_pipeline.cli.console import USAGE, fail, out
from adops_pipeline.domain.terminal import json_for_terminal
from adops_pipeline.domain.text import one_line

if TYPE_CHECKING:
    from adops_pipeline.wiring import Services

SHORT = 8
_SHORTEST = 6
_COPIED = {"Id": SHORT, "Execution": SHORT, "token": SHORT, "Fingerprint": 16}
"""Width of the columns whose values people copy, by title."""
_COMPARED = 200
_LONGEST_SHOWN = 80
_LISTS = {
    "execution": "workflow executions",
    "webhook": "webhook list",
    "project": "project list",
    "token": "token list",
    "silence": "alerts silences",
    "firing alert": "alerts list",
    "proposal": "proposals list --all",
    "memory": "memory list",
    "receiver": "notify list",
}


def load_services() -> "Services":
    """The services built from the settings. Nothing is opened yet."""
    from adops_pipeline.settings import load_settings
    from adops_pipeline.wiring import build_services

    return build_services(load_settings())


@contextmanager
def exit_on_refusal() -> Iterator[None]:
    """Turn an expected error into one line and an exit code: 2 for wrong input, 1 for anything else."""
    from adops_pipeline.services.errors import InvalidError, NotFoundError, StoreError, WarehouseError

    try:
        yield
    except InvalidError as error:
        from adops_pipeline.cli.usage_errors import as_typed

        fail(escape(one_line(f"{as_typed(error.field)}: {error.reason}")), USAGE)
    except NotFoundError as error:
        fail(escape(str(error)), USAGE)
    except (StoreError, WarehouseError) as error:
        fail(escape(str(error)))


def by_prefix(kind: str, typed: str, ids: Iterable[str], names: Mapping[str, str] | None = None) -> str:
    """The id that begins with what was typed (6 characters or more), or the id of that name.

    ``names`` are other words for the ids. Ends the command if none or several fit, with the nearest id or name.
    """
    known = list(dict.fromkeys(ids))
    named = [one for one, name in (names or {}).items() if name == typed]
    if len(named) == 1:
        return named[0]
    if typed in known:
        return typed
    found = [one for one in known if one.startswith(typed)] if len(typed) >= _SHORTEST else []
    if len(found) > 1:
        fail(f"{len(found)} {kind} ids begin with {escape(typed)}; type more characters", USAGE)
    if not found:
        from adops_pipeline.domain.workflows.nearest import did_you_mean

        hint = did_you_mean(typed, [*(names or {}).values(), *known[:_COMPARED]])
        if not hint and len(typed) < _SHORTEST:
            hint = f"; type at least {_SHORTEST} characters of an id"
        where = f"; `adops {_LISTS[kind]}` lists them" if kind in _LISTS else ""
        fail(f"there is no {kind} {escape(repr(typed[:_LONGEST_SHOWN]) + hint)}{where}", USAGE)
    return found[0]


def grid(*columns: str, right: Sequence[str] = (), fold: Sequence[str] = ()) -> Table:
    """An empty table in the style of all lists. Columns in ``right`` are right-aligned, those in ``fold`` wrap.

    What is copied into the next command stays whole, however narrow the terminal is.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0))
    for name in columns:
        justify: Literal["left", "right"] = "right" if name in right else "left"
        table.add_column(
            name, justify=justify, no_wrap=name not in fold, overflow="fold", min_width=_COPIED.get(name),
        )  # fmt: skip
    return table


def print_line(line: str) -> None:
    """Print one line with markup, without wrapping it."""
    out.print(line, highlight=False, soft_wrap=True)


def print_json(document: object) -> None:
    """Print JSON on stdout without colour or wrapping."""
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False, default=_json_default)
    print(json_for_terminal(text))


def moment(at: datetime | None) -> str:
    """The time to the minute in UTC; empty for None."""
    return "" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"


def duration(seconds: float | None) -> str:
    """``0.4 s``, ``3 min 20 s``, ``2 h 5 min``; empty for None."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def login_name() -> str:
    """Login name of the user of this terminal."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in many containers
        return "unknown"


def _json_default(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON")
