"""Why a step failed, for the terminal, for executions, for alerts: in words of ours, else of the innermost error."""

import re
from typing import Protocol

from adops_pipeline.domain.text import one_line

_OURS = re.compile(r"^adops_pipeline(?:\.\w+)+: ", re.ASCII)
_OWN_CLASS = re.compile(r"^(?:adops_pipeline|dagster)(?:\.\w+)+: ", re.ASCII)
"""Dagster puts an error's class before its message. The messages of ours are sentences of their own."""
_CHECKS = re.compile(r"^\d+ blocking asset checks? failed with ERROR severity: ")


class _StepError(Protocol):
    """An error as Dagster's events hold it."""

    @property
    def message(self) -> str: ...

    @property
    def cause(self) -> "_StepError | None": ...


def reason_of(error: _StepError | None) -> str:
    """The message of our own error, which says what to do, else the innermost one, in one line."""
    while error is not None and error.cause is not None and not _OURS.match(error.message):
        error = error.cause
    if error is None:
        return "no reason was recorded"
    said = _OWN_CLASS.sub("", one_line(error.message))
    return _CHECKS.sub("wrong data would have been published, see the check ", said)


def is_failed_check(error: _StepError | None) -> bool:
    """Whether the step failed because a check, which says more, does not let wrong data be published."""
    while error is not None and error.cause is not None:
        error = error.cause
    return error is not None and _CHECKS.match(_OWN_CLASS.sub("", one_line(error.message))) is not None
