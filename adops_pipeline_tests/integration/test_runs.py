"""What whole runs promise: restatement kept, faults survived, failures isolated, readers undisturbed."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.market import Market
from adops_pipeline.sandbox.market.entities import MarketAccount
from adops_pipeline.services.analysis import Analysis
from adops_pipeline.warehouse.connection import open_snapshot
from adops_pipeline.wiring import Services
from adops_pipeline_tests.integration import pipeline
from adops_pipeline_tests.integration.two_runs import FIRST, LATER, NEWEST_DAY, first_run, later_run, services_of

FEW_DAYS = 12
FAULTS = (
    "throttled=0.05,server_error=0.05,timeout=0.05,truncated=0.05,expired_token=0.04,duplicate_page=0.05,"
    "too_much=0.4;seed=5"
)


def _run(data_dir: Path, **settings: object) -> Services:
    services = services_of(data_dir, FIRST, FEW_DAYS, **settings)
    pipeline.run(services)
    return services


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Services:
    return services_of(first_run(tmp_path_factory), FIRST)


def test_a_later_run_restates_conversions_and_keeps_what_was_known_while_a_reader_keeps_its_snapshot(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    later = later_run(tmp_path_factory)
    assert later.read_before == later.read_after
    with open_snapshot(later.folder / "adops.duckdb") as con:
        assert con.execute(NEWEST_DAY).fetchall()[0] != tuple(later.read_before)
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
def test_the_result_with_faults_equals_the_result_without(tmp_path: Path) -> None:
    plain = _run(tmp_path / "plain")
    services = _run(tmp_path / "faulty", sandbox={"faults": FAULTS})
    assert services.journal.failures == []
    ledger = ("raw_pulls",)  # a repeated page changes a raw file, and so its checksum; never a table
    assert pipeline.dump(services.snapshot_path, without=ledger) == pipeline.dump(plain.snapshot_path, without=ledger)


def test_a_revoked_account_of_each_platform_is_named_and_every_other_account_lands(
    plain: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Analysis, "everything", lambda *_: None)  # it tells nothing of accounts that were not pulled
    with open_snapshot(plain.snapshot_path) as con:
        revoked = con.execute("SELECT platform, min(account_id) FROM analytics_metrics GROUP BY ALL").fetchall()
    accounts = {str(account) for _, account in revoked}
    assert {platform for platform, _ in revoked} == set(Platform)
    services = _run(tmp_path, sandbox={"revoked_accounts": ",".join(accounts)})
    named = {(f.platform, f.account_id, f.is_auth) for f in services.journal.failures}
    assert named == {(Platform(platform), account, True) for platform, account in revoked}
    expected = [row for row in _metrics(plain) if row[1] not in accounts]
    assert {row[0] for row in expected} == set(Platform)
    assert _metrics(services) == expected


def _metrics(services: Services) -> list[tuple[object, ...]]:
    """The metrics of the last few days, without what an analysis says of them."""
    columns = "platform, account_id, * EXCLUDE (platform, account_id, conversions_share_known)"
    first = FIRST - timedelta(days=FEW_DAYS - 1)
    with open_snapshot(services.snapshot_path) as con:
        query = f"SELECT {columns} FROM analytics_metrics WHERE date >= ? ORDER BY ALL"
        return con.execute(query, [first]).fetchall()


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
                days = market.campaign_days(account.account_id, start, FIRST, now) if not account.is_manager else []
                booked = (
                    sum(d.spend for d in days),
                    sum(d.impressions for d in days),
                    sum(d.conversions for d in days),
                )
                (stored,) = con.execute(
                    "SELECT (coalesce(sum(spend), 0), coalesce(sum(impressions), 0), coalesce(sum(conversions), 0))"
                    " FROM analytics_metrics WHERE account_id = ? AND date BETWEEN ? AND ?",
                    [account.account_id, start, FIRST],
                ).fetchone() or ((0, 0, 0),)
                assert stored[:2] == booked[:2]
                assert stored[2] == pytest.approx(float(booked[2]))
