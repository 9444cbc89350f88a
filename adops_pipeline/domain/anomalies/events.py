"""Events: anomalies of many campaigns of an account on one day, marked in the rows and reported as one finding."""

import polars as pl

from adops_pipeline.domain.anomalies.report import explain_event
from adops_pipeline.domain.anomalies.rules import AnomalyRules
from adops_pipeline.domain.severity import Severity

_DAY = ("platform", "account_id", "date")
_VOLUME = ("spend", "impressions", "conversions")
_STOPS = ("delivery-stopped", "tracking-stopped")
_VALUES = ("observed", "expected", "low", "high")


def mark_events(rows: pl.DataFrame, moved: pl.DataFrame, delivering: pl.DataFrame, rules: AnomalyRules) -> pl.DataFrame:
    """``rows`` of one run with ``event_id`` and ``event_campaigns``, both NULL where the campaign is on its own.

    ``rows`` and ``moved`` have platform, account_id, campaign_id, date, metric and direction; ``moved`` are days that
    went half as far as a flagged one: a shock that all campaigns share takes few of the noisy ones beyond their bands.
    ``delivering`` has platform, account_id and campaigns: how many of the account could be judged. A metric that moved
    the same way in enough campaigns makes the event of its account and day; whatever was unusual in those campaigns on
    that day belongs to it. Where spend, impressions or conversions made it, so does each of the three that moved that
    way in another campaign, unless it stopped there. ``event_campaigns`` counts all that moved so, or belong to it.
    """
    kind = [*_DAY, "metric", "direction"]
    known = [*kind, "campaign_id"]
    all_moved = pl.concat([rows.select(known), moved.select(known)])
    shared = (
        all_moved.group_by(kind)
        .agg(pl.col("campaign_id").n_unique().alias("struck"))
        .join(delivering, on=["platform", "account_id"], how="left")
        .filter(
            pl.col("struck") >= rules.shared_campaigns,
            pl.col("struck") >= rules.shared_share * pl.col("campaigns").fill_null(1),
        )
    )
    volume, campaign = pl.col("metric").is_in(_VOLUME), [*_DAY, "campaign_id"]
    has_gone_on = ~pl.col("cause").is_in(_STOPS).fill_null(value=False)
    alike = rows.filter(volume & has_gone_on).join(shared.filter(volume), on=[*_DAY, "direction"], how="semi")
    struck = all_moved.join(shared, on=kind, how="semi").select(campaign)
    struck = pl.concat([struck, alike.select(campaign)]).unique()
    members = struck.join(rows, on=campaign, how="semi")
    counts = struck.group_by(_DAY).agg(pl.len().cast(pl.Int32).alias("event_campaigns"))
    identity = pl.concat_str("platform", "account_id", pl.col("date").cast(pl.String), separator="/").alias("event_id")
    marks = members.join(counts, on=_DAY).with_columns(identity)
    return rows.drop("event_id", "event_campaigns", strict=False).join(
        marks, on=[*_DAY, "campaign_id"], how="left", maintain_order="left"
    )


def findings(rows: pl.DataFrame) -> pl.DataFrame:
    """One row for each finding: of an event's rows one, with the sums of the metric that most of them share.

    ``rows`` has the columns of analytics_anomalies. An event's row has no campaign; its money is the largest of its
    metrics' sums (a campaign's metrics are views of the same money), its severity that of its most severe row.
    """
    alone = rows.filter(pl.col("event_id").is_null())
    together = [_event(rows_of) for _, rows_of in rows.filter(pl.col("event_id").is_not_null()).group_by("event_id")]
    return pl.concat([alone, *together]).sort("platform", "campaign_id", "date", "metric", "event_id", nulls_last=True)


def _event(rows: pl.DataFrame) -> pl.DataFrame:
    by_metric = (
        rows.group_by("metric", "direction")
        .agg(pl.len().alias("struck"), pl.col("money_effect").sum())
        .sort("struck", "money_effect", "metric", descending=[True, True, False])
    )
    metric, direction, money = by_metric["metric"][0], by_metric["direction"][0], by_metric["money_effect"].max()
    main = rows.filter(pl.col("metric") == metric, pl.col("direction") == direction)
    first = main.sort(pl.col("score").abs(), "campaign_id", descending=[True, False]).head(1)
    # Ratios do not add up: the middle of the campaigns' stands for the event.
    united = [pl.col(name).sum() if metric not in ("ctr", "cpc") else pl.col(name).median() for name in _VALUES]
    sums = main.select(united)
    severity = max((Severity(word) for word in rows["severity"]), key=lambda one: one.rank)
    causes = rows["cause"].drop_nulls().unique().sort()
    cause = causes[0] if len(causes) else None
    figures = sums.row(0, named=True)
    text = explain_event(first.row(0, named=True), figures, by_metric.rows(), cause)
    return first.with_columns(
        pl.lit(None, pl.String).alias("campaign_id"),
        *([pl.lit(None, pl.String).alias("campaign_name")] if "campaign_name" in rows.columns else []),
        *(pl.lit(value).cast(pl.Float64).alias(name) for name, value in figures.items()),
        pl.lit(money).cast(pl.Float64).alias("money_effect"),
        pl.lit(severity.value).alias("severity"),
        pl.lit(cause, pl.String).alias("cause"),
        pl.lit(text).alias("explanation"),
    ).select(rows.columns)
