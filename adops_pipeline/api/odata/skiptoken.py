"""Tokens of `@odata.nextLink`: the snapshot that is read, where the page ended, and what the pages before have said."""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from adops_pipeline.warehouse.queries.odata.values import ODataError


@dataclass(frozen=True, slots=True)
class SkipToken:
    """Where a request goes on. ``left``: rows that `$top` still allows; ``total``: what `$count` has found."""

    version: str
    request: str
    page_rows: int
    left: int | None
    total: int | None
    mark: Sequence[object]

    def encode(self) -> str:
        """The token as one word of an address."""
        fields = [self.version, self.request, self.page_rows, self.left, self.total, *self.mark]
        text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(word: str, request: str, most_rows: int) -> SkipToken:
    """The token of an address whose other options are ``request``. Raises ODataError for any other text."""
    try:
        found = json.loads(base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        raise _wrong() from None
    match found:
        case [str(version), str(of), int(page_rows), left, total, *mark] if (
            of == request and 0 < page_rows <= most_rows and _is_count(left) and _is_count(total)
        ):
            return SkipToken(version, request, page_rows, left, total, mark)
    raise _wrong()


def fingerprint(*parts: str | None) -> str:
    """What tells requests apart: a token of one must not continue another."""
    return hashlib.blake2b(repr(parts).encode(), digest_size=8).hexdigest()


def _is_count(value: object) -> bool:
    return value is None or (isinstance(value, int) and 0 <= value < 10**15)


def _wrong() -> ODataError:
    return ODataError("the $skiptoken was not made for this request; follow @odata.nextLink as it is")
