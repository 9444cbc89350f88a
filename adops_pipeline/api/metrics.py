"""Metrics for Prometheus: requests as they are answered, and the figures of the system when they are asked for.

Each application has a registry of its own. Labels come from fixed sets: route templates, statuses, platforms and ids
of accounts; an address that is no route of ours is `unmatched`.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, GCCollector, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adops_pipeline.domain.executions import Status
from adops_pipeline.domain.severity import Severity
from adops_pipeline.services.accounts import Account
from adops_pipeline.services.monitoring import DeliveryStatus, Monitoring, SnapshotFigures, StoreFigures

UNMATCHED = "unmatched"
_ENDLESS = "/api/sse/stream"
"""The route whose answers take as long as their clients like: its durations say nothing."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_MOST_ACCOUNTS = 2000
_OPEN_STATUSES: tuple[Status, ...] = ("pending", "running")


class Metrics:
    """The registry of one application, and what is counted while it answers."""

    def __init__(self, monitoring: Monitoring, streams: Callable[[], int]) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route")
        self._requests = Counter(
            "adops_http_requests", "Requests answered.", (*labels, "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "adops_http_request_duration_seconds", "Time from a request to the end of its answer, live streams aside.",
            labels, buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self.registry.register(_Figures(monitoring, streams))
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    def answered(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a request that has been answered."""
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = getattr(scope.get("route"), "path", None) or UNMATCHED
        self._requests.labels(method, route, str(status)).inc()
        if route != _ENDLESS:
            self._seconds.labels(method, route).observe(seconds)


class Measure:
    """Counts the requests that pass through it."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begin, status = time.perf_counter(), 500

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        finally:
            self._metrics.answered(scope, status, time.perf_counter() - begin)


class _Figures(Collector):
    """The figures of the system, read when they are asked for."""

    def __init__(self, monitoring: Monitoring, streams: Callable[[], int]) -> None:
        self._monitoring, self._streams = monitoring, streams

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Nothing: the figures are not read before they are asked for."""
        return ()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """All figures."""
        store, snapshot = self._monitoring.of_store(), self._monitoring.of_snapshot()
        readable = {"store": store is not None, "snapshot": snapshot is not None}
        yield _gauge(
            "adops_readable", "Whether the server can read it.", ("source",), [((k,), v) for k, v in readable.items()]
        )
        yield _gauge("adops_sse_clients", "Open live streams.", (), [((), self._streams())])
        if store is not None:
            yield from _of_store(store)
        if snapshot is not None:
            yield from _of_snapshot(snapshot)
        yield from _of_accounts(self._monitoring.of_accounts()[:_MOST_ACCOUNTS])


def _gauge(
    name: str, description: str, labels: tuple[str, ...], values: Iterable[tuple[tuple[str, ...], float]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, description, labels=labels)
    for names, value in values:
        family.add_metric(names, float(value))
    return family


def _seconds(moment: datetime) -> float:
    return moment.timestamp()


def _of_store(found: StoreFigures) -> Iterator[GaugeMetricFamily]:
    none = (0, None)
    yield _gauge("adops_events_last_seq", "Number of the newest event.", (), [((), found.last_seq)])
    yield _gauge(
        "adops_executions", "Executions of workflows.", ("status",),
        [((status,), found.executions.get(status, none)[0]) for status in get_args(Status)],
    )  # fmt: skip
    oldest = [(status, found.executions[status][1]) for status in _OPEN_STATUSES if status in found.executions]
    yield _gauge(
        "adops_execution_oldest_request_timestamp_seconds", "Request of the oldest execution that has not ended.",
        ("status",), [((status,), _seconds(at)) for status, at in oldest],
    )  # fmt: skip
    yield _gauge(
        "adops_alerts_firing", "Alerts that fire.", ("severity",),
        [((severity.value,), found.alerts.get(severity, 0)) for severity in Severity],
    )  # fmt: skip
    yield _gauge(
        "adops_notification_deliveries", "Messages to receivers.", ("status",),
        [((status.value,), found.deliveries.get(status, 0)) for status in DeliveryStatus],
    )  # fmt: skip
    pulls = [((pull.platform.value, pull.asset), pull) for pull in found.pulls]
    yield _gauge(
        "adops_sync_completed_timestamp_seconds", "End of the newest pull of a platform into an asset.",
        ("platform", "asset"), [(names, _seconds(pull.at)) for names, pull in pulls],
    )  # fmt: skip
    results = [((*names, "failed"), len(pull.failures)) for names, pull in pulls]
    results += [((*names, "succeeded"), max(0, pull.accounts - len(pull.failures))) for names, pull in pulls]
    yield _gauge(
        "adops_sync_accounts", "Accounts in that pull by result.", ("platform", "asset", "result"), results
    )  # fmt: skip


def _of_snapshot(found: SnapshotFigures) -> Iterator[GaugeMetricFamily]:
    yield _gauge(
        "adops_snapshot_published_timestamp_seconds", "When the data were published.", (),
        [((), _seconds(found.published_at))],
    )  # fmt: skip
    yield _gauge("adops_snapshot_info", "Version of the data, as in the ETag.", ("version",), [((found.version,), 1)])


def _of_accounts(accounts: Iterable[Account]) -> Iterator[GaugeMetricFamily]:
    known = [((account.platform.value, account.account_id), account) for account in accounts]
    labels = ("platform", "account_id")
    yield _gauge(
        "adops_account_pulled_timestamp_seconds", "Newest pull of the account's daily figures.", labels,
        [(names, _seconds(account.pulled_at)) for names, account in known if account.pulled_at is not None],
    )  # fmt: skip
    yield _gauge(
        "adops_account_failing", "1 where the account's newest pull failed.", labels,
        [(names, account.failure is not None) for names, account in known],
    )  # fmt: skip
