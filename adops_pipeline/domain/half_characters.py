"""Broken characters in JSON: halves, and bytes that are no UTF-8. One name must not cost all the others.

A program that cuts a name after so many code units leaves the first half of an emoji; one that cuts it after so many
bytes, or writes it in an older encoding, leaves bytes that are no UTF-8. RFC 8259 (section 8.2) allows ``"\\ud83d"``
and says that readers differ: most refuse the whole document.
"""

import codecs
import re
from collections.abc import Iterator

_STEP = 1 << 16
_ESCAPES = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
"""Every escape of a document from the left: a whole pair, a half (the group), or any other, such as a backslash."""


def without_halves(document: bytes) -> bytes:
    """JSON in which the escape of half a character is that of U+FFFD, of the same length; all else is untouched."""
    if b"\\ud" not in document and b"\\uD" not in document:
        return document
    return _ESCAPES.sub(lambda found: found[0] if found[1] is None else b"\\ufffd", document)


def is_utf8(document: bytes) -> bool:
    """Whether a document is UTF-8. Checked in steps: the text of a whole one can take four times its memory."""
    try:
        for _ in _texts(document, "strict"):
            pass
    except UnicodeDecodeError:
        return False
    return True


def readable(document: bytes) -> bytes:
    """JSON without halves, in which U+FFFD stands for bytes that are no UTF-8; all else is untouched."""
    if not is_utf8(document):
        document = b"".join(text.encode() for text in _texts(document, "replace"))
    return without_halves(document)


def _texts(document: bytes, errors: str) -> Iterator[str]:
    decoder, view = codecs.getincrementaldecoder("utf-8")(errors), memoryview(document)
    for start in range(0, len(document), _STEP):
        yield decoder.decode(view[start : start + _STEP])
    yield decoder.decode(b"", final=True)
