"""What to do today: the few actions per account that pacing, anomalies, tests and the budget plan agree on."""

from typing import Literal, get_args

from adops_pipeline.domain.tables.column import Column, Table
from adops_pipeline.domain.tables.columns import ACCOUNT_ID, CREATED_AT, CURRENCY, PLATFORM, money, severity

ActionKind = Literal[
    "fix-delivery", "fix-tracking", "check-anomaly", "slow-down", "speed-up", "raise-budget", "lower-budget",
    "use-winner",
]  # fmt: skip
"""``slow-down`` and ``speed-up`` come from pacing, ``raise-budget`` and ``lower-budget`` from the budget plan."""

TODO = Table(
    "todo",
    "What to do, by account: at most a handful of actions, one per campaign, ranked by the money at stake.",
    "todo",
    ("as_of", "platform", "campaign_id"),
    (
        Column("as_of", "DATE", "Last complete day, in the account's time zone.", required=True),
        PLATFORM,
        ACCOUNT_ID,
        Column("campaign_id", "VARCHAR", "Campaign; of a shared budget, the budget's own id.", required=True),
        Column("campaign_name", "VARCHAR", "The campaign's name; of a shared budget, its campaigns' names."),
        CURRENCY,
        Column("rank", "INTEGER", "1 is the first thing to do in the account.", required=True, minimum=1),
        Column("action", "VARCHAR", "What kind of action it is.", required=True, allowed=get_args(ActionKind)),
        severity("Severity, on the scale of all verdicts.", required=True),
        money("money_at_stake", "Money at stake in the coming week, or until the period's end."),
        money("current_daily", "Daily amount now; NULL where no amount is to be set."),
        money("suggested_daily", "Daily amount to set, within one allowed step."),
        Column("change_pct", "DOUBLE", "The change between the two.", "percent"),
        Column("instruction", "VARCHAR", "What to do, and why, in a sentence or two.", required=True),
        Column("supersedes", "VARCHAR", "Other findings on this campaign that are not to be acted on, and why."),
        CREATED_AT,
    ),
    history_column="as_of",
)
TABLES = (TODO,)
