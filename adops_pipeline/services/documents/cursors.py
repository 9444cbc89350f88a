"""Cursors of pages: where the next page begins, as one opaque word in the address."""

import base64
import json
from collections.abc import Sequence

from adops_pipeline.services.documents.errors import DocumentError

Mark = Sequence[str | None]
_MOST_DIGITS = 10


def encode(listing: str, mark: Mark) -> str:
    """The cursor that continues ``listing`` (its table and order) after ``mark``."""
    text = json.dumps([listing, *mark], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(listing: str, cursor: str) -> Mark:
    """The mark within a cursor of ``listing``. Raises DocumentError for any other text."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        raise wrong_cursor() from None
    if not isinstance(found, list) or found[:1] != [listing]:
        raise wrong_cursor()
    mark = found[1:]
    if not all(value is None or isinstance(value, str) for value in mark):
        raise wrong_cursor()
    return mark


def offset_after(listing: str, cursor: str | None) -> int:
    """How many rows the pages before have shown, for listings whose cursor is that number. Raises DocumentError."""
    if cursor is None:
        return 0
    text = "/".join(part or "" for part in decode(listing, cursor))
    if not (text.isascii() and text.isdigit() and len(text) < _MOST_DIGITS):
        raise wrong_cursor()
    return int(text)


def wrong_cursor() -> DocumentError:
    """The cursor was not made for this request."""
    return DocumentError("invalid-cursor", "cursor: is not of this listing; take nextCursor of the page before")
