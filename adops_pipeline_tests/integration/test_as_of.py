"""A look at a past day: the world as it was known then, and nothing of the present is changed."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from adops_pipeline.domain.alerts.state import AlertRecord
from adops_pipeline.operations import alerts
from adops_pipeline.services.analysis import Analysis
from adops_pipeline.warehouse.connection import open_snapshot
from adops_pipeline.warehouse.queries.headlines import headlines
from adops_pipeline.wiring import Services, past_world
from adops_pipeline_tests.integration import pipeline
from adops_pipeline_tests.integration.small_run import AS_OF as THEN
from adops_pipeline_tests.integration.small_run import services_of, small_run
from adops_pipeline_tests.templates import copy_into, prepared

LATER = THEN + timedelta(days=10)
_AN_ACTION = """
INSERT INTO todo BY NAME
SELECT $at::DATE AS as_of, 'meta-ads' AS platform, '1' AS account_id, 'a' AS campaign_id, 'EUR' AS currency, 1 AS rank,
    'check-anomaly' AS action, 'info' AS severity, 'Look.' AS instruction, $at::TIMESTAMP AS created_at
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run, and one ten days later; the first run's snapshot is kept as ``then.duckdb``."""

    def run_again(folder: Path) -> None:
        copy_into(small_run(tmp_path_factory), folder)
        services = services_of(folder)
        services.outcomes.measure()
        services.publish()
        (folder / "adops.duckdb").rename(folder / "then.duckdb")
        later = services_of(folder, LATER)
        pipeline.run(later)
        later.outcomes.measure()
        later.publish()

    return prepared(tmp_path_factory, "ten-days-apart", run_again)


@pytest.fixture
def folder(ran: Path, tmp_path: Path) -> Path:
    return copy_into(ran, tmp_path)


def _sentences(snapshot: Path) -> list[str]:
    with open_snapshot(snapshot) as con:
        return [headline.sentence for headline in headlines(con)]


def test_the_past_is_that_of_the_run_of_that_day_and_leaves_the_present_as_it_is(folder: Path) -> None:
    services = services_of(folder, THEN)
    present = pipeline.dump(folder / "adops.duckdb")
    firing, raw = _firing(services), _raw_files(folder)
    world = past_world(services)
    assert world is not None
    found = world.publish()

    assert [headline.sentence for headline in found.headlines] == _sentences(folder / "then.duckdb")
    assert _sentences(found.snapshot) == _sentences(folder / "then.duckdb") != _sentences(folder / "adops.duckdb")
    then, shown = pipeline.dump(folder / "then.duckdb"), pipeline.dump(found.snapshot)
    assert {name for name in then if then[name] != shown[name]} == set()
    assert then["alerts"]
    assert then["action_outcomes"]
    assert found.alerts.total == len(then["alerts"])
    assert (found.unrecorded, {path.name for path in world.folder.iterdir()}) == (None, {"adops.duckdb"})

    assert _firing(services) == firing
    assert _raw_files(folder) == raw
    assert pipeline.dump(folder / "adops.duckdb") == present


@pytest.mark.slow
def test_a_run_after_a_look_at_the_past_finds_what_it_would_have_found(folder: Path) -> None:
    present = pipeline.dump(folder / "adops.duckdb")
    world = past_world(services_of(folder, THEN))
    assert world is not None
    world.publish()
    pipeline.run(services_of(folder, LATER))
    present.pop("raw_pulls")  # it pulls the unsettled days once more
    assert pipeline.dump(folder / "adops.duckdb", without=("raw_pulls",)) == present


def _firing(services: Services) -> dict[str, AlertRecord]:
    with services.store.reading() as con:
        return {record.fingerprint: record for record in alerts.firing(con)}


def _raw_files(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in (folder / "raw").rglob("*")}


def test_a_day_between_two_runs_shows_what_the_first_had_pulled(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Analysis, "everything", lambda *_: None)  # the metrics alone are asked for
    services = services_of(folder, LATER - timedelta(days=1))
    with services.warehouse.writing() as con:  # the small market's lists are empty
        for at in (THEN, LATER):
            con.execute(_AN_ACTION, {"at": at})
    world = past_world(services)
    assert world is not None
    found = world.publish()
    with open_snapshot(found.snapshot) as con:
        assert con.execute("SELECT max(date), max(synced_at)::DATE FROM analytics_metrics").fetchall() == [(THEN, THEN)]
        assert con.execute("SELECT as_of FROM todo").fetchall() == [(THEN,)]


def test_before_the_first_pull_the_days_until_then_are_shown_with_the_first_pulls_values(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Analysis, "everything", lambda analysis, *_: analysis.pacing())  # one is asked for its day
    day = THEN - timedelta(days=5)
    world = past_world(services_of(folder, day))
    assert world is not None
    assert world.past.is_restated
    assert f"those of the first pull, {THEN}" in world.notes[0]
    found = world.publish()
    with open_snapshot(found.snapshot) as con, open_snapshot(folder / "then.duckdb") as then:
        query = "SELECT platform, date, sum(spend) FROM analytics_metrics WHERE date <= ? GROUP BY ALL ORDER BY ALL"
        assert con.execute(query, [day]).fetchall() == then.execute(query, [day]).fetchall()
        assert con.execute("SELECT max(date) FROM analytics_metrics").fetchall() == [(day,)]
        assert con.execute("SELECT max(as_of) FROM analytics_budgets").fetchall() == [(day - timedelta(days=1),)]
        assert con.execute("SELECT max(valid_from) <= ? FROM campaign_budget_history", [day]).fetchall() == [(True,)]
        assert con.execute("SELECT bool_and(change_date <= ?) FROM campaign_changes", [day]).fetchall() == [(True,)]


@pytest.mark.parametrize("day", [LATER, LATER + timedelta(days=1)])
def test_the_day_of_the_newest_pull_and_later_days_are_the_present(day: date, ran: Path) -> None:
    assert past_world(services_of(ran, day)) is None
