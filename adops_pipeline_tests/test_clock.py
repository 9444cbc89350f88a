"""Which names are time zones, and which day it is there."""

from datetime import UTC, date, datetime

import pytest

from adops_pipeline.clock import local_date, zone_of


def test_the_local_day_follows_the_zone() -> None:
    now = datetime(2026, 11, 3, 22, 30, tzinfo=UTC)
    assert local_date(now, "Asia/Tokyo") == date(2026, 11, 4)
    assert local_date(now, "America/Buenos_Aires") == date(2026, 11, 3)
    assert local_date(now, "Etc/GMT-2") == date(2026, 11, 4)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Mars/Olympus",
        "America",
        "../etc/passwd",
        "Europe/Berlin\0",
        "E" * 5000,
        "localtime",
        "posix/Europe/Berlin",
        "É",
    ],
)
def test_other_names_are_refused_by_name(name: str) -> None:
    with pytest.raises(ValueError, match="unknown time zone") as caught:
        zone_of(name)
    assert len(str(caught.value)) < 100
