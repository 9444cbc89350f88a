"""Requests of the tools: pages of a query, and changes with Google's refusals read item by item.

Changes: https://developers.google.com/google-ads/api/docs/mutating/overview
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from adops_pipeline.connectors.errors import ContractError, FailureContext, PermanentError
from adops_pipeline.connectors.google_ads.client import GoogleAdsConnector
from adops_pipeline.connectors.google_ads.models import ErrorDetail
from adops_pipeline.connectors.google_ads.tools.gaql import with_limit
from adops_pipeline.connectors.google_ads.tools.inputs import AccountInput, PageInput
from adops_pipeline.connectors.google_ads.tools.rows import flat_row
from adops_pipeline.connectors.json_body import decode
from adops_pipeline.connectors.tools import RefusedInputError, ToolPage, UncertainWriteError
from adops_pipeline.domain.vocabulary import Platform

Row = Mapping[str, Any]


class _SearchAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """One page of a search; Google fixes its size at 10,000 rows."""

    results: tuple[dict[str, Any], ...] = ()
    next_page_token: str = ""
    query_resource_consumption: str = ""


class _Status(msgspec.Struct, frozen=True, rename="camel"):
    """A google.rpc.Status: why items of a change were refused."""

    message: str = ""
    details: tuple[ErrorDetail, ...] = ()


class _MutateAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """Answer of a change: of one service (``results``), or of all (``mutate_operation_responses``)."""

    partial_failure_error: _Status | None = None
    results: tuple[dict[str, Any], ...] = ()
    mutate_operation_responses: tuple[dict[str, dict[str, Any]], ...] = ()


@dataclass(frozen=True, slots=True)
class Mutation:
    """A change as one request: ``method`` of the REST API (``campaigns:mutate``) and its operations."""

    method: str
    operations: Sequence[Mapping[str, Any]]

    def body(self, *, validate_only: bool) -> dict[str, Any]:
        """The request's body. Only independent operations may fail one by one: a campaign needs its budget."""
        is_joint = self.method == "googleAds:mutate"
        name = "mutateOperations" if is_joint else "operations"
        return {name: list(self.operations), "partialFailure": not is_joint, "validateOnly": validate_only}


async def rows_of(client: GoogleAdsConnector, given: AccountInput | tuple[str, str | None], query: str) -> list[Row]:
    """All rows of a query that is known to return few."""
    account_id, login = given if isinstance(given, tuple) else (given.account_id, given.login_customer_id)
    return [*(await _search(client, account_id, login, query, most=10_000)).results]


async def page_of(
    client: GoogleAdsConnector, given: AccountInput, paging: PageInput, query: str, fields: Sequence[str]
) -> ToolPage:
    """The page of a query that the cursor points to, trimmed to ``fields``."""
    start = _start(query, paging.cursor)
    wanted = start + paging.limit
    answer = await _search(
        client, given.account_id, given.login_customer_id, with_limit(query, wanted + 1), most=wanted + 1
    )
    rows = [flat_row(row, fields) for row in answer.results[start:wanted]]
    cursor = _cursor(query, wanted) if len(answer.results) > wanted else None
    used = answer.query_resource_consumption
    consumed = {"queryResourceConsumption": used} if used else {}
    return ToolPage(rows, cursor, {**client.session.rate_limit, **consumed})


async def validate(client: GoogleAdsConnector, given: AccountInput, mutation: Mutation) -> None:
    """Have Google check the change without applying it; asked again like any question."""
    path, headers = await _address(client, given.account_id, given.login_customer_id, mutation.method)
    body = mutation.body(validate_only=True)
    answer = await client.session.request("POST", path, account_id=given.account_id, json=body, headers=headers)
    _names(answer, _context(path, given.account_id))


async def apply(client: GoogleAdsConnector, given: AccountInput, mutation: Mutation) -> list[str]:
    """Apply the change with one request; resource names of the changed objects, in the order of the operations.

    Raises UncertainWriteError where Google may have acted without answering.
    """
    path, headers = await _address(client, given.account_id, given.login_customer_id, mutation.method)
    body = mutation.body(validate_only=False)
    answer = await client.session.write("POST", path, account_id=given.account_id, json=body, headers=headers)
    try:
        names = _names(answer, _context(path, given.account_id))
    except ContractError as error:
        raise UncertainWriteError(error.context) from None
    if not names or not all(names):
        message = "Google's answer to the change names no object"
        raise UncertainWriteError(replace(_context(path, given.account_id), message=message))
    return names


def id_of(resource_name: str) -> str:
    """``2`` of ``customers/1/campaigns/2``."""
    return resource_name.rpartition("/")[2]


async def _search(
    client: GoogleAdsConnector, account_id: str, login: str | None, query: str, *, most: int
) -> _SearchAnswer:
    """At most ``most`` rows, of as many pages as that takes."""
    path, headers = await _address(client, account_id, login, "googleAds:search")
    found, token = list[dict[str, Any]](), ""
    while True:
        body = {"query": query} | ({"pageToken": token} if token else {})
        raw = await client.session.request("POST", path, account_id=account_id, json=body, headers=headers)
        answer = decode(raw, _SearchAnswer, _context(path, account_id))
        found += answer.results
        token = answer.next_page_token
        if not token or len(found) >= most:
            return msgspec.structs.replace(answer, results=tuple(found[:most]))


async def _address(
    client: GoogleAdsConnector, account_id: str, login: str | None, method: str
) -> tuple[str, dict[str, str]]:
    through = await client.login_for(account_id, login)
    return client.path(account_id, method), {"login-customer-id": through} if through else {}


def _context(path: str, account_id: str) -> FailureContext:
    return FailureContext(Platform.GOOGLE_ADS, f"POST {path}", account_id)


def _names(body: bytes, context: FailureContext) -> list[str]:
    """Resource names in an answer; PermanentError if any item was refused, with all that Google says of it."""
    answer = decode(body, _MutateAnswer, context)
    if answer.partial_failure_error is not None:
        raise _item_failure(answer.partial_failure_error, context)
    joint = (next(iter(one.values()), {}) for one in answer.mutate_operation_responses)
    return [one.get("resourceName", "") for one in (*answer.results, *joint)]


def _item_failure(status: _Status, context: FailureContext) -> PermanentError:
    reasons = [reason for detail in status.details for reason in detail.errors]
    words = "; ".join(f"operation {r.item} ({r.field}): {r.message}" for r in reasons) or status.message
    code = next((reason.code for reason in reasons if reason.code), None)
    request_id = next((detail.request_id for detail in status.details if detail.request_id), None)
    return PermanentError(replace(context, status=200, code=code, message=words, request_id=request_id))


def _cursor(query: str, start: int) -> str:
    return base64.urlsafe_b64encode(f"{start}:{_digest(query)}".encode()).decode()


def _start(query: str, cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        start, _, digest = base64.urlsafe_b64decode(cursor).decode("ascii").partition(":")
    except (binascii.Error, ValueError):
        start, digest = "", ""
    if digest != _digest(query) or not start.isdecimal():
        message = (
            "cursor: this is not a cursor of a list with these arguments; leave it out to begin with the first row"
        )
        raise RefusedInputError(message)
    return int(start)


def _digest(query: str) -> str:
    return hashlib.blake2b(query.encode(), digest_size=6).hexdigest()
