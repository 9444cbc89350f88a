"""Promises of the account list: managers opened up, each account once, one that fails does not hide the others."""

from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from adops_pipeline.connectors.errors import AuthError, ContractError, TransientError
from adops_pipeline.connectors.http import RetryPolicy
from adops_pipeline.domain.vocabulary import Report
from adops_pipeline_tests.connectors.google_ads.conftest import (
    CREDENTIALS,
    DE,
    EMPTY,
    JP,
    MANAGER,
    US,
    market,
    refusal,
    stage,
)

LIST = ":listAccessibleCustomers"


def answering(answers: dict[str, httpx.Response]) -> Callable[[httpx.Request], httpx.Response | None]:
    """Answers by a part of the path."""

    def instead(request: httpx.Request) -> httpx.Response | None:
        found = next((a for part, a in answers.items() if part in request.url.path), None)
        return found and httpx.Response(found.status_code, content=found.content)

    return instead


def clients(*found: dict[str, object]) -> httpx.Response:
    usual = {"currencyCode": "EUR", "timeZone": "Europe/Rome"}
    return httpx.Response(200, json=[{"results": [{"customerClient": usual | client} for client in found]}])


def invited(*ids: str) -> httpx.Response:
    return httpx.Response(200, json={"resourceNames": [f"customers/{i}" for i in ids]})


async def test_accounts_below_the_manager_come_once_with_currency_and_zone_and_without_the_manager() -> None:
    accounts = await stage().connector.accounts()
    truth = {a.account_id: a for a in market()._accounts.values()}
    assert [a.account_id for a in accounts] == [US, DE, JP, EMPTY]
    for account in accounts:
        known = truth[account.account_id]
        assert (account.name, account.currency, account.timezone) == (known.name, known.currency, known.timezone)
        assert f'"id":"{account.account_id}"'.encode() in account.row
        assert b"\n" not in account.row


async def test_an_account_is_asked_through_its_manager() -> None:
    scene = stage()
    await scene.rows(Report.CAMPAIGNS, DE)
    assert scene.tape.requests[-1].headers["login-customer-id"] == MANAGER


async def test_a_login_customer_of_the_settings_is_the_only_entrance() -> None:
    scene = stage(credentials=replace(CREDENTIALS, login_customer_id=MANAGER))
    assert len(await scene.connector.accounts()) == 4
    assert scene.tape.asked(LIST) == []
    assert {r.headers.get("login-customer-id") for r in scene.tape.asked("searchStream")} == {MANAGER}
    direct = stage(credentials=replace(CREDENTIALS, login_customer_id=US))
    assert [a.account_id for a in await direct.connector.accounts()] == [US]


async def test_accounts_named_in_the_settings_are_the_only_ones_in_their_order() -> None:
    scene = stage(account_ids=[JP, US])
    assert [a.account_id for a in await scene.connector.accounts()] == [JP, US]
    assert scene.connector.failures == {}


@pytest.mark.parametrize("wrong", ["9999999999", MANAGER])
async def test_a_named_account_that_cannot_be_read_is_a_failure_beside_the_others(wrong: str) -> None:
    scene = stage(account_ids=[US, wrong])
    assert [a.account_id for a in await scene.connector.accounts()] == [US]
    assert isinstance(scene.connector.failures[wrong], AuthError)
    assert wrong in str(scene.connector.failures[wrong])


async def test_an_entrance_that_cannot_be_read_is_named_and_hides_only_what_is_below_it() -> None:
    denied = refusal(403, "authorizationError.USER_PERMISSION_DENIED")
    scene = stage(answering({LIST: invited("111", US), "/111/": denied}))
    assert [a.account_id for a in await scene.connector.accounts()] == [US]
    assert set(scene.connector.failures) == {"111"}
    named = stage(answering({LIST: invited("111", US), "/111/": denied}), account_ids=[US])
    assert [a.account_id for a in await named.connector.accounts()] == [US]
    assert named.connector.failures == {}


