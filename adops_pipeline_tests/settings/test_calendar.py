"""The team's events and countries in settings: what is accepted, and what an error says."""

from pathlib import Path

import pytest

from adops_pipeline.settings import SettingsError, load_settings
from adops_pipeline.wiring import analysis_rules

SALE = 'name = "Sale", first_day = 2026-07-17'


def written(own_data_dir: Path, text: str) -> None:
    (own_data_dir / "adops.toml").write_text(text)


def test_events_and_countries_reach_the_rules_of_the_calendar(own_data_dir: Path) -> None:
    written(
        own_data_dir,
        f'events = [{{ {SALE}, last_day = 2026-07-26, platforms = ["meta-ads"], projects = "p1, p2", '
        'expected_change_pct = 40 }]\n[calendar]\ncountry = "DE"\nretail_events = false\n'
        'countries = { "google-ads:1" = "DE-BY" }\n',
    )
    rules = analysis_rules(load_settings()).calendar
    assert (rules.country, rules.countries, rules.has_public_holidays, rules.has_retail_events) == (
        "DE", {"google-ads:1": "DE-BY"}, True, False,
    )  # fmt: skip
    (event,) = rules.events
    assert (event.kind, len(event.days), event.platforms, event.projects, event.expected_change_pct) == (
        "own-event", 10, ("meta-ads",), ("p1", "p2"), 40.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"events = [{{ {SALE}, last_day = 2026-07-16 }}]", "'Sale' ends on 2026-07-16, before"),
        (f"events = [{{ {SALE}, last_day = 2026-09-17 }}]", "at most 62 days"),
        (f"events = [{{ {SALE}, last_day = 2026-07-18 }}, {{ {SALE}, last_day = 2026-07-17 }}]", "declared twice"),
        (f"events = [{{ {SALE}, last_day = 2026-07-18, expected_change_pct = -100 }}]", "events.expected_change_pct"),
        ('[calendar]\ncountry = "XX"', "calendar.country: 'XX' is not a country"),
        ('[calendar]\ncountries = { "google:1" = "DE" }', "platform:account_id"),
        ('[calendar]\ncountries = { "google-ads:1" = "DE-XX" }', "no subdivision 'XX'"),
    ],
)
def test_a_wrong_event_or_country_is_named_with_what_is_wrong(own_data_dir: Path, text: str, said: str) -> None:
    written(own_data_dir, text)
    with pytest.raises(SettingsError, match=r"adops\.toml") as error:
        load_settings()
    assert said in str(error.value)


def test_an_event_of_62_days_and_two_that_follow_each_other_are_accepted(own_data_dir: Path) -> None:
    later = '{ name = "Sale", first_day = 2026-09-17, last_day = 2026-09-17 }'
    written(own_data_dir, f"events = [{{ {SALE}, last_day = 2026-09-16 }}, {later}]")
    assert [len(event.event().days) for event in load_settings().events] == [62, 1]
