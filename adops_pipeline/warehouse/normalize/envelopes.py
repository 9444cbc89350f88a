"""Extracts the rows of a platform's response, one document or one on each line, as JSON on single lines.

The text of rows and their numbers stay unchanged. Rows are not interpreted here.
"""

import re
from collections.abc import Iterator

import msgspec

from adops_pipeline.domain.half_characters import without_halves
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.warehouse.normalize.formats import DocumentError

_LIST_KEYS = {Platform.GOOGLE_ADS: "results", Platform.META_ADS: "data", Platform.PINTEREST: "items"}
"""The field of a page that contains the rows, by platform."""

_ROW_KEYS = {
    Platform.GOOGLE_ADS: frozenset({"campaign", "segments", "metrics", "customer", "adGroup"}),
    Platform.META_ADS: frozenset({"campaign_id", "date_start", "spend", "impressions"}),
    Platform.PINTEREST: frozenset({"CAMPAIGN_ID", "DATE", "SPEND_IN_MICRO_DOLLAR"}),
}
"""Any of these makes an object a row, not an envelope."""

_PAGE_KEYS = frozenset({"fieldMask", "requestId", "queryResourceConsumption", "nextPageToken", "paging", "bookmark"})

_Object = dict[str, msgspec.Raw]
_LINE_BREAKS = re.compile(rb"[\r\n]+")
_STRING_OR_NO_NUMBER = re.compile(rb'"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b', re.DOTALL)
"""Texts, which are passed over, and what programs write for numbers that are none: not JSON, but a reason by name."""


def document_rows(platform: Platform, text: str) -> list[bytes]:
    """All rows of ``text``, each on one line; a line that is not JSON is kept, to be rejected with a reason.

    Raises `DocumentError` if nothing in the text is JSON, or if the document is the platform's error response.
    """
    whole = without_halves(text.encode("utf-8", "replace").strip())
    if not whole:
        return []
    try:
        rows = _rows(platform, whole)
    except RecursionError:
        raise DocumentError("the document is nested too deeply to be a platform's response") from None
    if rows and all(_is_error_answer(row) for row in rows):
        raise DocumentError(
            f"the file contains the platform's error response: {rows[0].decode(errors='replace')[:300]}"
        )
    return rows


def _rows(platform: Platform, whole: bytes) -> list[bytes]:
    lines = [line.strip() for line in whole.splitlines() if line.strip()]
    reads = is_json if len(lines) == 1 else _is_flat_json
    for text in (whole, _quoted(whole)):
        if reads(text):
            return list(_unwrap(platform, text))
    if not any(_is_flat_json(line) for line in lines):
        raise DocumentError(f"the file is not JSON; it begins with {whole[:40].decode(errors='replace')!r}")
    return [row for line in lines for row in (_unwrap(platform, line) if _is_flat_json(line) else [line])]


def _is_flat_json(text: bytes) -> bool:
    """Whether the text is JSON of a depth that can be read: one line of many that is not costs no other."""
    try:
        return is_json(text)
    except RecursionError:
        return False


def _quoted(text: bytes) -> bytes:
    """NaN and Infinity as strings, so that their rows can be told apart and the fields be named."""
    if b"NaN" not in text and b"Infinity" not in text:
        return text
    return _STRING_OR_NO_NUMBER.sub(lambda found: found[0] if found[0].startswith(b'"') else b'"%b"' % found[0], text)


def _is_error_answer(row: bytes) -> bool:
    """Whether the row is an error payload of the API."""
    if not row.startswith(b"{") or not _is_flat_json(row):
        return False
    fields = msgspec.json.decode(row, type=_Object).keys()
    return "error" in fields or {"code", "message"} <= fields


def is_json(text: bytes) -> bool:
    """Whether the text is one JSON value. Raises RecursionError for one that is nested too deeply to be read."""
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True


def _unwrap(platform: Platform, text: bytes) -> Iterator[bytes]:
    """Rows inside one JSON value: arrays and envelopes are opened, everything else is a row."""
    if text.startswith(b"["):
        for element in msgspec.json.decode(text, type=list[msgspec.Raw]):
            yield from _unwrap(platform, bytes(element).strip())
    elif text.startswith(b"{"):
        yield from _unwrap_object(platform, text)
    else:
        yield _LINE_BREAKS.sub(b" ", text)


def _unwrap_object(platform: Platform, text: bytes) -> Iterator[bytes]:
    fields = msgspec.json.decode(text, type=_Object)
    rows = bytes(fields.get(_LIST_KEYS[platform], msgspec.Raw(b""))).strip()
    if _ROW_KEYS[platform] & fields.keys():
        yield _LINE_BREAKS.sub(b" ", text)
    elif rows.startswith(b"["):
        yield from _unwrap(platform, rows)
        if "error" in fields:  # a page that broke off: its rows are valid, its error becomes a reject
            yield b'{"error":' + _LINE_BREAKS.sub(b" ", bytes(fields["error"])) + b"}"
    elif "error" in fields or {"code", "message"} <= fields.keys():
        yield _LINE_BREAKS.sub(b" ", text)
    elif platform is Platform.PINTEREST and fields and all(bytes(v).strip().startswith(b"[") for v in fields.values()):
        for rows_of_one in fields.values():
            yield from _unwrap(platform, bytes(rows_of_one).strip())
    elif fields and not fields.keys() <= _PAGE_KEYS:
        yield _LINE_BREAKS.sub(b" ", text)
