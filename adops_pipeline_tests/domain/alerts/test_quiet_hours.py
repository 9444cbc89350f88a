"""Quiet hours."""

from datetime import UTC, datetime, time

import pytest

from adops_pipeline.domain.alerts.quiet_hours import DAYS, QuietHours, from_setting
from adops_pipeline.domain.severity import Severity

NIGHTS = QuietHours("Europe/Berlin", time(22), time(7), days=("mon", "tue", "wed", "thu", "fri"))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-03-02T20:59", None),
        ("2026-03-02T21:00", "2026-03-03T06:00"),  # Monday 22:00 in Berlin
        ("2026-03-03T05:59", "2026-03-03T06:00"),
        ("2026-03-03T06:00", None),
        ("2026-03-07T05:00", "2026-03-07T06:00"),  # Saturday morning belongs to Friday's night
        ("2026-03-07T22:00", None),  # Saturday's night is none
        ("2026-03-02T05:00", None),  # nor is Sunday's
        ("2026-10-23T21:00", "2026-10-24T05:00"),
        ("2026-03-27T21:30", "2026-03-28T06:00"),
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_begins(now: str, until: str | None) -> None:
    assert NIGHTS.ends_after(utc(now)) == (until and utc(until))


def test_the_end_follows_the_clocks_when_they_change() -> None:
    every_night = QuietHours("Europe/Berlin", time(22), time(7))
    assert every_night.ends_after(utc("2026-03-28T22:00")) == utc("2026-03-29T05:00")
    assert every_night.ends_after(utc("2026-10-24T22:00")) == utc("2026-10-25T06:00")


def test_the_severity_floor_breaks_through() -> None:
    night = utc("2026-03-02T23:00")
    assert [NIGHTS.holds(severity, night) for severity in Severity] == [True, True, False]
    silent = QuietHours("UTC", time(22), time(7), breaks_through=None)
    assert silent.holds(Severity.CRITICAL, night)
    assert not silent.holds(Severity.INFO, utc("2026-03-02T12:00"))


def test_a_stored_setting_reads() -> None:
    setting = {"timezone": "Europe/Berlin", "start": "22:00", "end": "07:00", "days": list(DAYS[:5])}
    assert from_setting(setting) == NIGHTS
    assert from_setting({"start": "22:00", "end": "07:00"}) == QuietHours("UTC", time(22), time(7), days=DAYS)
    assert from_setting(None) is None


@pytest.mark.parametrize(
    "setting",
    [
        {"start": "22:00", "end": "22:00"},
        {"start": "22:00", "end": "07:00", "days": ["monday"]},
        {"start": "22:00", "end": "07:00", "timezone": "Moon/Base"},
        {"start": "late", "end": "07:00"},
    ],
)
def test_nonsense_is_refused(setting: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        from_setting(setting)
