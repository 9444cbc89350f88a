"""The unified layer: ledger, entities, rates, daily metrics. Each asset is one call into the warehouse."""

from collections.abc import Iterator

import dagster as dg

from adops_pipeline.defs.metadata import MONTHLY, POOL, as_metadata, table_spec
from adops_pipeline.defs.raw.assets import daily_key, entities_key
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.warehouse.fx import load_fx
from adops_pipeline.warehouse.ledger import register_pulls
from adops_pipeline.warehouse.queries.preview import preview
from adops_pipeline.warehouse.unify import unify_daily, unify_entities
from adops_pipeline.wiring import Services

ENTITY_TABLES = ("ad_accounts", "campaigns", "ad_groups")
METRIC_TABLES = ("analytics_metrics", "analytics_ad_group_metrics")
BY_PRODUCTS = ("analytics_metric_revisions", "analytics_rejects")


@dg.asset(
    name="raw_pulls",
    deps=[key(platform) for platform in Platform for key in (entities_key, daily_key)],
    pool=POOL,
    **table_spec("raw_pulls"),
)
def raw_pulls(services: dg.ResourceParam[Services]) -> dg.MaterializeResult:
    """Take every landed file into the ledger, those of a crashed run too."""
    with services.warehouse.writing() as con:
        registered = register_pulls(con, services.landing)
        return dg.MaterializeResult(metadata=as_metadata(preview(con, "raw_pulls"), registered=len(registered)))


@dg.multi_asset(
    specs=[dg.AssetSpec(name, deps=["raw_pulls"], **table_spec(name)) for name in ENTITY_TABLES],
    pool=POOL,
)
def entities(services: dg.ResourceParam[Services]) -> Iterator[dg.MaterializeResult]:
    """Accounts, campaigns and ad groups as the newest pulls have them."""
    with services.warehouse.writing() as con:
        unify_entities(con, services.landing, services.normalize_options)
        for name in ENTITY_TABLES:
            yield dg.MaterializeResult(asset_key=name, metadata=as_metadata(preview(con, name)))


@dg.asset(name="fx_rates", deps=["raw_pulls"], pool=POOL, **table_spec("fx_rates"))
def fx_rates(services: dg.ResourceParam[Services]) -> dg.MaterializeResult:
    """Read the rates file into one rate a day and currency."""
    with services.warehouse.writing() as con:
        settings = services.settings
        load_fx(con, settings.fx_csv, settings.reporting_currency, settings.fx_max_age_days)
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
    """Apply every landed pull: the newest wins each account's day."""
    with services.warehouse.writing() as con:
        unified = unify_daily(con, services.landing, services.normalize_options)
        services.journal.rejected(unified.rejects)
        for name in METRIC_TABLES:
            yield dg.MaterializeResult(asset_key=name, metadata=as_metadata(preview(con, name), pulls=unified.pulls))


@dg.multi_asset(specs=[dg.AssetSpec(name, deps=METRIC_TABLES, **table_spec(name)) for name in BY_PRODUCTS], pool=POOL)
def by_products(services: dg.ResourceParam[Services]) -> Iterator[dg.MaterializeResult]:
    """What normalization wrote in the same transaction as the metrics: shown here, counted, checked."""
    with services.warehouse.reading() as con:
        for name in BY_PRODUCTS:
            yield dg.MaterializeResult(asset_key=name, metadata=as_metadata(preview(con, name)))
