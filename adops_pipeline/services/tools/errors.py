"""Why a call of a tool failed, in words that say how to mend it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Code = Literal[
    "unknown-tool",
    "invalid-arguments",
    "not-permitted",
    "not-found",
    "refused",
    "platform-error",
    "uncertain",
    "unavailable",
    "failed",
]


@dataclass(frozen=True, slots=True)
class ArgumentError:
    """One wrong argument: the path of its field, and what is wrong with it."""

    field: str
    message: str


class ToolError(Exception):
    """A call that failed; ``code`` is stable, for programs."""

    def __init__(self, code: Code, message: str, arguments: Sequence[ArgumentError] = ()) -> None:
        super().__init__(message)
        self.code, self.arguments = code, tuple(arguments)


def invalid_argument(field: str, message: str) -> ToolError:
    """The call has one wrong argument."""
    return ToolError("invalid-arguments", f"{field}: {message}", [ArgumentError(field, message)])
