"""Texts from ad platforms and their users, made safe to show to a language model: as data, of bounded length.

Such a text may try to instruct its reader, hide words or reorder lines. Characters that do so are removed; the reader
is told by the front that what remains is data.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

LONGEST_TEXT = 1_000
_DEEPEST = 40
_PLAIN = re.compile(r"[\x20-\x7e]*")
_KEPT_CONTROLS = "\n\t"
_JOINERS = "\u200c\u200d"
"""Format characters that scripts and emoji need; none of them hides or reorders text."""


def as_data(value: object, longest: int = LONGEST_TEXT) -> object:
    """The value as JSON has it, with every text within it cleaned and cut, names of fields included.

    Times and dates become ISO texts, decimals their digits.
    """
    return _cleaned(value, longest, _DEEPEST)


def clean_text(text: str, longest: int = LONGEST_TEXT) -> str:
    """The text without control characters, marks of direction, invisible and private characters; cut with a note."""
    if len(text) <= longest and _PLAIN.fullmatch(text):
        return text
    whole = len(text)
    kept = "".join(one for one in text[: 4 * longest] if _is_kept(one))
    if whole <= longest:
        return kept
    return f"{kept[:longest]} … [cut: {whole:,} characters]"


def _cleaned(value: object, longest: int, levels: int) -> object:
    if isinstance(value, str):
        return clean_text(value, longest)
    if isinstance(value, Mapping | list | tuple) and not levels:
        return "[cut: nested too deeply]"
    if isinstance(value, Mapping):
        return {clean_text(str(name), longest): _cleaned(inner, longest, levels - 1) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(inner, longest, levels - 1) for inner in value]
    if isinstance(value, date):  # a datetime is one
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _is_kept(character: str) -> bool:
    if character in _KEPT_CONTROLS or character in _JOINERS:
        return True
    return unicodedata.category(character) not in ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp")
