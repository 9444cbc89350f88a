"""Errors of the operational store; no message contains a password or a secret."""


class StoreError(Exception):
    """The store cannot be used: not reachable, held by another process, or made by a newer version."""


class NotFoundError(StoreError):
    """There is nothing with the requested id; ``hint`` continues the message, such as ``; did you mean trader?``."""

    def __init__(self, kind: str, key: str, hint: str = "") -> None:
        super().__init__(f"there is no {kind} {key!r}{hint}")


class RefusedError(StoreError):
    """The request cannot be fulfilled in the present state; the message says why."""


class InvalidError(StoreError):
    """A value is not acceptable; the message begins with the field's name."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason
