"""How much of a day's conversions is known after how many days."""

from typing import Literal, get_args

from adops_pipeline.domain.tables.column import Column, Table
from adops_pipeline.domain.tables.columns import CREATED_AT, PLATFORM

MaturityBasis = Literal["assumed", "learning", "learnt"]
"""What a curve rests on: the prior alone; observed arrivals and the prior; observed arrivals."""
_SHARE = "share of the final value"
ANALYTICS_MATURITY = Table(
    "analytics_maturity",
    "Conversion maturity: the share of a day's conversions that a platform has reported k days later.",
    "maturity",
    ("platform", "lag_days"),
    (
        PLATFORM,
        Column("lag_days", "INTEGER", "Days after the day; 1 is the next day.", "days", required=True, minimum=1),
        Column("share", "DOUBLE", "Share of the day's conversions that is known.", _SHARE, required=True, minimum=0),
        Column("share_low", "DOUBLE", "Lower end of its 80 % interval.", _SHARE, required=True, minimum=0),
        Column("share_high", "DOUBLE", "Upper end of its 80 % interval.", _SHARE, required=True, minimum=0),
        Column("revenue_share", "DOUBLE", "The same of the value of conversions.", _SHARE, required=True, minimum=0),
        Column(
            "conversions_seen", "DOUBLE", "Conversions of days that were looked at again after this lag.", "count",
            required=True, minimum=0,
        ),
        Column(
            "basis", "VARCHAR",
            "What the curve rests on: assumed (no day was looked at again yet), learning (the assumption still"
            " weighs) or learnt.",
            required=True, allowed=get_args(MaturityBasis),
        ),
        CREATED_AT,
    ),
)  # fmt: skip
TABLES = (ANALYTICS_MATURITY,)
