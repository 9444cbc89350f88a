"""The unified layer: ledger, entities, rates, daily metrics. Each asset is one call of `services.pipeline`."""

from collections.abc import Iterator

import dagster as dg

from adops_pipeline.defs.metadata import MONTHLY, POOL, as_metadata, table_spec
from adops_pipeline.defs.raw.assets import daily_key, entities_key
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.warehouse.queries.preview import preview
from adops_pipeline.wiring import Services

ENTITY_TABLES = ("ad_accounts", "campaigns", "ad_groups", "campaign_changes", "campaign_budget_history")
METRIC_TABLES = ("analytics_metrics", "analytics_ad_group_metrics")
BY_PRODUCTS = ("analytics_metric_revisions", "analytics_rejects", "campaign_earlier_spend")


@dg.asset(
    name="raw_pulls",
    deps=[key(platform) for platform in Platform for key in (entities_key, daily_key)],
    pool=POOL,
    **table_spec("raw_pulls"),
)
def raw_pulls(services: dg.ResourceParam[Services]) -> dg.MaterializeResult:
    """Add every landed file to the ledger, including those of a crashed run."""
    registered = services.pipeline.register_pulls()
    with services.warehouse.reading() as con:
        return dg.MaterializeResult(metadata=as_metadata(preview(con, "raw_pulls"), registered=registered))


@dg.multi_asset(
    specs=[dg.AssetSpec(name, deps=["raw_pulls"], **table_spec(name)) for name in ENTITY_TABLES],
    pool=POOL,
)
def entities(services: dg.ResourceParam[Services]) -> Iterator[dg.MaterializeResult]:
    """Accounts, campaigns and ad groups as in the newest pulls, and the history of budgets."""
    services.pipeline.unify_entities()
    with services.warehouse.reading() as con:
        for name in ENTITY_TABLES:
            yield dg.MaterializeResult(asset_key=name, metadata=as_metadata(preview(con, name)))


@dg.asset(name="fx_rates", deps=["raw_pulls"], pool=POOL, **table_spec("fx_rates"))
def fx_rates(services: dg.ResourceParam[Services]) -> dg.MaterializeResult:
    """Read the rates file: one rate for each day and currency."""
    services.pipeline.load_rates()
    with services.warehouse.reading() as con:
        return dg.MaterializeResult(metadata=as_metadata(preview(con, "fx_rates")))


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            name,
            deps=[*map(daily_key, Platform), *ENTITY_TABLES, "raw_pulls", "fx_rates"],
            partitions_def=MONTHLY,
            **table_spec(name),
        )
        for name in METRIC_TABLES
    ],
    backfill_policy=dg.BackfillPolicy.single_run(),
    pool=POOL,
)
def metrics(services: dg.ResourceParam[Services]) -> Iterator[dg.MaterializeResult]:
    """Apply every landed pull; for each day of an account the newest pull wins."""
    unified = services.pipeline.unify_daily()
    services.journal.rejected(unified.rejects)
    with services.warehouse.reading() as con:
        for name in METRIC_TABLES:
            yield dg.MaterializeResult(asset_key=name, metadata=as_metadata(preview(con, name), pulls=unified.pulls))


@dg.multi_asset(specs=[dg.AssetSpec(name, deps=METRIC_TABLES, **table_spec(name)) for name in BY_PRODUCTS], pool=POOL)
def by_products(services: dg.ResourceParam[Services]) -> Iterator[dg.MaterializeResult]:
    """Tables that normalization writes together with the metrics; counted and previewed here."""
    with services.warehouse.reading() as con:
        for name in BY_PRODUCTS:
            yield dg.MaterializeResult(asset_key=name, metadata=as_metadata(preview(con, name)))
