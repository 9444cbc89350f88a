"""Types of fields in imported records: lenient in spelling, strict in meaning."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, AliasChoices, BeforeValidator
from pydantic.alias_generators import to_camel

from adops_pipeline.domain.vocabulary import Platform

_PLATFORMS = {
    "google": Platform.GOOGLE_ADS, "googleads": Platform.GOOGLE_ADS, "adwords": Platform.GOOGLE_ADS,
    "meta": Platform.META_ADS, "metaads": Platform.META_ADS, "facebook": Platform.META_ADS,
    "facebookads": Platform.META_ADS, "pinterest": Platform.PINTEREST, "pinterestads": Platform.PINTEREST,
}  # fmt: skip
_STATUSES = {
    "queued": "pending", "scheduled": "pending", "in_progress": "running", "inprogress": "running",
    "success": "completed", "succeeded": "completed", "done": "completed", "error": "failed", "failure": "failed",
    "canceled": "cancelled", "aborted": "cancelled",
}  # fmt: skip


def called(*names: str) -> AliasChoices:
    """The names of a field in snake_case; each is also accepted in camelCase. Errors show the first in camelCase."""
    return AliasChoices(*(spelling for name in names for spelling in dict.fromkeys((to_camel(name), name))))


def _platform(value: object) -> object:
    return _PLATFORMS.get(re.sub(r"[\s_-]", "", value).casefold(), value) if isinstance(value, str) else value


def _word(value: object) -> object:
    return value.strip().casefold() if isinstance(value, str) else value


def _status(value: object) -> object:
    word = _word(value)
    return _STATUSES.get(word, word) if isinstance(word, str) else word


def _number(value: object) -> object:
    """Seconds since 1970 may have a fraction; true and false are rejected."""
    if isinstance(value, bool):
        raise ValueError("must be a date and time")  # noqa: TRY004 - pydantic turns ValueError into its own error
    return float(value) if isinstance(value, Decimal) else value


def _utc(value: datetime) -> datetime:
    """An instant without a zone was UTC in the older store."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _filled(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty")
    return value


def _exact(value: Decimal) -> Decimal:
    if not value.is_finite() or abs(value) >= 10**12 or value != round(value, 6):
        raise ValueError("must be an amount below 10^12 with at most six decimals")
    return value


Filled = Annotated[str, AfterValidator(_filled)]
Moment = Annotated[datetime, BeforeValidator(_number), AfterValidator(_utc)]
Amount = Annotated[Decimal, AfterValidator(_exact)]
Word = Annotated[str, BeforeValidator(_word)]
PlatformName = Annotated[Platform, BeforeValidator(_platform)]
StatusName = BeforeValidator(_status)


def plain(value: Any) -> Any:  # noqa: ANN401 - JSON
    """The value as JSON: a decimal number becomes a float if that is exact, otherwise text."""
    if isinstance(value, Decimal):
        near = float(value)
        return near if value.is_finite() and Decimal(repr(near)) == value else str(value)
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value
