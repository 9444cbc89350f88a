"""A fuzz of malformed deliveries: only 2xx and 4xx, and nothing is enqueued that was not properly delivered."""

import asyncio
from collections import Counter

import pytest

from adops_pipeline.api.app import create_app
from adops_pipeline.domain.webhooks.vocabulary import SCHEMES
from adops_pipeline_tests.api.webhooks.conftest import Desk, MakeDesk
from adops_pipeline_tests.api.webhooks.fuzzing import Case, Fuzzer, send

_AT_A_TIME = 8


async def _fuzz(desk: Desk, number: int, seed: int) -> Counter[int]:
    """Send cases and check every answer; the number of answers by status."""
    senders = [await desk.create(scheme) for scheme in SCHEMES]
    fuzzer = Fuzzer(senders, desk.now[0], seed)
    cases = [fuzzer.case() for _ in range(number)]
    app = create_app(desk.services)
    turns = asyncio.Semaphore(_AT_A_TIME)

    async def sent(case: Case) -> int:
        async with turns:
            status, body = await send(app, case)
        assert status == 202 if case.is_proper else 400 <= status < 500, (status, case, body)
        assert not any(sender.secret.encode() in body for _, sender in senders)
        return status

    statuses = Counter(await asyncio.gather(*(sent(case) for case in cases)))
    assert len(desk.pending()) == statuses[202] == sum(case.is_proper for case in cases)
    return statuses


async def test_malformed_deliveries_are_refused_and_start_nothing(make_desk: MakeDesk) -> None:
    statuses = await _fuzz(await make_desk(api={"webhook_calls_per_minute": 100_000}), 250, seed=1)
    assert statuses.keys() >= {202, 400, 401, 422}


@pytest.mark.slow
async def test_ten_thousand_malformed_deliveries(make_desk: MakeDesk) -> None:
    statuses = await _fuzz(await make_desk(api={"webhook_calls_per_minute": 100_000}), 10_000, seed=2)
    print(dict(sorted(statuses.items())))
    assert min(statuses[status] for status in (202, 400, 401, 413, 422)) > 30
