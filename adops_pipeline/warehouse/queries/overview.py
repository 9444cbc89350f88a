"""Sums of a period beside the period before it: for the overview, for each campaign, and by day. Read-only.

Ratios of a period are ratios of its sums. Young days lack conversions: changes compare nowcasts of both periods.
Amounts of different currencies are never added up: sums are by currency, and beside them in the reporting currency,
which is NULL where a rate is missing for some of it. DuckDB writes the JSON.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import duckdb

from adops_pipeline.warehouse.sql import statement

SUMS = ("impressions", "clicks", "spend", "conversions", "revenue")
RATIOS = {"ctr": ("clicks", "impressions"), "cpc": ("spend", "clicks"), "cpa": ("spend", "conversions"),
          "roas": ("revenue", "spend")}  # fmt: skip
METRICS = (*SUMS, *RATIOS)
Dimension = Literal["platform", "account", "project", "currency"]
_DIMENSIONS = {
    "platform": "platform",
    "account": "platform || ':' || account_id",
    "project": "project_id",
    "currency": "currency",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Days from ``first`` to ``last``, both included, of the campaigns that every given filter lets through."""

    first: date
    last: date
    platforms: Sequence[str] = ()
    account_ids: Sequence[str] = ()
    currencies: Sequence[str] = ()
    project_id: str | None = None
    campaign_ids: Sequence[str] = ()
    """`platform:campaign_id`."""
    compared: tuple[date, date] | None = None
    """First and last day of the period to compare with; by default the one of the same length before it."""

    @property
    def before(self) -> date:
        """First day of the period that it is compared with."""
        return self.compared[0] if self.compared else self.first - (self.last - self.first) - timedelta(days=1)

    @property
    def before_last(self) -> date:
        """Last day of that period."""
        return self.compared[1] if self.compared else self.first - timedelta(days=1)

    @property
    def values(self) -> dict[str, object]:
        """The values bound in a query."""
        return {
            "first": self.first, "last": self.last, "before": self.before, "before_last": self.before_last,
            "platforms": list(self.platforms), "accounts": list(self.account_ids), "currencies": list(self.currencies),
            "project": self.project_id,
        } | ({"campaigns": list(self.campaign_ids)} if self.campaign_ids else {})  # fmt: skip

    @property
    def rows(self) -> str:
        """The query of the daily sums in scope."""
        return statement("api_scope_campaigns" if self.campaign_ids else "api_scope")


def newest_day(con: duckdb.DuckDBPyConnection) -> date | None:
    """The last day that was over in every account, those aside that nobody has pulled for a week; None without data."""
    query = """
    SELECT min(last_day) FILTER (WHERE last_day > newest - 7) FROM (
        SELECT max(date) AS last_day, max(max(date)) OVER () AS newest
        FROM rollup_daily WHERE is_complete_day GROUP BY platform, account_id
    )
    """
    (found,) = con.execute(query).fetchone() or (None,)
    return found if isinstance(found, date) else None


def is_campaign(con: duckdb.DuckDBPyConnection, campaign_id: str) -> bool:
    """Whether there is a campaign with this id (`platform:campaign_id`)."""
    return con.execute("SELECT 1 FROM campaigns WHERE id = $id", {"id": campaign_id}).fetchone() is not None


def overview(con: duckdb.DuckDBPyConnection, scope: Scope) -> str:
    """`{totals, reporting, series}`: by currency, in the reporting currency, and by day, platform and currency."""
    query = f"""
    WITH scope AS ({scope.rows}),
    totals AS (SELECT currency, {_sums()} FROM scope GROUP BY currency),
    reporting AS (
        SELECT {_sums("spend_reporting", "revenue_reporting")},
            list_sort(list(DISTINCT currency) FILTER (WHERE spend_without_rate > 0)) AS without_rate
        FROM scope
    ),
    series AS (
        SELECT date, platform, currency, {_day_sums()}, min(conversions_share_known) AS known
        FROM scope WHERE is_now GROUP BY ALL
    )
    SELECT CAST(json_object(
        'totals', (SELECT coalesce(list(json_object('currency', currency, {_cards()}) ORDER BY currency), [])
                   FROM totals),
        'reporting', (SELECT json_object({_cards("spend", "revenue", "roas")},
                          'withoutRate', coalesce(without_rate, [])) FROM reporting),
        'series', (SELECT coalesce(list(json_object('date', date, 'platform', platform, 'currency', currency,
                       {_plain()}, 'conversionsShareKnown', known) ORDER BY date, platform, currency), [])
                   FROM series)
    ) AS VARCHAR)
    """  # noqa: S608 - constants of this module; values are bound
    (document,) = con.execute(query, scope.values).fetchone() or ("",)
    return str(document)


