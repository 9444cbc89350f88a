"""Bounded answers: a list in an answer is cut to a number of rows and a size, and a cursor continues after the cut.

A cursor names the tool, the tool's own cursor of the page that was cut, and how many of its rows were given.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adops_pipeline.services.tools.errors import ToolError, invalid_argument

LARGEST_BYTES = 40_000
"""Size of the rows of an answer: about ten thousand tokens."""
USUAL_ROWS = 100


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer begins: the tool's own cursor, and the rows after it to leave out."""

    cursor: str | None = None
    skipped: int = 0


def read_cursor(tool: str, cursor: object) -> Place:
    """The place that a cursor of this tool means. Raises ToolError."""
    if cursor is None:
        return Place()
    try:
        text = str(cursor)
        padded = text + "=" * (-len(text) % 4)
        name, own, skipped = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, TypeError, RecursionError):
        raise _wrong_cursor() from None
    is_own = own is None or isinstance(own, str)
    if name != tool or not is_own or type(skipped) is not int or not 0 <= skipped <= 10**9:
        raise _wrong_cursor()
    return Place(own, skipped)


def cut(
    tool: str, document: Mapping[str, Any], rows_name: str, place: Place, limit: int | None, most_bytes: int | None
) -> dict[str, Any]:
    """The document with the rows from ``place`` on that fit, and what says whether that is all of them."""
    rows = document[rows_name][place.skipped :]
    own_next = document.get("nextCursor")
    kept, size = _fitting(rows[:limit], most_bytes)
    if most_bytes is not None and size > most_bytes:  # one row alone
        kept = shortened(kept, most_bytes)
        size = _size(kept)
    following: str | None = None
    if len(kept) < len(rows):
        following = _cursor(tool, Place(place.cursor, place.skipped + len(kept)))
    elif own_next is not None:
        following = _cursor(tool, Place(own_next))
    return {
        **document,
        rows_name: kept,
        "returned": len(kept),
        "bytes": size,
        "hasMore": following is not None,
        "nextCursor": following,
    }


def shortened(value: Any, most_bytes: int) -> Any:  # noqa: ANN401 - any JSON
    """The JSON value with the long lists within it cut, each with a note, until it has about ``most_bytes``.

    For what has no pages, as the result of a workflow.
    """
    found, kept = value, 1_000
    while kept and _size(found) > most_bytes:
        found = _with_shorter_lists(value, kept)
        kept //= 4
    return found


def _with_shorter_lists(value: Any, kept: int) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, Mapping):
        return {name: _with_shorter_lists(inner, kept) for name, inner in value.items()}
    if not isinstance(value, list):
        return value
    shown = [_with_shorter_lists(inner, kept) for inner in value[:kept]]
    return [*shown, f"[cut: {len(value) - kept:,} more]"] if len(value) > kept else shown


def _size(value: Any) -> int:  # noqa: ANN401 - any JSON
    return len(json.dumps(value, ensure_ascii=False, default=str).encode(errors="replace"))


def _fitting(rows: list[Any], most_bytes: int | None) -> tuple[list[Any], int]:
    """The first rows that have at most ``most_bytes`` as JSON, but at least one; and their size."""
    size = 0
    for count, row in enumerate(rows):
        own = _size(row) + 1
        if most_bytes is not None and count and size + own > most_bytes:
            return rows[:count], size
        size += own
    return rows, size


def _cursor(tool: str, place: Place) -> str:
    text = json.dumps([tool, place.cursor, place.skipped], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _wrong_cursor() -> ToolError:
    return invalid_argument("cursor", "is not of this tool; give nextCursor of the answer before, or none")
