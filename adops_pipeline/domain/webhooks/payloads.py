"""Reads the body of a delivery strictly: one JSON object in UTF-8, without duplicate keys, NaN or deep nesting.

Whatever is accepted can be stored in both databases and written as JSON again.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

DEEPEST_NESTING = 64
_UNSTORABLE = frozenset({"\x00", *map(chr, range(0xD800, 0xE000))})


class PayloadError(ValueError):
    """The body is not an acceptable JSON object; the message says why."""


def parse_payload(body: bytes) -> dict[str, Any]:
    """The payload of a delivery. Raises PayloadError."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PayloadError(f"the body is not UTF-8 (at byte {error.start})") from None
    try:
        found = json.loads(
            text, object_pairs_hook=_each_name_once, parse_constant=_no_constant, parse_float=_finite_number
        )
    except PayloadError:
        raise
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError as error:
        raise PayloadError(f"the body is not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from None
    except ValueError:
        raise PayloadError("the body contains a number with too many digits") from None
    if not isinstance(found, dict):
        raise PayloadError("the body must be a JSON object")
    _check_nodes(found)
    return found


def _each_name_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise PayloadError(f"the body names {name[:60]!a} twice in one object")
        found[name] = value
    return found


def _no_constant(name: str) -> NoReturn:
    raise PayloadError(f"the body contains {name}, which is not JSON")


def _finite_number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise PayloadError("the body contains a number that is too large")
    return number


def _check_nodes(payload: Mapping[str, Any]) -> None:
    """Raise PayloadError for deep nesting, and for text that a database cannot store."""
    level: list[Any] = [payload]
    for _ in range(DEEPEST_NESTING):
        inner: list[Any] = []
        for node in level:
            if isinstance(node, str):
                _check_text(node)
            elif isinstance(node, dict):
                for name in node:
                    _check_text(name)
                inner += node.values()
            elif isinstance(node, list):
                inner += node
        if not inner:
            return
        level = inner
    raise _too_deep()


def _check_text(text: str) -> None:
    if (not text.isascii() or "\x00" in text) and not _UNSTORABLE.isdisjoint(text):
        raise PayloadError("the body contains a NUL character or half of a surrogate pair")


def _too_deep() -> PayloadError:
    return PayloadError(f"the body is nested more than {DEEPEST_NESTING} levels deep")