async def test_an_invitation_to_a_closed_account_is_no_failure_unless_the_account_is_wanted() -> None:
    closed = refusal(403, "authorizationError.CUSTOMER_NOT_ENABLED", "not yet enabled or has been deactivated")
    scene = stage(answering({LIST: invited("111", US), "/111/": closed}))
    assert [a.account_id for a in await scene.connector.accounts()] == [US]
    assert scene.connector.failures == {}
    wanted = stage(answering({LIST: invited("111", US), "/111/": closed}), account_ids=["111", US])
    assert [a.account_id for a in await wanted.connector.accounts()] == [US]
    assert "deactivated" in str(wanted.connector.failures["111"])


async def test_closed_accounts_below_a_manager_are_left_out_unless_named() -> None:
    below = clients(
        {"id": "111", "manager": True, "status": "ENABLED"},
        {"id": "222", "manager": False, "status": "ENABLED"},
        {"id": "333", "manager": False, "status": "CANCELED"},
        {"id": "444", "manager": False, "status": "SUSPENDED"},
        {"id": "555", "manager": False, "status": "A_NEW_STATUS"},
    )
    instead = answering({LIST: invited("111"), "/111/": below})
    assert [a.account_id for a in await stage(instead).connector.accounts()] == ["222", "444", "555"]
    assert [a.account_id for a in await stage(instead, account_ids=["333"]).connector.accounts()] == ["333"]


async def test_an_account_without_a_name_goes_by_its_id() -> None:
    instead = answering({LIST: invited("222"), "/222/": clients({"id": "222", "status": "ENABLED"})})
    (account,) = await stage(instead).connector.accounts()
    assert account.name == "222"


@pytest.mark.parametrize(
    ("record", "failed", "reason"),
    [
        ({"id": "333", "currencyCode": None}, "333", "no currency"),
        ({"id": "333", "currencyCode": "euro"}, "333", "'euro' is no currency code"),
        ({"id": "333", "timeZone": ""}, "333", "no time zone"),
        ({"id": "333", "timeZone": "Mars/Olympus"}, "333", "unknown time zone 'Mars/Olympus'"),
        ({"id": "333", "timeZone": 5}, "333", "timeZone"),
        ({"id": "333", "descriptiveName": {}}, "333", "descriptiveName"),
        ({"id": None}, "record 2 below 111", "id"),
        ({"descriptiveName": "no id"}, "record 2 below 111", "id"),
        ({"id": "../333"}, "../333", "no account id"),
    ],
)
async def test_a_record_that_cannot_be_read_fails_alone(record: dict[str, object], failed: str, reason: str) -> None:
    below = clients({"id": "222"}, record, {"id": "444", "descriptiveName": None})
    scene = stage(answering({LIST: invited("111"), "/111/": below}))
    assert [(a.account_id, a.name) for a in await scene.connector.accounts()] == [("222", "222"), ("444", "444")]
    ((account_id, error),) = scene.connector.failures.items()
    assert account_id == failed
    assert isinstance(error, ContractError)
    assert reason in str(error)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refusal(403, "authorizationError.DEVELOPER_TOKEN_NOT_APPROVED"), AuthError),
        (httpx.Response(503, content=b"<html>"), TransientError),
        (httpx.Response(200, json=[{"results": None}]), ContractError),
    ],
)
async def test_when_no_entrance_can_be_read_the_failure_is_raised(
    answer: httpx.Response, kind: type[Exception]
) -> None:
    scene = stage(answering({"searchStream": answer}), retry=RetryPolicy(attempts=2))
    with pytest.raises(kind):
        await scene.connector.accounts()


async def test_nobody_invited_means_no_accounts() -> None:
    scene = stage(answering({LIST: httpx.Response(200, content=b"{}")}))
    assert await scene.connector.accounts() == []


async def test_identity_tells_who_we_are_what_we_may_and_what_we_can_pull() -> None:
    identity = await stage().connector.identity()
    assert identity.name == "Northwind Group (manager)"
    assert identity.permissions == ("https://www.googleapis.com/auth/adwords",)
    assert identity.account_ids == (US, DE, JP, EMPTY)
