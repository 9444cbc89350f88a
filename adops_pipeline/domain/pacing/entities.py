"""Entities of pacing: a campaign, or a shared budget with all its campaigns. Frames only, no statistics."""

from datetime import date, datetime

import polars as pl

from adops_pipeline.domain.pacing.rules import PacingError, last_complete_day

MONEY = pl.Decimal(38, 6)
_OPTIONAL = {"is_shared_budget": pl.Boolean(), "shared_budget_id": pl.String(), "daily_budget": MONEY,
             "lifetime_budget": MONEY, "start_date": pl.Date(), "end_date": pl.Date()}  # fmt: skip
_LIFE = ("active", "paused", "draft", "ended", "removed")


def members_of(campaigns: pl.DataFrame) -> pl.DataFrame:
    """``campaigns`` (as in the table of that name) with ``campaign_id``, typed budgets and ``entity_id``.

    The entity is the shared budget where there is one, else the campaign itself.
    """
    rows = campaigns
    if "campaign_id" not in rows.columns:
        rows = rows.rename({"external_id": "campaign_id"})
    missing = [pl.lit(None, kind).alias(name) for name, kind in _OPTIONAL.items() if name not in rows.columns]
    rows = rows.with_columns(missing).with_columns(pl.col(n).cast(k) for n, k in _OPTIONAL.items())
    texts = ("platform", "account_id", "campaign_id", "name", "status", "currency")
    rows = rows.with_columns(pl.col(n).cast(pl.String) for n in texts)
    is_pot = pl.col("is_shared_budget").fill_null(value=False) & pl.col("shared_budget_id").is_not_null()
    entity = pl.when(is_pot).then(pl.col("shared_budget_id")).otherwise(pl.col("campaign_id"))
    return rows.with_columns(entity.alias("entity_id"), is_pot.alias("is_pot")).sort("platform", "campaign_id")


def entities_of(members: pl.DataFrame) -> pl.DataFrame:
    """One row per platform and entity: a shared budget has the most active status of its campaigns, and counts once."""
    rank = pl.col("status").replace_strict({s: i for i, s in enumerate(_LIFE)}, default=0, return_dtype=pl.Int32)
    lively = pl.col("end_date").filter(rank <= 1)
    names = pl.col("name").fill_null(pl.col("campaign_id"))
    return (
        members.group_by("platform", "entity_id", maintain_order=True)
        .agg(
            pl.col("account_id").first(),
            pl.col("currency").first(),
            pl.col("is_pot").first(),
            names.first().alias("name"),
            names.alias("names"),
            pl.col("status").sort_by(rank).first(),
            pl.col("daily_budget").max(),
            pl.col("lifetime_budget").max(),
            pl.col("start_date").min(),
            pl.when(lively.is_null().any()).then(None).otherwise(pl.col("end_date").max()).alias("end_date"),
        )
        .with_columns(
            pl.when("is_pot")
            .then(pl.format("Shared budget: {}", pl.col("names").list.join(", ")))
            .otherwise("name")
            .alias("name"),
            # 0 means "not set" on every platform.
            *(pl.when(pl.col(n) > 0).then(pl.col(n)).alias(n) for n in ("daily_budget", "lifetime_budget")),
        )
        .drop("names")
    )


def with_last_day(entities: pl.DataFrame, accounts: pl.DataFrame, as_of: date | datetime | None) -> pl.DataFrame:
    """Adds ``as_of``: the day itself; for an aware time the last complete day of each account's zone; None: the
    accounts' own ``as_of``.

    Raises PacingError where an account's time zone or day is needed and unknown.
    """
    if as_of is None:
        return _with_own_day(entities, accounts)
    if not isinstance(as_of, datetime):
        return entities.with_columns(pl.lit(as_of).alias("as_of"))
    zones = accounts.select(pl.col("platform").cast(pl.String), pl.col("account_id").cast(pl.String), "timezone")
    named = entities.join(zones, on=["platform", "account_id"], how="left", maintain_order="left")
    unknown = named.filter(pl.col("timezone").is_null())
    if unknown.height:
        account = unknown.row(0, named=True)
        raise PacingError(f"the time zone of account {account['platform']}:{account['account_id']} is unknown")
    days = {zone: last_complete_day(as_of, zone) for zone in named["timezone"].unique().to_list()}
    return named.with_columns(pl.col("timezone").replace_strict(days, return_dtype=pl.Date).alias("as_of")).drop(
        "timezone"
    )


def _with_own_day(entities: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    days = accounts.select(pl.col("platform").cast(pl.String), pl.col("account_id").cast(pl.String), "as_of")
    named = entities.join(days, on=["platform", "account_id"], how="left", maintain_order="left")
    unknown = named.filter(pl.col("as_of").is_null())
    if unknown.height:
        account = unknown.row(0, named=True)
        raise PacingError(f"the last complete day of account {account['platform']}:{account['account_id']} is unknown")
    return named
