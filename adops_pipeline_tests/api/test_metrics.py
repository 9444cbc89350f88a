"""Metrics: what Prometheus' own parser reads equals store and snapshot, and labels stay few."""

from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.failures import AccountFailure
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.domain.workflows.requests import resolve_request
from adops_pipeline.operations import deliveries
from adops_pipeline.services.sync import SyncReport
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import client_of, services_over

Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


async def scrape(client: httpx.AsyncClient) -> Samples:
    """Every sample by name and labels."""
    response = await client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = list(text_string_to_metric_families(response.text))
    assert len({family.name for family in families}) == len(families)
    assert all(family.documentation for family in families if family.name.startswith("adops_"))
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def of(samples: Samples, name: str, **labels: str) -> float:
    """The value of one sample."""
    return samples[name, frozenset(labels.items())]


async def test_figures_are_those_of_the_store(client: httpx.AsyncClient, services: Services) -> None:
    now = services.clock()
    for _ in range(3):
        services.executions.request(resolve_request("pacing-check"), requested_by="api")
    services.executions.cancel(services.executions.newest(1)[0].id, by="test")
    alert = Alert("rule", "trial", Severity.CRITICAL, {"platform": "pinterest"}, "x", now)
    before = of(await scrape(client), "adops_alerts_firing", severity="critical")
    services.alerting.set_firing([alert], ["trial"])
    with services.store.writing() as con:
        deliveries.enqueue(con, key="m", config_id="c", channel="slack", message={"title": "x"}, at=now)
    failure = AccountFailure(Platform.META_ADS, "304756102938475", "HTTP 401", is_auth=True)
    services.sync_history.record("run", "raw_meta_daily", SyncReport(Platform.META_ADS, 3, (), (failure,), 1.0))
    found = await scrape(client)
    assert of(found, "adops_executions", status="pending") == 2
    assert of(found, "adops_executions", status="cancelled") == 1
    assert of(found, "adops_executions", status="failed") == 0
    assert of(found, "adops_execution_oldest_request_timestamp_seconds", status="pending") == now.timestamp()
    assert of(found, "adops_alerts_firing", severity="critical") == before + 1
    assert of(found, "adops_notification_deliveries", status="pending") == 1
    assert of(found, "adops_notification_deliveries", status="sent") == 0
    assert of(found, "adops_events_last_seq") == services.live_events.last_seq()
    meta = {"platform": "meta-ads", "asset": "raw_meta_daily"}
    assert of(found, "adops_sync_completed_timestamp_seconds", **meta) == now.timestamp()
    assert of(found, "adops_sync_accounts", **meta, result="failed") == 1
    assert of(found, "adops_sync_accounts", **meta, result="succeeded") == 2
    assert of(found, "adops_account_failing", platform="meta-ads", account_id="304756102938475") == 1
    assert of(found, "adops_account_failing", platform="pinterest", account_id="549761220488") == 0


async def test_figures_of_data_are_those_of_the_snapshot(client: httpx.AsyncClient, services: Services) -> None:
    found = await scrape(client)
    version, at = services.accounts.snapshot()
    assert of(found, "adops_snapshot_info", version=version) == 1
    assert of(found, "adops_snapshot_published_timestamp_seconds") == pytest.approx(at.timestamp())
    for account in services.accounts.every():
        assert account.pulled_at is not None
        pulled = of(
            found, "adops_account_pulled_timestamp_seconds", platform=account.platform, account_id=account.account_id
        )
        assert pulled == account.pulled_at.timestamp()
    assert of(found, "adops_sse_clients") == 0
    assert of(found, "process_resident_memory_bytes") > 0


async def test_requests_are_counted_by_route_and_addresses_make_no_labels(client: httpx.AsyncClient) -> None:
    for path in ("/api/executions/a", "/api/executions/b", "/api/nothing/a", "/api/nothing/b"):
        await client.get(path)
    await client.request("BREW", "/healthz")
    found = await scrape(client)
    name, route = "adops_http_requests_total", "/api/executions/{execution_id}"
    assert of(found, name, method="GET", route=route, status="404") == 2
    assert of(found, name, method="GET", route="unmatched", status="404") == 2
    assert of(found, "adops_http_request_duration_seconds_count", method="GET", route=route) == 2
    assert of(found, name, method="other", route="/healthz", status="405") == 1
    again = await scrape(client)
    assert of(again, name, method="GET", route="/metrics", status="200") == 1


async def test_each_application_counts_for_itself(client: httpx.AsyncClient, services: Services) -> None:
    await client.get("/healthz")
    async with client_of(services) as other:
        assert not any(name == "adops_http_requests_total" for name, _ in await scrape(other))


async def test_metrics_are_answered_while_nothing_was_published(tmp_path: Path) -> None:
    services = services_over(tmp_path)
    services.store.migrate()
    async with client_of(services) as client:
        found = await scrape(client)
    assert of(found, "adops_readable", source="snapshot") == 0
    assert of(found, "adops_readable", source="store") == 1
    assert not any(name.startswith("adops_account") for name, _ in found)
    services.store.close()


async def test_metrics_need_the_token(services: Services) -> None:
    guarded = services_over(services.settings.data_dir, api_token="s3cret-token-of-the-settings")
    async with client_of(guarded) as client:
        assert (await client.get("/metrics")).status_code == 401
        bearer = {"Authorization": "Bearer s3cret-token-of-the-settings"}
        answer = await client.get("/metrics", headers=bearer)
        assert answer.status_code == 200
        assert "s3cret" not in answer.text
    guarded.snapshots.close()
    guarded.store.close()
