"""Two raw assets for each platform: its current entities, and its daily reports by month."""

from collections.abc import Sequence
from datetime import date

import dagster as dg
from pydantic import field_validator

from adops_pipeline.defs.metadata import MONTHLY, OWNERS, as_markdown, last_day_of
from adops_pipeline.domain.platforms import FACTS
from adops_pipeline.domain.vocabulary import DateRange, Platform, Report
from adops_pipeline.services.errors import StoreError
from adops_pipeline.services.sync import SyncReport
from adops_pipeline.wiring import Services

EVERY_ACCOUNT = "every_account_was_pulled"


class PullConfig(dg.Config):
    """Which days of the run's partitions are pulled."""

    only_unsettled: bool = False
    """Pull only days that platforms may have changed since the last pull, as the scheduled sync does.
    Off: pull all days of the run's partitions, as a backfill expects.
    """

    first_day: str | None = None
    """First day to pull within the run's partitions, e.g. 2026-11-03."""

    last_day: str | None = None
    """Last day to pull within the run's partitions, e.g. 2026-11-09."""

    @field_validator("first_day", "last_day")
    @classmethod
    def _is_a_day(cls, text: str | None) -> str | None:
        return text if text is None else date.fromisoformat(text).isoformat()

    def days_in(self, months: Sequence[str]) -> DateRange:
        """The days to pull in a run over these partitions. Raises ValueError if there are none."""
        first, last = date.fromisoformat(months[0]), last_day_of(months[-1])
        start = max(first, date.fromisoformat(self.first_day)) if self.first_day else first
        end = min(last, date.fromisoformat(self.last_day)) if self.last_day else last
        if start > end:
            raise ValueError(
                f"no day to pull: the partitions are {first} to {last}, and the run's config selects the days from "
                f"{self.first_day or first} to {self.last_day or last}; choose the partitions of the months they are in"
            )
        return DateRange(start, end)


def entities_key(platform: Platform) -> str:
    """Asset name of a platform's raw entities."""
    return f"raw_{platform.slug}_entities"


def daily_key(platform: Platform) -> str:
    """Asset name of a platform's raw daily reports."""
    return f"raw_{platform.slug}_daily"


def _outcome(report: SyncReport, asset_name: str) -> dg.MaterializeResult:
    """Counts of a pull, and a check that names failed accounts; their failure does not stop the others."""
    failed = [(f.account_id, f.reason) for f in report.failures]
    check = dg.AssetCheckResult(
        check_name=EVERY_ACCOUNT,
        asset_key=asset_name,
        passed=not failed,
        severity=dg.AssetCheckSeverity.ERROR,
        description="\n".join(f"account {account}: {reason}" for account, reason in failed) or None,
        metadata={"failed_accounts": as_markdown(["account", "reason"], failed)},
    )
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": report.rows,
            "accounts": report.accounts,
            "pulls": len(report.pulls),
            "failed_accounts": len(failed),
            "seconds": round(report.seconds, 2),
            "refused_reports": as_markdown(
                ["account", "report", "reason"],
                [(one.account_id, one.report, one.reason) for one in report.refusals],
            ),
            "pulled": as_markdown(
                ["report", "account", "from", "to", "rows"],
                [(p.report, p.account_id, p.range_start, p.range_end, p.rows) for p in report.pulls[:12]],
            ),
        },
        check_results=[check],
    )


def _check(asset_name: str) -> list[dg.AssetCheckSpec]:
    return [dg.AssetCheckSpec(EVERY_ACCOUNT, asset=asset_name, description="Every ad account could be pulled.")]


def build_entities_asset(platform: Platform) -> dg.AssetsDefinition:
    """Current accounts, campaigns and ad groups of one platform, and its log of changes."""
    name, title = entities_key(platform), FACTS[platform].title

    @dg.asset(
        name=name,
        group_name="raw",
        owners=OWNERS,
        kinds={"json"},
        check_specs=_check(name),
        description=f"Ad accounts, campaigns, ad groups and changes as {title} lists them, landed unchanged.",
    )
    def entities(context: dg.AssetExecutionContext, services: dg.ResourceParam[Services]) -> dg.MaterializeResult:
        report = services.sync.entities(platform)
        _tell(context, services, name, report)
        return _outcome(report, name)

    return entities


def build_daily_asset(platform: Platform) -> dg.AssetsDefinition:
    """Campaign and ad-group reports of one platform by day."""
    name, title = daily_key(platform), FACTS[platform].title

    @dg.asset(
        name=name,
        group_name="raw",
        owners=OWNERS,
        kinds={"json"},
        deps=[entities_key(platform)],
        partitions_def=MONTHLY,
        backfill_policy=dg.BackfillPolicy.single_run(),
        check_specs=_check(name),
        description=f"Daily campaign and ad-group reports as {title} returned them, landed unchanged.",
    )
    def daily(
        context: dg.AssetExecutionContext, services: dg.ResourceParam[Services], config: PullConfig
    ) -> dg.MaterializeResult:
        sync = services.sync
        report = (
            sync.catch_up(platform)
            if config.only_unsettled
            else sync.daily(platform, config.days_in(context.partition_keys))
        )
        _tell(context, services, name, report)
        return _outcome(report, name)

    return daily


_WITHOUT = {
    Report.CHANGES: "budgets are known from our own pulls only, because the log of changes was refused",
    Report.CAMPAIGN_TOTALS: "spend before the first pulled day is unknown, because its total was refused",
}


def _tell(context: dg.AssetExecutionContext, services: Services, name: str, report: SyncReport) -> None:
    """Log what was refused, and record the pull as an event.

    If the store fails, the data are kept, and a check of the store's copies fails.
    """
    for refusal in report.refusals:
        context.log.warning("account %s: %s: %s", refusal.account_id, _WITHOUT[refusal.report], refusal.reason)
    try:
        services.sync_history.record(context.run.run_id, name, report)
    except StoreError as error:
        context.log.warning("this pull could not be recorded: %s", error)


assets = [build(platform) for platform in Platform for build in (build_entities_asset, build_daily_asset)]
