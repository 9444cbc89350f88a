"""Requests of Pinterest's tools: one page of a list, one object, and one change with the outcome of its item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import msgspec

from adops_pipeline.connectors.errors import ContractError, FailureContext, PermanentError
from adops_pipeline.connectors.json_body import decode
from adops_pipeline.connectors.pinterest.client import ENTITY_STATUSES, PinterestConnector
from adops_pipeline.connectors.pinterest.models import HasId
from adops_pipeline.connectors.tools import UncertainWriteError
from adops_pipeline.domain.vocabulary import Platform

T = TypeVar("T")
Row = Mapping[str, Any]
Params = Sequence[tuple[str, str]]
ALL_STATUSES = tuple(("entity_statuses", status) for status in ENTITY_STATUSES)
NOT_FOUND = 404
_LARGEST_PAGE = 250
_MOST_PAGES = 200


class _Page(msgspec.Struct):
    items: list[dict[str, Any]]
    bookmark: str | None = None


class _Exception(msgspec.Struct):
    code: int | str = ""
    message: str = ""


class _Outcome(msgspec.Struct):
    data: HasId | None = None
    exceptions: list[_Exception] | _Exception | None = None


class _Outcomes(msgspec.Struct):
    items: list[_Outcome]


@dataclass(frozen=True, slots=True)
class Items:
    """A page of a list as Pinterest sent it."""

    rows: Sequence[Row]
    bookmark: str | None


async def listed(
    client: PinterestConnector,
    path: str,
    account_id: str | None,
    params: Params = (),
    *,
    limit: int = _LARGEST_PAGE,
    cursor: str | None = None,
) -> Items:
    """One page of a list."""
    paging = [("page_size", str(limit)), *([("bookmark", cursor)] if cursor else [])]
    body = await client.session.request("GET", path, account_id=account_id, params=[*params, *paging])
    page = decode(body, _Page, _context("GET", path, account_id))
    return Items(page.items, page.bookmark)


async def all_items(client: PinterestConnector, path: str, account_id: str | None, params: Params = ()) -> list[Row]:
    """Every item of a list, at most 50,000."""
    rows: dict[str, Row] = {}
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        page = await listed(client, path, account_id, params, cursor=cursor)
        rows |= {str(row.get("id")): row for row in page.rows}
        if not page.bookmark or page.bookmark == cursor:
            break
        cursor = page.bookmark
    return list(rows.values())


async def one(client: PinterestConnector, path: str, account_id: str, params: Params = ()) -> Row | None:
    """One object by its own path; None if Pinterest no longer has it."""
    try:
        body = await client.session.request("GET", path, account_id=account_id, params=params)
    except PermanentError as error:
        if error.context.status == NOT_FOUND:
            return None
        raise
    return decode(body, dict[str, Any], _context("GET", path, account_id))


async def write_object(client: PinterestConnector, path: str, account_id: str, body: Row, params: Params = ()) -> str:
    """Create an object that Pinterest takes alone (a pin, an audience); its id."""
    answer = await client.session.write("POST", path, account_id=account_id, params=params, json=body)
    return _written(answer, HasId, _context("POST", path, account_id)).id


async def write_item(client: PinterestConnector, method: str, path: str, account_id: str, item: Row) -> str:
    """Send a change as an array of one; the object's id.

    An exception of the item is a PermanentError, although the status is 200.
    """
    answer = await client.session.write(method, path, account_id=account_id, json=[item])
    context = _context(method, path, account_id)
    outcomes = _written(answer, _Outcomes, context).items
    found = outcomes[0].exceptions if outcomes else None
    exceptions = [found] if isinstance(found, _Exception) else list(found or ())
    named = [one for one in exceptions if one.message or one.code]
    if named:
        words = "; ".join(one.message for one in named)
        raise PermanentError(replace(context, message=words, code=str(named[0].code) or None))
    if len(outcomes) != 1 or outcomes[0].data is None:
        raise UncertainWriteError(replace(context, message="the answer has neither an object nor an exception"))
    return outcomes[0].data.id


def _written(body: bytes, kind: type[T], context: FailureContext) -> T:
    """The answer to a change that Pinterest acted on: if it cannot be read, nobody knows what was done."""
    try:
        return decode(body, kind, context)
    except ContractError as error:
        raise UncertainWriteError(error.context) from None


def rows_of(body: bytes, path: str, account_id: str | None) -> list[Row]:
    """A body that is an array of objects."""
    return list(decode(body, list[dict[str, Any]], _context("GET", path, account_id)))


def object_of(body: bytes, path: str, account_id: str | None) -> Row:
    """A body that is an object."""
    return decode(body, dict[str, Any], _context("GET", path, account_id))


def _context(method: str, path: str, account_id: str | None) -> FailureContext:
    return FailureContext(Platform.PINTEREST, f"{method} {path}", account_id)
