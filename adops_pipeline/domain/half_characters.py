"""Halves of characters in JSON: a program that cuts a name after so many code units leaves the first half of an emoji.

RFC 8259 (section 8.2) allows ``"\\ud83d"`` and says that readers differ: most refuse the whole document. One name must
not cost all the others.
"""

import re

_ESCAPES = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
"""Every escape of a document from the left: a whole pair, a half (the group), or any other, such as a backslash."""


def without_halves(document: bytes) -> bytes:
    """JSON in which the escape of half a character is that of U+FFFD, of the same length; all else is untouched."""
    if b"\\ud" not in document and b"\\uD" not in document:
        return document
    return _ESCAPES.sub(lambda found: found[0] if found[1] is None else b"\\ufffd", document)
