"""Promises of the history of syncs: recorded once, failures read back by run and by newest pull."""

from dataclasses import replace
from pathlib import Path

import pytest

from adops_pipeline.domain.failures import AccountFailure
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.operations import activity, events
from adops_pipeline.services.sync import SyncReport
from adops_pipeline.settings import load_settings
from adops_pipeline.wiring import Services, build_services
from adops_pipeline_tests.integration.telling import MovedClock

DAILY = "raw_pinterest_daily"
REFUSED = AccountFailure(Platform.PINTEREST, "549", "HTTP 401", is_auth=True)
REPORT = SyncReport(Platform.PINTEREST, accounts=2, pulls=(), failures=(REFUSED,), seconds=1.0)


@pytest.fixture
def services(data_dir: Path) -> Services:
    return build_services(load_settings(data_dir=data_dir), clock=MovedClock())


def test_a_pull_is_recorded_once_with_the_accounts_that_failed(services: Services) -> None:
    for _ in range(2):
        services.sync_history.record("run-1", DAILY, REPORT)
    with services.store.reading() as con:
        (event,) = events.newest(con, "sync.completed")
    assert (event.platform, event.subject, event.data["asset"]) == ("pinterest", "run-1", DAILY)
    assert event.data["failures"] == [{"account_id": "549", "reason": "HTTP 401", "is_auth": True}]


def test_the_feed_says_what_was_pulled_in_words(services: Services) -> None:
    services.sync_history.record("run-1", DAILY, REPORT)
    services.sync_history.record("run-1", "raw_pinterest_entities", replace(REPORT, accounts=1, failures=()))
    with services.store.reading() as con:
        entries = [(entry.title, entry.detail) for entry in activity.feed(con)]
    assert entries == [
        ("pinterest entities synced", "0 rows of 1 account"),
        ("pinterest days synced", "0 rows of 2 accounts; 1 failed"),
    ]


def test_the_failures_of_a_run_are_its_own_each_once(services: Services) -> None:
    services.sync_history.record("run-1", DAILY, REPORT)
    services.sync_history.record("run-1", "raw_pinterest_entities", REPORT)
    other = replace(REPORT, failures=(replace(REFUSED, account_id="7"),))
    services.sync_history.record("run-2", DAILY, other)
    assert services.sync_history.failures_of_run("run-1") == [REFUSED]
    assert services.sync_history.failures_of_run(None) == []


def test_the_newest_pull_of_each_asset_says_which_accounts_fail_now(services: Services) -> None:
    services.sync_history.record("run-1", DAILY, REPORT)
    services.sync_history.record("run-1", "raw_pinterest_entities", REPORT)
    assert services.sync_history.newest_failures() == [REFUSED]
    recovered = replace(REPORT, failures=())
    services.sync_history.record("run-2", DAILY, recovered)
    assert services.sync_history.newest_failures() == [REFUSED], "the entities of the account still fail"
    services.sync_history.record("run-2", "raw_pinterest_entities", recovered)
    assert services.sync_history.newest_failures() == []
