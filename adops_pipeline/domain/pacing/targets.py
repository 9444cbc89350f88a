"""The user's monthly targets, split over what is paced. Exact money; no estimation."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

import polars as pl

from adops_pipeline.domain.pacing.rules import MonthlyTarget, PacingError

_CENT = Decimal("0.01")


def target_shares(
    targets: Sequence[MonthlyTarget],
    currencies: Mapping[str, str],
    pots: Mapping[str, str],
    recent: Mapping[str, Decimal],
) -> dict[str, Decimal]:
    """Each entity's part of its target by ``platform:entity_id``; the parts of a target add up to its amount.

    ``currencies`` has all entities, ``pots`` the campaigns of shared budgets with their pot, ``recent`` the spend of
    the last four weeks, by which a group is split (evenly where nobody has any). A name that is not known (a campaign
    not synced yet) has no part. Raises PacingError for an entity in two targets, a campaign of a shared budget, or a
    target in another currency than its members.
    """
    _refuse_doubles(targets)
    parts: dict[str, Decimal] = {}
    for target in targets:
        names = [n for n in sorted(target.members) if n in currencies or n in pots]
        for name in names:
            _check(target, name, currencies, pots)
        spend = [recent.get(name, Decimal(0)) for name in names]
        total = sum(spend, Decimal(0))
        shares = [s / total if total > 0 else Decimal(1) / len(names) for s in spend]
        amounts = [(target.amount * s).quantize(_CENT, ROUND_HALF_EVEN) for s in shares]
        if amounts:
            # Rounding differences go to the largest part.
            amounts[amounts.index(max(amounts))] += target.amount - sum(amounts, Decimal(0))
        parts.update(zip(names, amounts, strict=True))
    return parts


def with_targets(
    entities: pl.DataFrame, members: pl.DataFrame, targets: Sequence[MonthlyTarget], recent: pl.DataFrame
) -> pl.DataFrame:
    """``entities`` with a column ``target`` (NULL: none). ``recent`` has platform, entity_id and recent (Decimal)."""
    key = pl.concat_str("platform", pl.lit(":"), "entity_id").alias("key")
    named = entities.with_columns(key)
    pots = members.filter("is_pot").with_columns(
        pl.concat_str("platform", pl.lit(":"), "campaign_id").alias("campaign")
    )
    shares = target_shares(
        targets,
        dict(named.select("key", pl.col("currency").fill_null("")).iter_rows()),
        dict(pots.select("campaign", key).iter_rows()),
        dict(recent.select(key, "recent").iter_rows()),
    )
    schema = {"key": pl.String(), "target": pl.Decimal(38, 6)}
    parts = pl.DataFrame({"key": list(shares), "target": list(shares.values())}, schema=schema)
    return named.join(parts, on="key", how="left", maintain_order="left").drop("key")


def _check(target: MonthlyTarget, name: str, currencies: Mapping[str, str], pots: Mapping[str, str]) -> None:
    if name in pots:
        raise PacingError(
            f"monthly target {target.name!r}: {name} draws on a shared budget, name {pots[name]} in its place"
        )
    if currencies[name] != target.currency:
        raise PacingError(f"monthly target {target.name!r} is in {target.currency}, but {name} in {currencies[name]}")


def _refuse_doubles(targets: Sequence[MonthlyTarget]) -> None:
    owner: dict[str, str] = {}
    for target in targets:
        for name in target.members:
            if name in owner:
                raise PacingError(f"campaign {name} is in two monthly targets: {owner[name]!r} and {target.name!r}")
            owner[name] = target.name
