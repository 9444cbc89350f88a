"""Pacing of all campaigns at once: from daily rows and budgets to the table. Estimation lives beside it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl

from adops_pipeline.domain.day_panel import Floats, build_panel
from adops_pipeline.domain.pacing.basis import Basis, find_basis
from adops_pipeline.domain.pacing.earlier_spans import EarlierSpans
from adops_pipeline.domain.pacing.entities import MONEY, entities_of, members_of, with_last_day
from adops_pipeline.domain.pacing.inputs import Inputs
from adops_pipeline.domain.pacing.judgement import judge
from adops_pipeline.domain.pacing.known_spend import (
    KnownSpend,
    earlier_totals,
    first_known_column,
    spent_in,
    with_known_from,
)
from adops_pipeline.domain.pacing.report import SCHEMA
from adops_pipeline.domain.pacing.rules import MonthlyTarget, PacingRules
from adops_pipeline.domain.pacing.season import year_panel
from adops_pipeline.domain.pacing.table import as_table
from adops_pipeline.domain.pacing.targets import with_targets
from adops_pipeline.domain.pacing.verdict import with_verdicts
from adops_pipeline.domain.verdict import DEFAULT_SEVERITY, SeverityRules

_KEY = ("platform", "entity_id")
_RECENT_DAYS = 28


def pace_campaigns(
    daily: pl.DataFrame,
    campaigns: pl.DataFrame,
    accounts: pl.DataFrame,
    targets: Sequence[MonthlyTarget],
    as_of: date | datetime | None,
    rules: PacingRules | None = None,
    budgets: pl.DataFrame | None = None,
    weights: Floats | None = None,
    severity: SeverityRules = DEFAULT_SEVERITY,
    earlier: pl.DataFrame | None = None,
    known: pl.DataFrame | None = None,
    calendar: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """One row per campaign, or per shared budget, with the columns of ``report.SCHEMA``, sorted by platform and id.

    ``daily`` has platform, campaign_id, date, spend (Decimal). ``campaigns`` and ``accounts`` are as in the tables
    campaigns and ad_accounts. ``as_of`` is the last complete day, or an aware time from which each account's own is
    found; None takes the accounts' own ``as_of``. ``budgets`` is the history of daily budgets: platform, campaign_id
    (or the shared budget's id), changed_on, daily_budget; days before a campaign's first row have no known budget.
    Without it the present budgets are taken for all days. ``weights`` (7, Monday to Sunday) replace the
    estimated weekday weights; ``severity`` grades the verdicts. ``known`` (platform, account_id, known_from) is the
    first day from which an account's rows are complete: days before it are not days without spend. ``earlier``
    (platform, campaign_id, period_start, period_end, spend) is what was spent before it. ``calendar`` (rows of
    `calendar_days`) has the events that change the accounts' days. Raises PacingError for
    impossible targets or zones.
    """
    rules = rules or PacingRules()
    members = members_of(campaigns)
    if members.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    entities = with_known_from(with_last_day(entities_of(members), accounts, as_of), known)
    last = entities["as_of"].max()
    assert isinstance(last, date)
    spend = _spend_by_entity(daily, members, last)
    recent = spend.filter(pl.col("date") > last - timedelta(days=_RECENT_DAYS))
    recent = recent.group_by(_KEY).agg(pl.col("spend").sum().alias("recent"))
    entities = with_targets(entities, members, targets, recent)
    all_spend = KnownSpend(spend, earlier_totals(earlier, members))
    tables = []
    for (day,), group in entities.group_by("as_of", maintain_order=True):
        assert isinstance(day, date)
        tables.append(as_table(judge(_inputs(group, all_spend, day, rules, weights, budgets, calendar), rules)))
    verdicts = with_verdicts(pl.concat(tables).sort("platform", "campaign_id"), severity, rules.max_step_change)
    return verdicts.select(*SCHEMA)


def _spend_by_entity(daily: pl.DataFrame, members: pl.DataFrame, last: date) -> pl.DataFrame:
    """Exact spend per platform, entity and day up to ``last``; rows of unknown campaigns are left out."""
    rows = daily.filter(pl.col("date") <= last).select(
        pl.col("platform").cast(pl.String), pl.col("campaign_id").cast(pl.String), "date", pl.col("spend").cast(MONEY)
    )
    pots = members.filter("is_pot").select("platform", "campaign_id", "entity_id")
    if pots.is_empty():
        return rows.rename({"campaign_id": "entity_id"})
    # Nearly all rows belong to no shared budget: what names them is cheaper than a join.
    may_draw = rows.select(pl.col("campaign_id").is_in(pots["campaign_id"].implode())).to_series()
    drawn = rows.filter(may_draw)
    # The days of a shared budget are summed here, exactly: sums of floats would depend on the order of the rows.
    shared = drawn.join(pots, on=["platform", "campaign_id"], how="inner").group_by(*_KEY, "date")
    others = drawn.join(pots, on=["platform", "campaign_id"], how="anti")
    own = pl.concat([rows.filter(~may_draw), others]).rename({"campaign_id": "entity_id"})
    return pl.concat([own, shared.agg(pl.col("spend").sum())])


def _bases(group: pl.DataFrame, day: date) -> list[Basis]:
    columns = ("platform", "start_date", "end_date", "target", "lifetime_budget", "daily_budget")
    return [
        find_basis(platform, day, (start, end), (target, lifetime, amount))
        for platform, start, end, target, lifetime, amount in group.select(columns).iter_rows()
    ]


def _inputs(
    group: pl.DataFrame,
    spend: KnownSpend,
    day: date,
    rules: PacingRules,
    weights: Floats | None,
    budgets: pl.DataFrame | None,
    calendar: pl.DataFrame | None,
) -> Inputs:
    bases = _bases(group, day)
    periods = group.select(*_KEY, "start_date", "known_from", "as_of").with_columns(
        pl.Series("begin", [b.period_start for b in bases]), pl.Series("end", [b.period_end for b in bases])
    )
    spent = spent_in(periods, spend, day)
    days = max(rules.backtest_days, rules.weekday_days, rules.level_days)
    keys = group.select("platform", pl.col("entity_id").alias("campaign_id"))
    rows = spend.daily.rename({"entity_id": "campaign_id"})
    panel = build_panel(rows, ("spend",), day - timedelta(days=days - 1), day, keys)
    if weights is not None:
        weights = np.broadcast_to(np.asarray(weights, dtype=np.float64) / np.mean(weights), (group.height, 7))
    # Before a campaign's own first day there is nothing to know.
    known = [first_known_column(group[name], panel.first_day).to_numpy() for name in ("known_from", "start_date")]
    is_known = panel.has_row | (np.arange(days) >= np.maximum(*known)[:, None])
    spans = EarlierSpans.of(group, spend.totals, day, panel.first_day)
    year = year_panel(rows, keys, day, rules)
    return Inputs.of(day, group, bases, (spent, panel, is_known), spans, weights, budgets, calendar, year)
