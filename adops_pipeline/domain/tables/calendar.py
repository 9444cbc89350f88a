"""The calendar: days that are known to be unusual."""

from typing import get_args

from adops_pipeline.domain.calendar.events import Basis, EventKind
from adops_pipeline.domain.tables.column import Column, Table
from adops_pipeline.domain.tables.columns import ACCOUNT_ID, CREATED_AT, PLATFORM

CALENDAR_DAYS = Table(
    "calendar_days",
    "Public holidays, retail events and the team's own events by account, past and to come.",
    "calendar",
    ("platform", "account_id", "date", "kind", "name"),
    (
        PLATFORM,
        ACCOUNT_ID,
        Column("date", "DATE", "Day, in the account's time zone.", required=True),
        Column("name", "VARCHAR", "Name of the event.", required=True),
        Column("kind", "VARCHAR", "Where the event comes from.", required=True, allowed=get_args(EventKind)),
        Column("country", "VARCHAR", "Country, or country and subdivision, of a public holiday."),
        Column("event_day", "BIGINT", "Which day of the event it is, from 1.", "days", required=True, minimum=1),
        Column("event_days", "BIGINT", "How many days the event lasts.", "days", required=True, minimum=1),
        Column("projects", "VARCHAR[]", "Projects that the event is limited to; NULL: all campaigns."),
        Column("expected_change_pct", "DOUBLE", "Effect on spend and results that settings expect.", "%"),
        Column(
            "basis", "VARCHAR", "Where the changes come from: the event's past days, settings, or nothing yet.",
            required=True, allowed=get_args(Basis),
        ),
        *(
            column
            for metric in ("spend", "conversions", "revenue")
            for column in (
                Column(
                    f"{metric}_change_pct", "DOUBLE",
                    f"Expected effect of the day's events on {metric}, as known the day before.", "%", minimum=-100,
                ),
                Column(f"{metric}_change_low", "DOUBLE", "Lower end of its 80 % interval.", "%", minimum=-100),
                Column(f"{metric}_change_high", "DOUBLE", "Upper end of its 80 % interval.", "%", minimum=-100),
            )
        ),
        CREATED_AT,
    ),
)  # fmt: skip
TABLES = (CALENDAR_DAYS,)
