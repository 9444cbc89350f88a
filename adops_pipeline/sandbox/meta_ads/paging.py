"""Cursor paging of edges: one page of a list, with the full URL of the next one, access token included as the real
API puts it there.
"""

import base64
import binascii
from collections.abc import Sequence
from urllib.parse import urlencode

from adops_pipeline.sandbox.meta_ads.errors import bad_param, too_much_data
from adops_pipeline.sandbox.meta_ads.params import Params, is_true, whole_number

DEFAULT_LIMIT = 25
LARGEST_LIMIT = 500
"""Above it the real API begins to ask for less data; where exactly depends on the account."""

Row = dict[str, object]


def page(rows: Sequence[Row], params: Params, url: str, *, has_summary: bool = True) -> dict[str, object]:
    """One page of ``rows`` as ``limit``, ``after`` and ``before`` ask. ``url`` is the edge's, without its query."""
    limit = whole_number(params, "limit", DEFAULT_LIMIT)
    if limit > LARGEST_LIMIT:
        raise too_much_data()
    start = _offset(params["after"]) + 1 if params.get("after") else 0
    if params.get("before"):
        start = max(0, _offset(params["before"]) - limit)
    chosen = list(rows[start : start + limit])
    body: dict[str, object] = {"data": chosen}
    if chosen:
        body["paging"] = _paging(start, start + len(chosen) - 1, len(rows), params, url)
    if has_summary and is_true(params, "summary"):
        body["summary"] = {"total_count": len(rows)}
    return body


def _paging(first: int, last: int, total: int, params: Params, url: str) -> dict[str, object]:
    cursors = {"before": _cursor(first), "after": _cursor(last)}
    paging: dict[str, object] = {"cursors": cursors}
    kept = {key: value for key, value in params.items() if key not in ("after", "before")}
    if last + 1 < total:
        paging["next"] = f"{url}?{urlencode({**kept, 'after': cursors['after']})}"
    if first > 0:
        paging["previous"] = f"{url}?{urlencode({**kept, 'before': cursors['before']})}"
    return paging


def _cursor(index: int) -> str:
    return base64.urlsafe_b64encode(str(index).encode()).decode()


def _offset(cursor: str) -> int:
    try:
        return int(
            base64.urlsafe_b64decode(
                cursor.encode(),
            ).decode()
        )
    except (binascii.Error, ValueError):
        raise bad_param("Invalid cursors values were passed") from None