def trend(con: duckdb.DuckDBPyConnection, campaign_id: str, scope: Scope) -> str:
    """A list with one object for each day of the campaign (`platform:campaign_id`) in scope that has data."""
    query = f"""
    WITH days AS (
        SELECT date, currency, {_day_sums()}, min(conversions_share_known) AS known
        FROM ({statement("api_trend")}) GROUP BY ALL
    )
    SELECT CAST(to_json(coalesce(list(json_object('date', days.date, 'currency', currency, {_plain()}, {_ratios()},
        'conversionsNowcast', conversions / coalesce(known, 1), 'conversionsShareKnown', known,
        'isImmature', coalesce(known < 1, false), 'restatements', coalesce(restatements, 0)
    ) ORDER BY days.date, currency), [])) AS VARCHAR)
    FROM days LEFT JOIN ({statement("api_restatements")}) AS restated ON restated.date = days.date
    """  # noqa: S608 - as above
    platform, _, own = campaign_id.partition(":")
    values = {**scope.values, "platform": platform, "campaign": own}
    for name in ("before", "before_last"):
        del values[name]
    (document,) = con.execute(query, values).fetchone() or ("[]",)
    return str(document)


def compare(con: duckdb.DuckDBPyConnection, scope: Scope, by: Dimension) -> str:
    """A list with one object for each value of the dimension and currency: the period against the one before."""
    query = f"""
    WITH scope AS ({scope.rows}),
    groups AS (SELECT {_DIMENSIONS[by]} AS key, currency, {_sums()} FROM scope GROUP BY ALL)
    SELECT CAST(to_json(coalesce(list(json_object('key', key, 'currency', currency, {_cards()})
        ORDER BY key NULLS LAST, currency), [])) AS VARCHAR) FROM groups
    """  # noqa: S608 - as above
    (document,) = con.execute(query, scope.values).fetchone() or ("[]",)
    return str(document)


def _sums(spend: str = "spend", revenue: str = "revenue") -> str:
    """Sums of the period and of the one before; an amount is NULL where part of it has no rate.

    ``*_final`` are nowcasts: what is known of each day over the share that is known.
    """
    columns = {"spend": spend, "revenue": revenue}
    parts = []
    for suffix, rows in (("", "is_now"), ("_before", "is_before")):
        for name in SUMS:
            column = columns.get(name, name)
            missing = f"count(*) FILTER (WHERE {rows} AND {name}_without_rate > 0)"
            guard = "{}" if column == name else f"CASE WHEN {missing} = 0 THEN {{}} END"
            final = f"{column}_nowcast" if name in ("conversions", "revenue") else column
            for alias, source in ((name, column), (f"{name}_final", final)):
                total = f"coalesce(sum({source}) FILTER (WHERE {rows}), 0)"
                parts.append(f"{guard.format(total)} AS {alias}{suffix}")
    return ", ".join(parts)


def _day_sums() -> str:
    return ", ".join(f"sum({name}) AS {name}" for name in SUMS)


def _plain() -> str:
    return ", ".join(f"'{name}', {name}" for name in SUMS)


def _ratio(name: str, suffix: str = "") -> str:
    above, below = RATIOS[name]
    return f"({above}{suffix}::DOUBLE / nullif({below}{suffix}, 0)::DOUBLE)"


def _ratios() -> str:
    return ", ".join(f"'{name}', {_ratio(name)}" for name in RATIOS)


def _cards(*names: str) -> str:
    """For each metric `{value, nowcast, previous, change}`: as reported, nowcast, the nowcast of the period before.

    The change is relative, NULL where nothing was before.
    """
    parts = []
    for name in names or METRICS:
        value, now, before = (
            f"{name}{suffix}" if name in SUMS else _ratio(name, suffix) for suffix in ("", "_final", "_final_before")
        )
        change = f"({now})::DOUBLE / nullif({before}, 0)::DOUBLE - 1"
        card = f"'value', {value}, 'nowcast', {now}, 'previous', {before}, 'change', {change}"
        parts.append(f"'{name}', json_object({card})")
    return ", ".join(parts)
