"""Pulls of entities that repeat what was known: not read, and the tables are those that reading them would give."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from adops_pipeline.domain.vocabulary import Platform, Report
from adops_pipeline.warehouse.ledger import register_pulls
from adops_pipeline.warehouse.normalize import NormalizeOptions, apply
from adops_pipeline.warehouse.raw_landing import Pull
from adops_pipeline_tests.warehouse.normalize.conftest import NOON, NormalizeHarness, Row
from adops_pipeline_tests.warehouse.normalize.test_entities import meta_ad_set, meta_campaign, pinterest_campaign

M, P = Platform.META_ADS, Platform.PINTEREST
LATER = NOON + timedelta(hours=6)
TABLES = ("ad_accounts", "campaigns", "ad_groups", "analytics_rejects", "entity_observations", "raw_pulls")


def land_meta(harness: NormalizeHarness, at: datetime, account: str = "111", **given: list[Row] | str) -> list[Pull]:
    """An account with a campaign whose budgets stand on its ad sets."""
    pull = {key: str(value) for key, value in given.items() if key in ("currency", "timezone")}
    accounts, campaigns, ad_groups = (
        given.get(name, rows)
        for name, rows in (
            ("accounts", [{"id": f"act_{account}", "name": "Shop"}]),
            ("campaigns", [meta_campaign(f"1{account}")]),
            (
                "ad_groups",
                [
                    meta_ad_set(f"2{account}", campaign_id=f"1{account}", daily_budget="1000"),
                    meta_ad_set(f"3{account}", campaign_id=f"1{account}", daily_budget="500"),
                ],
            ),
        )
    )
    landed = []
    reports = {Report.ACCOUNTS: accounts, Report.CAMPAIGNS: campaigns, Report.AD_GROUPS: ad_groups}
    for number, (report, rows) in enumerate(reports.items()):
        assert isinstance(rows, list)
        landed.append(
            harness.land(M, rows, report=report, account=account, at=at + timedelta(seconds=number), **pull)  # type: ignore[arg-type]
        )
    return landed


def apply_without(harness: NormalizeHarness, landed: list[Pull]) -> list[apply.Applied]:
    """Apply what landed after these files were taken away: whoever reads them fails."""
    register_pulls(harness.con, harness.landing)
    for pull in landed:
        (harness.landing.root / pull.path).unlink()
    return harness.apply_pending()


def same_again(harness: NormalizeHarness) -> None:
    land_meta(harness, NOON)
    land_meta(harness, NOON, "222")
    harness.apply()
    land_meta(harness, LATER)
    harness.apply()


def ended_since(harness: NormalizeHarness) -> None:
    ends = {"stop_time": "2026-11-03T20:00:00+0000"}
    for at in (NOON, NOON + timedelta(days=1)):
        land_meta(harness, at, campaigns=[meta_campaign("1111", **ends)])
        harness.apply()


def ended_since_by_the_accounts_clock(harness: NormalizeHarness) -> None:
    ends = {"stop_time": "2026-11-03T10:00:00+0000"}
    for at in (datetime(2026, 11, 3, 14, tzinfo=UTC), datetime(2026, 11, 3, 16, tzinfo=UTC)):
        land_meta(harness, at, campaigns=[meta_campaign("1111", **ends)], timezone="Asia/Tokyo")
        harness.apply()


def another_currency(harness: NormalizeHarness) -> None:
    for at, currency in ((NOON, "USD"), (LATER, "EUR")):
        land_meta(harness, at, currency=currency)
        harness.apply()


def another_time_zone(harness: NormalizeHarness) -> None:
    for at, zone in ((NOON, "UTC"), (LATER, "Europe/Berlin")):
        land_meta(harness, at, timezone=zone)
        harness.apply()


def a_renamed_account(harness: NormalizeHarness) -> None:
    for at, name in ((NOON, "Shop"), (LATER, "Store")):
        land_meta(harness, at, accounts=[{"id": "act_111", "name": name}])
        harness.apply()


def an_ad_set_without_its_budget(harness: NormalizeHarness) -> None:
    for at, fields in ((NOON, {"daily_budget": "1000"}), (LATER, {})):
        land_meta(harness, at, ad_groups=[meta_ad_set("2111", campaign_id="1111", **fields)])
        harness.apply()


def a_campaign_that_vanishes_and_comes_back(harness: NormalizeHarness) -> None:
    both: list[Row] = [meta_campaign("1111"), meta_campaign("1112")]
    for hours, rows in enumerate((both, both[:1], both[:1], both, both)):
        land_meta(harness, NOON + timedelta(hours=hours), campaigns=rows)
        harness.apply()


def a_campaign_that_moves_to_another_account(harness: NormalizeHarness) -> None:
    land_meta(harness, NOON)
    harness.apply()
    for hours in (1, 2):
        land_meta(harness, NOON + timedelta(hours=hours), campaigns=[])
        land_meta(harness, NOON + timedelta(hours=hours), "222", campaigns=[meta_campaign("1111")])
        harness.apply()


def rows_put_aside(harness: NormalizeHarness) -> None:
    for at in (NOON, LATER):
        land_meta(harness, at, campaigns=[meta_campaign("1111"), {"name": "without id"}])
        harness.apply()


def several_at_once(harness: NormalizeHarness) -> None:
    land_meta(harness, NOON)
    harness.apply()
    land_meta(harness, NOON + timedelta(hours=1), campaigns=[meta_campaign("1111", name="Other")])
    land_meta(harness, NOON + timedelta(hours=2))
    harness.apply()


def the_same_twice_at_once(harness: NormalizeHarness) -> None:
    land_meta(harness, NOON)
    harness.apply()
    for hours in (1, 2):
        land_meta(harness, NOON + timedelta(hours=hours))
    harness.apply()


def an_older_one_late(harness: NormalizeHarness) -> None:
    land_meta(harness, LATER)
    harness.apply()
    land_meta(harness, NOON)
    harness.apply()


def two_platforms(harness: NormalizeHarness) -> None:
    for at, name in ((NOON, "ACME"), (LATER, "Acme")):
        land_meta(harness, at)
        harness.land(P, [pinterest_campaign(name=name)], report=Report.CAMPAIGNS, at=at)
        harness.apply()


def an_account_that_failed_first(harness: NormalizeHarness) -> None:
    land_meta(harness, NOON)
    harness.apply()
    land_meta(harness, LATER)
    land_meta(harness, LATER, "222")
    harness.apply()


def nothing_but_the_account(harness: NormalizeHarness) -> None:
    for at in (NOON, LATER):
        land_meta(harness, at, campaigns=[], ad_groups=[])
        harness.apply()


class Counting(NormalizeHarness):
    """Notes what was reported of each pull."""

    def __init__(self, folder: Path, con: duckdb.DuckDBPyConnection) -> None:
        super().__init__(folder, con)
        self.counts: list[list[tuple[int, int, int]]] = []

    def apply_pending(self, options: NormalizeOptions | None = None) -> list[apply.Applied]:
        applied = super().apply_pending(options)
        self.counts.append(sorted((one.rows, one.rejects, one.removed) for one in applied))
        return applied


@pytest.fixture
def harnesses(empty_data: Path, tmp_path: Path) -> Iterator[list[Counting]]:
    """Two of them, alike."""
    with ExitStack() as stack:
        found = []
        for name in ("one", "other"):
            (tmp_path / name).mkdir()
            file = shutil.copy(empty_data / "warehouse.duckdb", tmp_path / name)
            con = stack.enter_context(duckdb.connect(str(file), config={"threads": 1}))
            found.append(Counting(tmp_path / name, con))
        yield found


@pytest.mark.parametrize(
    "history",
    [
        same_again, ended_since, ended_since_by_the_accounts_clock, another_currency, another_time_zone,
        a_renamed_account, an_ad_set_without_its_budget, a_campaign_that_vanishes_and_comes_back,
        a_campaign_that_moves_to_another_account, rows_put_aside, several_at_once, the_same_twice_at_once,
        an_older_one_late, two_platforms, an_account_that_failed_first, nothing_but_the_account,
    ],
)  # fmt: skip
def test_the_tables_are_those_that_reading_every_file_would_give(
    harnesses: list[Counting],
    history: Callable[[NormalizeHarness], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quick, careful = harnesses
    history(quick)
    monkeypatch.setattr(apply, "apply_repeats", lambda con, pulls: {})
    history(careful)
    columns = {"raw_pulls": "* EXCLUDE (pull_id, path)", "entity_observations": "* EXCLUDE (pull_id)"}
    for table in TABLES:
        query = f"SELECT {columns.get(table, '*')} FROM {table} ORDER BY ALL"
        assert quick.rows(query) == careful.rows(query), table
    assert quick.counts == careful.counts
    assert {state for (state,) in quick.rows("SELECT state FROM raw_pulls")} == {"applied"}


def test_a_pull_that_repeats_the_last_one_is_applied_unread_with_its_rows_counted(harness: NormalizeHarness) -> None:
    land_meta(harness, NOON)
    first = harness.apply()
    landed = land_meta(harness, LATER)
    again = apply_without(harness, landed)
    assert sorted(one.rows for one in again) == sorted(one.rows for one in first) == [1, 1, 2]
    assert {one.pull_id for one in again} == {pull.pull_id for pull in landed}
    assert harness.rows("SELECT DISTINCT synced_at >= TIMESTAMP '2026-11-03 18:00' FROM ad_groups") == [(True,)]
    assert harness.rows("SELECT count(*) FROM raw_pulls WHERE state <> 'applied'") == [(0,)]


@pytest.mark.parametrize(
    ("account", "changed"),
    [
        ("111", {"ad_groups": [meta_ad_set("2111", campaign_id="1111")]}),
        ("222", {"campaigns": [meta_campaign("1222", name="Other")]}),
    ],
)
def test_what_changed_in_one_account_makes_all_of_the_platform_read(
    harness: NormalizeHarness, account: str, changed: dict[str, list[Row]]
) -> None:
    for number in ("111", "222"):
        land_meta(harness, NOON, number)
    harness.apply()
    for number in ("222", "111"):
        landed = land_meta(harness, LATER, number, **(changed if number == account else {}))
    with pytest.raises(duckdb.IOException):
        apply_without(harness, landed[1:2])


def test_the_pull_of_another_day_is_read(harness: NormalizeHarness) -> None:
    land_meta(harness, NOON)
    harness.apply()
    landed = land_meta(harness, NOON + timedelta(days=1))
    with pytest.raises(duckdb.IOException):
        apply_without(harness, landed[1:2])
