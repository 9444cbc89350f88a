"""What whole runs promise: restatement kept, faults survived, failures isolated, readers undisturbed."""

from datetime import date
from pathlib import Path

import pytest

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.warehouse.connection import open_snapshot
from adops_pipeline.wiring import Services
from adops_pipeline_tests.integration import pipeline

AS_OF, DAYS = date(2026, 11, 10), 12
FAULTS = "throttled=0.05,server_error=0.05,timeout=0.05,truncated=0.05,expired_token=0.04,duplicate_page=0.05;seed=5"


def _run(data_dir: Path, as_of: date = AS_OF, **settings: object) -> Services:
    services = pipeline.services_of(data_dir, as_of, DAYS, **settings)
    pipeline.run(services)
    return services


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Services:
    return _run(tmp_path_factory.mktemp("plain"))


def test_a_later_run_finds_conversions_restated_and_keeps_what_was_known_before(tmp_path: Path) -> None:
    _run(tmp_path)
    services = _run(tmp_path, date(2026, 11, 14))
    with open_snapshot(services.snapshot_path) as con:
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


def test_the_result_with_faults_equals_the_result_without(plain: Services, tmp_path: Path) -> None:
    services = _run(tmp_path, sandbox={"faults": FAULTS})
    assert services.journal.failures == []
    ledger = ("raw_pulls",)  # a repeated page changes a raw file, and so its checksum; never a table
    assert pipeline.dump(services.snapshot_path, without=ledger) == pipeline.dump(plain.snapshot_path, without=ledger)


@pytest.mark.parametrize("platform", list(Platform))
def test_a_revoked_account_is_named_and_every_other_account_lands(
    platform: Platform, plain: Services, tmp_path: Path
) -> None:
    with open_snapshot(plain.snapshot_path) as con:
        accounts = [
            account
            for (account,) in con.execute(
                "SELECT DISTINCT account_id FROM analytics_metrics WHERE platform = ? ORDER BY ALL", [platform.value]
            ).fetchall()
        ]
    services = _run(tmp_path, sandbox={"revoked_accounts": accounts[0]})
    assert {(f.platform, f.account_id, f.is_auth) for f in services.journal.failures} == {(platform, accounts[0], True)}
    expected = [r for r in pipeline.dump(plain.snapshot_path)["analytics_metrics"] if r[1] != accounts[0]]
    assert pipeline.dump(services.snapshot_path)["analytics_metrics"] == expected


def test_a_reader_neither_blocks_nor_breaks_a_run_and_keeps_its_old_snapshot(tmp_path: Path) -> None:
    services = _run(tmp_path)
    with open_snapshot(services.snapshot_path) as reader:
        before = reader.execute("SELECT count(*), max(synced_at) FROM analytics_metrics").fetchone()
        _run(tmp_path, date(2026, 11, 13))
        assert reader.execute("SELECT count(*), max(synced_at) FROM analytics_metrics").fetchone() == before
    with open_snapshot(services.snapshot_path) as reader:
        assert reader.execute("SELECT max(date) FROM analytics_metrics").fetchone() == (date(2026, 11, 13),)


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


def test_money_in_the_table_equals_the_markets_own_books(plain: Services) -> None:
    from adops_pipeline.sandbox.market import Market  # noqa: PLC0415

    market, now = Market(7), plain.clock()
    start = date(2026, 10, 30)
    with open_snapshot(plain.snapshot_path) as con:
        for platform in Platform:
            for account in market.accounts(platform):
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
