"""What all connectors share: accounts each once, and rows up to a bound."""

from collections.abc import AsyncIterator
from datetime import date

import pytest

from adops_pipeline.connectors.base import Account, Page
from adops_pipeline.connectors.bounds import Limits
from adops_pipeline.connectors.context import ConnectorContext
from adops_pipeline.connectors.errors import BoundError, ContractError, FailureContext
from adops_pipeline.connectors.meta_ads import MetaAdsConnector, MetaAdsCredentials
from adops_pipeline.domain.vocabulary import DateRange, Platform, Report

MB = 1 << 20
CONTEXT = FailureContext(Platform.META_ADS, "GET /me/adaccounts")
DAYS = DateRange(date(2026, 3, 1), date(2026, 3, 2))


def connector(**limits: int) -> MetaAdsConnector:
    return MetaAdsConnector(MetaAdsCredentials("token"), ConnectorContext(limits=Limits(**limits)))


def account(row: bytes) -> Account:
    """The account whose id is the first letter of the row."""
    if row == b"bad":
        raise ContractError(CONTEXT)
    return Account(Platform.META_ADS, row[:1].decode(), row.decode(), "EUR", "UTC", row)


def test_of_an_account_that_is_listed_twice_the_first_counts_and_one_that_cannot_be_read_fails_alone() -> None:
    meta = connector()
    found = meta._readable([b"1 first", b"bad", b"2", b"1 again"], account)
    assert [one.row for one in found] == [b"1 first", b"2"]
    assert list(meta.failures) == ["record 2"]


async def pages(*sizes: int) -> AsyncIterator[Page]:
    for size in sizes:
        yield Page((b"x" * size,))


@pytest.mark.parametrize("over", [0, 1])
async def test_rows_that_just_reach_a_bound_are_read(over: int, monkeypatch: pytest.MonkeyPatch) -> None:
    meta = connector(pull_mb=1, answer_mb=1)
    sizes = (MB // 2, MB // 2 + over)
    monkeypatch.setattr(meta, "_daily", lambda *_: pages(*sizes))
    pulled = meta.pull(Report.CAMPAIGN_DAILY, account(b"1"), DAYS)
    for read, setting in ((pulled, "pull_mb"), (meta._held(pages(*sizes), CONTEXT), "answer_mb")):
        if over:
            with pytest.raises(BoundError, match=f"limits.{setting} is the bound"):
                _ = [page async for page in read]
        else:
            assert len([page async for page in read]) == 2
