"""What the commands over the operational store share: the services, its refusals as exit codes, ids typed in short."""

import getpass
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich import box
from rich.markup import escape
from rich.table import Table

from adops_pipeline.cli.console import USAGE, fail, out
from adops_pipeline.settings import load_settings

if TYPE_CHECKING:
    from adops_pipeline.wiring import Services

SHORT = 8
_SHORTEST = 6


def load_services() -> "Services":
    """The services of the settings; opens nothing yet."""
    from adops_pipeline.wiring import build_services

    return build_services(load_settings())


@contextmanager
def refusals() -> Iterator[None]:
    """What the store refuses ends in one line: exit code 2 for what was typed wrong, 1 for what cannot be done."""
    from adops_pipeline.operations.errors import InvalidError, NotFoundError, StoreError
    from adops_pipeline.warehouse.connection import WarehouseError

    try:
        yield
    except (InvalidError, NotFoundError) as error:
        fail(escape(str(error)), USAGE)
    except (StoreError, WarehouseError) as error:
        fail(escape(str(error)))


def by_prefix(kind: str, typed: str, ids: Iterable[str]) -> str:
    """The id that begins with what was typed (6 characters or more); ends the command where none or several do."""
    known = list(dict.fromkeys(ids))
    if typed in known:
        return typed
    found = [one for one in known if one.startswith(typed)] if len(typed) >= _SHORTEST else []
    if len(found) > 1:
        fail(f"{escape(typed)} begins {len(found)} {kind} ids; type more of it", USAGE)
    if not found:
        hint = "" if len(typed) >= _SHORTEST else f"; an id may be cut, but to no fewer than {_SHORTEST} characters"
        fail(f"there is no {kind} {escape(repr(typed))}{hint}", USAGE)
    return found[0]


def grid(*columns: str, right: Sequence[str] = (), fold: Sequence[str] = ()) -> Table:
    """An empty table in the style of all lists: ``right`` aligned columns hold figures, ``fold`` ones long text."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0))
    for name in columns:
        justify = "right" if name in right else "left"
        table.add_column(name, justify=justify, no_wrap=name not in fold, overflow="fold")  # type: ignore[arg-type]
    return table


def say(line: str) -> None:
    """A line with markup, of any length."""
    out.print(line, highlight=False, soft_wrap=True)


def print_json(document: object) -> None:
    """JSON on stdout, as it is: no colour, no wrapping."""
    print(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False, default=_written))


def moment(at: datetime | None) -> str:
    """To the minute, in UTC; empty for none."""
    return "" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"


def duration(seconds: float | None) -> str:
    """``0.4 s``, ``3 min 20 s``, ``2 h 5 min``; empty for none."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def user_name() -> str:
    """Who types: the login name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a number without a name, as in many containers
        return "unknown"


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON")
