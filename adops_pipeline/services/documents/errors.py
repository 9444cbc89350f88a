"""Why a document cannot be made for these parameters. Every front reports it in its own form."""

from typing import Literal

Reason = Literal["no-data", "not-found", "invalid-request", "invalid-cursor"]


class DocumentError(Exception):
    """The message says what is wrong and what to do; ``reason`` is its stable name, for programs."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
