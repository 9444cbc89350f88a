"""Suggestions for misspelt words."""

import difflib
from collections.abc import Iterable

_LEAST_LIKENESS = 0.6
_LONGEST_TYPED = 200
"""What is longer is no misspelt word, and comparing it would take long."""


def did_you_mean(typed: str, known: Iterable[str]) -> str:
    """``; did you mean google-ads?`` for the nearest of ``known``; empty if none is similar.

    Letter case, dashes and underscores count for nothing.
    """
    near = nearest(typed, known)
    return f"; did you mean {near}?" if near else ""


def nearest(typed: str, known: Iterable[str]) -> str | None:
    """The nearest of ``known``; None if none is similar. Of equally similar words the first."""
    if len(typed) > _LONGEST_TYPED:
        return None
    plain: dict[str, str] = {}
    for word in known:
        plain.setdefault(_plain(word), word)
    close = difflib.get_close_matches(_plain(typed), list(plain), n=1, cutoff=_LEAST_LIKENESS)
    if close:
        return plain[close[0]]
    beginning = [word for key, word in plain.items() if len(_plain(typed)) > 2 and key.startswith(_plain(typed))]
    return beginning[0] if beginning else None


def _plain(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter.isalnum())
