"""Checks of fields that several modules share. Each raises InvalidError with the field's name and what is allowed.

Names of secrets are checked without being shown, because people paste addresses instead of names.
"""

import re
from collections.abc import Collection, Mapping
from datetime import time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from adops_pipeline.domain.alerts.quiet_hours import DAYS
from adops_pipeline.domain.severity import Severity
from adops_pipeline.operations.errors import InvalidError

_REFERENCE = re.compile(r"[A-Za-z][A-Za-z0-9_.]{1,99}")
_PATTERN = re.compile(r"[a-z0-9_*.-]+")
_CLOCK = re.compile(r"\d\d:\d\d")
SEVERITIES = tuple(severity.value for severity in Severity)


def required(field: str, value: str) -> str:
    """Text that is not empty, stripped."""
    if not value.strip():
        raise InvalidError(field, "must not be empty")
    return value.strip()


def one_of(field: str, value: str, allowed: Collection[str]) -> None:
    """One of the allowed words."""
    if value not in allowed:
        raise InvalidError(field, f"must be one of {', '.join(allowed)}, got {value!r}")


def reference(field: str, value: str) -> None:
    """The name of a setting or variable."""
    if not _REFERENCE.fullmatch(value):
        raise InvalidError(
            field, "must be the name of a setting or environment variable (letters, digits, _ and .), not the secret"
        )


def event_filter(field: str, value: str) -> str:
    """Comma-separated patterns of event types, normalized: ``alert.*,workflow.failed``."""
    patterns = [part.strip() for part in value.split(",") if part.strip()]
    if not patterns:
        raise InvalidError(field, "must name at least one event; * stands for anything")
    for pattern in patterns:
        if not _PATTERN.fullmatch(pattern):
            raise InvalidError(field, f"{pattern!r} is not a pattern of event types such as alert.* or workflow.failed")
    return ",".join(dict.fromkeys(patterns))


def quiet_hours(field: str, value: Mapping[str, object]) -> dict[str, object]:
    """{timezone, start, end, days}: IANA zone, HH:MM (an end before the start is the next day), mon … sun."""
    unknown = sorted(value.keys() - {"timezone", "start", "end", "days"})
    if unknown:
        raise InvalidError(f"{field}.{unknown[0]}", "unknown field; the fields are timezone, start, end and days")
    zone = value.get("timezone", "UTC")
    if not isinstance(zone, str) or not _is_zone(zone):
        raise InvalidError(f"{field}.timezone", f"must be a time zone such as Europe/Berlin, got {zone!r}")
    start, end = (_clock(f"{field}.{name}", value.get(name)) for name in ("start", "end"))
    if start == end:
        raise InvalidError(f"{field}.end", "must differ from start")
    days = value.get("days", DAYS)
    if not isinstance(days, list | tuple) or not days or any(day not in DAYS for day in days):
        raise InvalidError(f"{field}.days", f"must be a list out of {', '.join(DAYS)}, got {days!r}")
    return {"timezone": zone, "start": start, "end": end, "days": [day for day in DAYS if day in days]}


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _clock(field: str, value: object) -> str:
    if isinstance(value, str) and _CLOCK.fullmatch(value):
        try:
            time.fromisoformat(value)
        except ValueError:
            pass
        else:
            return value
    raise InvalidError(field, f"must be a time such as 22:00, got {value!r}")
