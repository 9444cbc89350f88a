"""Dagster complains on the terminal of every event that it could not store, before it raises the error as well."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from types import GeneratorType
from typing import Any, TextIO

_COMPLAINTS = (
    "Exception while writing logger call to event log: ",
    "Exception while storing event batch: ",
    "Falling back to storing multiple single-event storage requests",
)


class _WithoutComplaints:
    """The stream without those lines."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return len(text) if text.startswith(_COMPLAINTS) else self._stream.write(text)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - of the stream
        return getattr(self._stream, name)


@contextmanager
def without_complaints() -> Iterator[None]:
    """Leave those lines out within the block: the error that follows them is told once, at the end.

    Left out as well is what generators raise that are closed because of such an error: they report their own failure,
    which cannot be stored either.
    """
    told = sys.unraisablehook
    sys.unraisablehook = _but_of_generators(told)
    try:
        with redirect_stderr(_WithoutComplaints(sys.stderr)):
            yield
    finally:
        sys.unraisablehook = told


def _but_of_generators(
    tell: Callable[["sys.UnraisableHookArgs"], object],
) -> Callable[["sys.UnraisableHookArgs"], object]:
    def hook(given: "sys.UnraisableHookArgs") -> None:
        if not isinstance(given.object, GeneratorType):
            tell(given)

    return hook
