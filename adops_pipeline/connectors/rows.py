"""Cuts a platform's answer into rows that stay the platform's own JSON text. Nothing is read out of a row here."""

from functools import cache
from typing import Any

import msgspec

UNREADABLE = (msgspec.MsgspecError, UnicodeError, RecursionError)
"""What msgspec raises for text that is not JSON, not UTF-8, of another form, or nested too deeply."""

_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])


def rows_at(body: bytes, *path: str) -> tuple[bytes, ...]:
    """Elements of the array that stands at ``path`` in ``body``; no path: the body itself is the array.

    Each element is JSON text on one line with its numbers and escapes untouched: ``1.10`` and ``9007199254740993``
    stay as they came. Raises ValueError, with a reason fit for a ContractError, when the array is absent or is
    something else.
    """
    raw: bytes | msgspec.Raw = body
    for depth, name in enumerate(path):
        try:
            raw = _field(name).decode(raw).value
        except UNREADABLE as error:
            raise ValueError(f"{_named(path[:depth])} is not an object: {reason_of(error)}") from None
        if not memoryview(raw):
            raise ValueError(f"the answer has no {'.'.join(path[: depth + 1])!r}")
    try:
        elements = _ARRAY.decode(raw)
    except UNREADABLE as error:
        raise ValueError(f"{_named(path)} is not an array: {reason_of(error)}") from None
    return lines_of(elements)


def lines_of(elements: list[msgspec.Raw]) -> tuple[bytes, ...]:
    """Each element's JSON on one line. Empties ``elements``: a large answer is never held twice. Raises ValueError."""
    elements.reverse()
    lines = []
    while elements:
        lines.append(one_line(elements.pop()))
    return tuple(lines)


def one_line(text: bytes | msgspec.Raw) -> bytes:
    """JSON ``text`` without the white space between its tokens. Raises ValueError if it is none, or too deep."""
    try:
        formatted: bytes = msgspec.json.format(memoryview(text), indent=-1)
    except UNREADABLE as error:
        raise ValueError(f"a row is no JSON: {reason_of(error)}") from None
    return formatted


@cache
def _field(name: str) -> msgspec.json.Decoder[Any]:
    """Reads one field of an object as ``value``, and takes no memory for the others."""
    kind = msgspec.defstruct("_Field", [("value", msgspec.Raw, msgspec.Raw())], rename={"value": name})
    return msgspec.json.Decoder(kind)


def reason_of(error: Exception) -> str:
    """One of ``UNREADABLE`` in words."""
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return "not UTF-8" if isinstance(error, UnicodeError) else str(error)


def _named(path: tuple[str, ...]) -> str:
    return repr(".".join(path)) if path else "the answer"
