"""What whole runs promise: restatement kept, faults survived, failures isolated, readers undisturbed."""

from datetime import date
from pathlib import Path

import pytest

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.market import Market
from adops_pipeline.sandbox.market.entities import MarketAccount
from adops_pipeline.warehouse.connection import open_snapshot
from adops_pipeline.wiring import Services
from adops_pipeline_tests.integration import pipeline
from adops_pipeline_tests.templates import copy_into, prepared

AS_OF, LATER, DAYS = date(2026, 11, 10), date(2026, 11, 14), 12
FAULTS = (
    "throttled=0.05,server_error=0.05,timeout=0.05,truncated=0.05,expired_token=0.04,duplicate_page=0.05,"
    "too_much=0.4;seed=5"
)


def _services(data_dir: Path, as_of: date = AS_OF, **settings: object) -> Services:
    return pipeline.services_of(data_dir, as_of, DAYS, **pipeline.TWO_ACTIVE_ACCOUNTS_EACH, **settings)


def _run(data_dir: Path, as_of: date = AS_OF, **settings: object) -> Services:
    services = _services(data_dir, as_of, **settings)
    pipeline.run(services)
    return services


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Services:
    folder = prepared(tmp_path_factory, "twelve-days", _run)
    return _services(folder)


def test_a_later_run_restates_conversions_and_keeps_what_was_known_while_a_reader_keeps_its_snapshot(
    plain: Services, tmp_path: Path
) -> None:
    copy_into(plain.settings.data_dir, tmp_path)
    newest_day = "SELECT count(*), max(synced_at), max(date) FROM analytics_metrics"
    with open_snapshot(tmp_path / "adops.duckdb") as reader:
        before = reader.execute(newest_day).fetchone()
        services = _run(tmp_path, LATER)
        assert reader.execute(newest_day).fetchone() == before
    with open_snapshot(services.snapshot_path) as con:
        assert con.execute("SELECT max(date) FROM analytics_metrics").fetchone() == (LATER,)
        restated = con.execute(
            "SELECT count(*), sum(later.conversions - first.conversions) FROM analytics_metric_revisions AS first"
            " JOIN analytics_metric_revisions AS later USING (platform, campaign_id, date)"
            " WHERE first.lag_days < later.lag_days AND later.pulled_at > first.pulled_at"
        ).fetchone()
        newest = con.execute(
            "SELECT count(*) FROM analytics_metrics AS m JOIN (SELECT platform, campaign_id, date,"
            " arg_max(conversions, pulled_at) AS conversions FROM analytics_metric_revisions GROUP BY ALL) AS r"
            " USING (platform, campaign_id, date) WHERE m.conversions <> r.conversions"
        ).fetchone()
    assert restated is not None
    assert restated[0] > 200
    assert restated[1] > 50
    assert newest == (0,), "the newest revision of a day is what the table holds"


# The fast set compares the rows of each connector with and without faults (connectors/*/test_client.py).
@pytest.mark.slow
def test_the_result_with_faults_equals_the_result_without(plain: Services, tmp_path: Path) -> None:
    services = _run(tmp_path, sandbox={"faults": FAULTS})
    assert services.journal.failures == []
    ledger = ("raw_pulls",)  # a repeated page changes a raw file, and so its checksum; never a table
    assert pipeline.dump(services.snapshot_path, without=ledger) == pipeline.dump(plain.snapshot_path, without=ledger)


def test_a_revoked_account_of_each_platform_is_named_and_every_other_account_lands(
    plain: Services, tmp_path: Path
) -> None:
    with open_snapshot(plain.snapshot_path) as con:
        revoked = con.execute("SELECT platform, min(account_id) FROM analytics_metrics GROUP BY ALL").fetchall()
    accounts = {str(account) for _, account in revoked}
    assert {platform for platform, _ in revoked} == set(Platform)
    services = _run(tmp_path, sandbox={"revoked_accounts": ",".join(accounts)})
    named = {(f.platform, f.account_id, f.is_auth) for f in services.journal.failures}
    assert named == {(Platform(platform), account, True) for platform, account in revoked}
    expected = [r for r in pipeline.dump(plain.snapshot_path)["analytics_metrics"] if r[1] not in accounts]
    assert {row[0] for row in expected} == set(Platform)
    assert pipeline.dump(services.snapshot_path)["analytics_metrics"] == expected


def test_an_account_without_campaigns_is_listed_and_has_no_rows(plain: Services) -> None:
    with open_snapshot(plain.snapshot_path) as con:
        empty = con.execute(
            "SELECT account_id FROM ad_accounts ANTI JOIN campaigns USING (platform, account_id)"
        ).fetchall()
        rows = con.execute(
            "SELECT count(*) FROM analytics_metrics WHERE account_id IN (SELECT unnest(?))", [[a for (a,) in empty]]
        ).fetchone()
    assert len(empty) == 1
    assert rows == (0,)


def _chosen(market: Market, platform: Platform) -> list[MarketAccount]:
    chosen = pipeline.TWO_ACTIVE_ACCOUNTS_EACH[platform.value.replace("-", "_")]["accounts"]
    return [account for account in market.accounts(platform) if account.account_id in chosen]


def test_money_in_the_table_equals_the_markets_own_books(plain: Services) -> None:
    market, now = Market(7), plain.clock()
    start = date(2026, 10, 30)
    with open_snapshot(plain.snapshot_path) as con:
        for platform in Platform:
            for account in _chosen(market, platform):
                days = market.campaign_days(account.account_id, start, AS_OF, now) if not account.is_manager else []
                booked = (
                    sum(d.spend for d in days),
                    sum(d.impressions for d in days),
                    sum(d.conversions for d in days),
                )
                (stored,) = con.execute(
                    "SELECT (coalesce(sum(spend), 0), coalesce(sum(impressions), 0), coalesce(sum(conversions), 0))"
                    " FROM analytics_metrics WHERE account_id = ? AND date BETWEEN ? AND ?",
                    [account.account_id, start, AS_OF],
                ).fetchone() or ((0, 0, 0),)
                assert stored[:2] == booked[:2]
                assert stored[2] == pytest.approx(float(booked[2]))
