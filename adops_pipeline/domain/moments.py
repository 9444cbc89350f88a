"""Moments in time as tables hold them."""

from datetime import UTC, datetime


def as_stored(instant: datetime) -> datetime:
    """The aware ``instant`` as the warehouse stores it: in UTC, without a zone."""
    return instant.astimezone(UTC).replace(tzinfo=None)
