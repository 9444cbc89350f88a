"""The table `todo`: the chosen actions as rows."""

from dataclasses import dataclass, field

import polars as pl

from adops_pipeline.domain.anomalies.events import findings
from adops_pipeline.domain.pacing.entities import entities_of, members_of
from adops_pipeline.domain.pacing.pulls import pulls_of
from adops_pipeline.domain.pacing.verdict import newest_rows
from adops_pipeline.domain.tables.todo import TODO
from adops_pipeline.domain.todo.candidates import Key, from_anomalies, from_pacing, from_plan, from_tests
from adops_pipeline.domain.todo.choice import Action, Place, choose
from adops_pipeline.domain.verdict import SeverityRules

SCHEMA = TODO.polars_schema(without=("created_at",))
_MONEY = pl.Decimal(18, 6)


@dataclass(frozen=True, slots=True)
class TodoRules:
    """How long the list is, and the scale of severity."""

    per_account: int = 5
    severity: SeverityRules = field(default_factory=SeverityRules)


@dataclass(frozen=True, slots=True)
class Findings:
    """What the analyses have found: analytics_budgets, budget_recommendations, analytics_anomalies, ab_tests."""

    budgets: pl.DataFrame
    plan: pl.DataFrame
    anomalies: pl.DataFrame
    tests: pl.DataFrame


def todo_table(
    found: Findings, campaigns: pl.DataFrame, days: pl.DataFrame, rules: TodoRules | None = None
) -> pl.DataFrame:
    """The list of each account for its last complete day, with the columns of ``SCHEMA``.

    ``campaigns`` is the table of that name, ``days`` has platform, account_id and as_of. Only the newest rows of
    ``found`` are read: budgets, anomalies and tests of each account's newest day, and the last plan.
    """
    rules = rules or TodoRules()
    members = members_of(campaigns)
    if members.is_empty() or days.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    keys = members.select("platform", "campaign_id", "entity_id")
    entities: dict[Key, str] = {(platform, campaign): entity for platform, campaign, entity in keys.iter_rows()}
    budgets = newest_rows(found.budgets)
    named = entities_of(members).join(days, on=["platform", "account_id"], how="inner")
    candidates = [
        *from_pacing(budgets),
        *from_anomalies(_newest_anomalies(found.anomalies, days), entities),
        *from_plan(found.plan.filter(pl.col("as_of") == pl.col("as_of").max()), entities, rules.severity),
        *from_tests(_decided_today(found.tests, members, days), entities),
    ]
    actions = choose(candidates, _places(named, budgets), rules.per_account, rules.severity)
    return _rows(actions, named)


def _of_newest_day(rows: pl.DataFrame, day: str, days: pl.DataFrame) -> pl.DataFrame:
    """The rows of their account's last complete day."""
    return rows.join(
        days.select("platform", "account_id", pl.col("as_of").alias(day)),
        on=["platform", "account_id", day],
        how="semi",
        maintain_order="left",
    )


def _newest_anomalies(anomalies: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """Findings of the accounts' last complete day; an event stands with the campaign that it costs most."""
    rows = _of_newest_day(anomalies, "date", days)
    hit = pl.col("event_id").is_not_null()
    dearest = rows.filter(hit).sort("money_effect", "campaign_id", descending=[True, False])
    members = dearest.unique("event_id", keep="first", maintain_order=True).select(
        "event_id", pl.col("campaign_id").alias("dearest")
    )
    found = findings(rows).join(members, on="event_id", how="left", maintain_order="left")
    return found.with_columns(pl.coalesce("dearest", "campaign_id").alias("campaign_id")).drop("dearest")


def _decided_today(tests: pl.DataFrame, members: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """Tests that were decided on their account's last complete day."""
    owners = members.select("platform", "campaign_id", "account_id")
    owned = tests.join(owners, on=["platform", "campaign_id"], how="inner", maintain_order="left")
    return _of_newest_day(owned, "completed_at", days)


def _places(named: pl.DataFrame, budgets: pl.DataFrame) -> dict[Key, Place]:
    pulls = pulls_of(budgets)
    columns = ("platform", "entity_id", "account_id", "currency", "status")
    return {
        (platform, entity): Place(
            (platform, account), currency or "", status == "active", pulls.get((platform, entity))
        )
        for platform, entity, account, currency, status in named.select(*columns).iter_rows()
    }


def _rows(actions: list[Action], named: pl.DataFrame) -> pl.DataFrame:
    chosen = pl.DataFrame(
        [_row(action) for action in actions],
        schema={
            "platform": pl.String(), "entity_id": pl.String(), "action": pl.String(), "severity": pl.String(),
            "money_at_stake": pl.Float64(), "current_daily": pl.Float64(), "suggested_daily": pl.Float64(),
            "instruction": pl.String(), "supersedes": pl.String(),
        },
        orient="row",
    )  # fmt: skip
    table = chosen.join(
        named.select("platform", "entity_id", "account_id", "currency", "as_of", pl.col("name").alias("campaign_name")),
        on=["platform", "entity_id"],
        how="inner",
        maintain_order="left",
    )
    account = ("platform", "account_id")
    ratio = pl.col("suggested_daily") / pl.col("current_daily")
    return table.with_columns(
        pl.int_range(1, pl.len() + 1).over(account).cast(pl.Int32).alias("rank"),
        (100 * (ratio - 1)).round(2).alias("change_pct"),
        pl.col("entity_id").alias("campaign_id"),
        *(pl.col(name).round(6).cast(_MONEY) for name in ("money_at_stake", "current_daily", "suggested_daily")),
    ).select(*SCHEMA)


def _row(action: Action) -> tuple[object, ...]:
    one = action.chosen
    now, new = one.amounts or (None, None)
    money = min(one.money, 999_999_999_999.0)
    return (*one.key, one.kind, one.severity.value, money, now, new, one.instruction, action.supersedes)
