"""The pull ledger and the exchange rates."""

from typing import Literal, get_args

from adops_pipeline.domain.tables.column import Column, Table
from adops_pipeline.domain.tables.columns import ACCOUNT_ID, CURRENCY, PLATFORM, REPORTS

PullState = Literal["landed", "applied", "damaged", "pruned"]

RAW_PULLS = Table(
    "raw_pulls",
    "Ledger of pulls: one row for each raw file, with its state.",
    "metrics",
    ("pull_id",),
    (
        Column("pull_id", "VARCHAR", "Id of the pull: platform, report, account, date range and time.", required=True),
        PLATFORM,
        Column("report", "VARCHAR", "Report that was pulled.", required=True, allowed=REPORTS),
        ACCOUNT_ID,
        Column("range_start", "DATE", "First day of the range; NULL for entities."),
        Column("range_end", "DATE", "Last day of the range; NULL for entities."),
        Column("pulled_at", "TIMESTAMP", "Time of the pull.", "UTC", required=True),
        CURRENCY,
        Column("timezone", "VARCHAR", "The account's time zone at the time of the pull.", required=True),
        Column("path", "VARCHAR", "The raw file, relative to the raw folder.", required=True),
        Column("rows", "BIGINT", "Rows in the file.", "count", required=True, minimum=0),
        Column("bytes", "BIGINT", "Size of the file.", "bytes", required=True, minimum=0),
        Column("sha256", "VARCHAR", "Checksum of the file.", required=True),
        Column("state", "VARCHAR", "State of the pull.", required=True, allowed=get_args(PullState)),
        Column("error", "VARCHAR", "Why the file is damaged, if it is."),
    ),
)
FX_RATES = Table(
    "fx_rates",
    "Daily exchange rates into the reporting currency.",
    "metrics",
    ("date", "currency"),
    (
        Column("date", "DATE", "Day.", required=True),
        Column("currency", "VARCHAR", "ISO 4217 code.", required=True),
        Column(
            "rate_to_reporting", "DECIMAL(18,10)", "Reporting currency for one unit.", "reporting currency per unit",
            required=True, minimum=0,
        ),
        Column("source_date", "DATE", "Day of the quote that the rate is based on.", required=True),
    ),
)  # fmt: skip
TABLES = (RAW_PULLS, FX_RATES)
