"""A publication is announced: the new version, and the campaigns whose figures of the last days changed."""

from datetime import date
from pathlib import Path

import pytest

from adops_pipeline.operations import events
from adops_pipeline.operations.errors import StoreError
from adops_pipeline.operations.snapshot import public_rows
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import published, services_over
from adops_pipeline_tests.templates import copy_into, prepared

__all__ = ["published"]


@pytest.fixture
def services(published: Path, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Services:
    """The services over a small market that was published twice."""

    def publish_again(folder: Path) -> None:
        services = services_over(copy_into(published, folder))
        services.publish()
        services.store.close()

    return services_over(copy_into(prepared(tmp_path_factory, "published-twice", publish_again), tmp_path))


def _spend_more(services: Services, campaigns: int) -> list[str]:
    """Change the newest day of some campaigns; their ids."""
    with services.warehouse.writing() as con:
        rows = con.execute(
            "SELECT DISTINCT platform, campaign_id FROM analytics_metrics WHERE date = (SELECT max(date) FROM"
            " analytics_metrics) ORDER BY ALL LIMIT ?",
            [campaigns],
        ).fetchall()
        for platform, campaign in rows:
            con.execute(
                "UPDATE analytics_metrics SET spend = spend + 1000 WHERE platform = ? AND campaign_id = ? AND date ="
                " (SELECT max(date) FROM analytics_metrics)",
                [platform, campaign],
            )
    return [f"{platform}:{campaign}" for platform, campaign in rows]


def _new_events(services: Services, since: int) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = {}
    for event in services.live_events.since(since):
        found.setdefault(event.type, []).append(dict(event.payload))
    return found


def test_campaigns_whose_figures_changed_are_announced_with_their_sums_of_seven_days(services: Services) -> None:
    before = services.live_events.last_seq()
    changed = _spend_more(services, 2)
    services.publish()
    found = _new_events(services, before)
    assert sorted(str(one["campaignId"]) for one in found["metric.update"]) == sorted(changed)
    update = found["metric.update"][0]
    metrics = update["metrics"]
    assert isinstance(metrics, dict)
    with services.snapshots.reading() as snapshot:
        wanted = snapshot.con.execute(
            "SELECT sum(impressions), sum(clicks), sum(spend)::DOUBLE, sum(conversions), sum(revenue)::DOUBLE"
            " FROM analytics_metrics WHERE platform || ':' || campaign_id = ? AND date BETWEEN ? AND ?",
            [update["campaignId"], metrics["from"], metrics["to"]],
        ).fetchone()
        version = snapshot.version
    services.snapshots.close()
    names = ("impressions", "clicks", "spend", "conversions", "revenue")
    assert tuple(metrics[name] for name in names) == pytest.approx(wanted)
    assert (date.fromisoformat(metrics["to"]) - date.fromisoformat(metrics["from"])).days == 6
    (published,) = found["snapshot.published"]
    assert (published["version"], published["changedCampaigns"]) == (version, 2)


def test_a_publication_without_changes_announces_itself_alone(services: Services) -> None:
    before = services.live_events.last_seq()
    services.publish()
    assert _new_events(services, before).keys() == {"snapshot.published"}


def test_of_many_changed_campaigns_those_with_the_most_spend_are_announced(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adops_pipeline.warehouse.metric_news._MOST_UPDATES", 1)
    before = services.live_events.last_seq()
    _spend_more(services, 3)
    services.publish()
    found = _new_events(services, before)
    assert len(found["metric.update"]) == 1
    assert found["snapshot.published"][0]["changedCampaigns"] == 3


def test_updates_are_not_published_and_are_deleted_when_many_events_have_followed(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_KEPT_UPDATES", 5)
    _spend_more(services, 2)
    before = services.live_events.last_seq()
    services.publish()
    with services.store.writing() as con:
        assert all(row["type"] != events.METRIC_UPDATE for row in public_rows(con, "events"))
        for _ in range(6):
            events.append(con, "activity.new", at=services.clock())
        assert events.forget_updates(con) == 2
        assert {event.type for event in events.since(con, before)} == {"snapshot.published", "activity.new"}


def test_a_store_that_cannot_be_written_does_not_stop_the_publication(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    _spend_more(services, 1)
    path = services.snapshot_path
    before = path.stat().st_mtime_ns

    def locked(*_: object) -> object:
        raise StoreError("operations.db is locked by another process")

    monkeypatch.setattr(events, "append_updates", locked)
    assert services.publish().news.changed == 1
    assert path.stat().st_mtime_ns > before
