"""Deliveries that arrive at the same moment start each execution once, on both databases."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from adops_pipeline.domain.webhooks.schemes import Headers
from adops_pipeline.operations import executions, webhook_deliveries, webhooks
from adops_pipeline.operations.secrets import SecretBox
from adops_pipeline.operations.store import Store
from adops_pipeline.services.executions import Executions
from adops_pipeline.services.webhooks.directory import NewWebhook, WebhookDirectory
from adops_pipeline.services.webhooks.ingress import WebhookIngress
from adops_pipeline.services.webhooks.keys import WebhookKeys
from adops_pipeline_tests.operations.conftest import NOW

UNIQUE, REPEATED, THREADS = 24, 8, 16


def test_concurrent_deliveries_start_each_unique_one_once(store: Store) -> None:
    keys = WebhookKeys(lambda: SecretBox([]), can_encrypt=False, find_secret=lambda _: None)
    directory = WebhookDirectory(lambda: store, lambda: NOW, keys)
    webhook, key = directory.create(NewWebhook("Shop", "pacing-check", "api-key", {"lookbackDays": "$.days"}))
    ingress = WebhookIngress(lambda: store, lambda: NOW, keys, Executions(lambda: store, lambda: NOW), 1000, 30)

    def deliver(call_id: str) -> str | None:
        headers = Headers([("x-api-key", key or ""), ("idempotency-key", call_id)])
        outcome = ingress.receive(webhook.id, headers, b'{"days": 7}')
        assert outcome.kind == "triggered"
        return outcome.execution_id

    calls = [f"c{number % UNIQUE}" for number in range(UNIQUE + REPEATED)]
    with ThreadPoolExecutor(THREADS) as pool:
        started = list(pool.map(deliver, calls))
    by_call = dict(zip(calls, started, strict=True))
    assert started == [by_call[call] for call in calls]
    with store.reading() as con:
        assert Counter(one.id for one in executions.pending(con, 1000)) == Counter(by_call.values())
        assert webhooks.get(con, webhook.id).trigger_count == UNIQUE
        assert sum(one.repeats for one in webhook_deliveries.newest(con, webhook.id, 1000)) == REPEATED
