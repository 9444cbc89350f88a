"""Settings of the calendar: countries of accounts, and the team's own events."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import NoDecode

from adops_pipeline.domain.calendar.countries import check_region
from adops_pipeline.domain.calendar.events import Event
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.settings.base import Block, harmless, split_list

_MOST_DAYS = 62


class CalendarSettings(Block):
    """Which days count as unusual. An account's country is that of its time zone unless it is named here."""

    country: str | None = Field(
        None, description="Country of accounts whose time zone has none (Pinterest reports in UTC), e.g. `DE`."
    )
    countries: dict[str, str] = Field(
        {}, description="Country by `platform:account_id`, with a subdivision if wanted: `DE-BY`."
    )
    public_holidays: bool = Field(True, description="Whether public holidays are in the calendar.")
    retail_events: bool = Field(
        True, description="Whether Prime Days, Singles' Day, Black Friday, Cyber Monday and Christmas are in it."
    )

    @field_validator("country")
    @classmethod
    def _known(cls, country: str | None) -> str | None:
        if country is not None:
            check_region(country)
        return country

    @field_validator("countries")
    @classmethod
    def _accounts(cls, countries: dict[str, str]) -> dict[str, str]:
        for name, region in countries.items():
            platform, _, account = name.partition(":")
            if platform not in set(Platform) or not account:
                known = ", ".join(Platform)
                raise ValueError(f"accounts are named platform:account_id (platforms: {known}), not {harmless(name)}")
            check_region(region)
        return countries


class EventSettings(Block):
    """An event of the team's own: a sale, a launch, a television spot. One block for each time it takes place."""

    name: str = Field(min_length=1, description="Name; occurrences of the same name teach each other's effect.")
    first_day: date = Field(description="First day, in the accounts' time zones.")
    last_day: date = Field(description="Last day.")
    platforms: tuple[Platform, ...] = Field((), description="Platforms that it concerns; empty: all.")
    projects: Annotated[tuple[str, ...], NoDecode] = Field((), description="Project ids it is limited to; empty: all.")
    expected_change_pct: float | None = Field(
        None,
        gt=-100,
        le=2000,
        description="Expected effect on spend and results in percent: 50 is half more.",
    )

    _projects = field_validator("projects", mode="before")(split_list)

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.last_day < self.first_day:
            raise ValueError(f"event {self.name!r} ends on {self.last_day}, before its first_day {self.first_day}")
        if (self.last_day - self.first_day).days >= _MOST_DAYS:
            raise ValueError(
                f"event {self.name!r} lasts from {self.first_day} to {self.last_day}: an event has at most "
                f"{_MOST_DAYS} days, because what lasts longer is the new level"
            )
        return self

    def event(self) -> Event:
        """The same for the domain."""
        return Event(
            self.name, "own-event", self.first_day, self.last_day, self.platforms, self.projects,
            self.expected_change_pct,
        )  # fmt: skip


def occurrences_apart(events: Sequence[EventSettings]) -> None:
    """Raise ValueError for two events of one name that share a day."""
    ordered = sorted(events, key=lambda event: (event.name, event.first_day))
    for earlier, later in pairwise(ordered):
        if earlier.name == later.name and later.first_day <= earlier.last_day:
            raise ValueError(
                f"event {later.name!r} is declared twice for {later.first_day}: give one of them another name, or "
                f"end the first before {later.first_day}"
            )
