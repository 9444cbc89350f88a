"""500 deliveries at once, a fifth repeated, to a real `adops serve`: each unique one starts exactly one execution."""

import json
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from adops_pipeline.operations import executions
from adops_pipeline.operations.secrets import new_key
from adops_pipeline.operations.store import Store
from adops_pipeline_tests.api.webhooks.senders import Sender
from adops_pipeline_tests.e2e.test_serve_command import serving
from adops_pipeline_tests.patience import patience_seconds

UNIQUE, REPEATED, AT_ONCE = 400, 100, 100


@pytest.mark.slow
def test_500_concurrent_deliveries_start_each_unique_one_once(data_dir: Path) -> None:
    calls = [f"msg_{number}" for number in range(UNIQUE)] + [f"msg_{number}" for number in range(REPEATED)]
    random.Random(7).shuffle(calls)
    with serving(data_dir, ADOPS_SECRET_KEYS=new_key()) as (_, address):
        new = {"name": "Shop", "workflowId": "pacing-check", "paramsMapping": {"lookbackDays": "$.days"}}
        made = httpx.post(f"{address}/api/webhooks", json=new).json()
        sender = Sender("standard", made["secret"])
        began = time.perf_counter()
        with (
            httpx.Client(timeout=patience_seconds(), limits=httpx.Limits(max_connections=AT_ONCE)) as client,
            ThreadPoolExecutor(AT_ONCE) as pool,
        ):

            def deliver(call_id: str) -> str:
                body = json.dumps({"days": 1 + int(call_id.removeprefix("msg_"))}).encode()
                headers = sender.headers(body, call_id, datetime.now(UTC))
                answer = client.post(f"{address}/api/webhooks/{made['id']}", content=body, headers=headers)
                assert answer.status_code == 202, answer.text
                return str(answer.json()["executionId"])

            started = list(pool.map(deliver, calls))
        seconds = time.perf_counter() - began
        shown = httpx.get(f"{address}/api/webhooks/{made['id']}").json()
    by_call = dict(zip(calls, started, strict=True))
    assert started == [by_call[call] for call in calls]
    with Store(f"sqlite:///{data_dir / 'operations.db'}") as store, store.reading() as con:
        pending = executions.pending(con, 1000)
    assert Counter(one.id for one in pending) == Counter(by_call.values())
    assert {one.id: one.parameters["lookbackDays"] for one in pending} == {
        execution_id: 1 + int(call_id.removeprefix("msg_")) for call_id, execution_id in by_call.items()
    }
    assert (len(pending), shown["triggerCount"]) == (UNIQUE, UNIQUE)
    print(f"{len(calls)} deliveries in {seconds:.1f} s")
