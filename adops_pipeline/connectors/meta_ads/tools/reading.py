"""Reads one page of an edge, or one node, and shows its rows with money in currency units."""

import json
from collections.abc import Mapping
from typing import Any

import httpx
import msgspec

from adops_pipeline.connectors.errors import FailureContext, PermanentError
from adops_pipeline.connectors.json_body import decode
from adops_pipeline.connectors.meta_ads.client import MetaAdsConnector
from adops_pipeline.connectors.meta_ads.tools.money import from_minor_units
from adops_pipeline.connectors.meta_ads.tools.names import MONEY
from adops_pipeline.connectors.tools import RefusedInputError, ToolPage
from adops_pipeline.domain.vocabulary import Platform

Row = dict[str, Any]
_NO_SUCH_OBJECT = "100/33"


class _Cursors(msgspec.Struct):
    after: str | None = None


class _Paging(msgspec.Struct):
    next: str | None = None
    cursors: _Cursors | None = None


class _Page(msgspec.Struct):
    data: list[Row]
    paging: _Paging | None = None


async def read_page(
    client: MetaAdsConnector,
    path: str,
    account_id: str | None,
    params: Mapping[str, str],
    *,
    limit: int,
    cursor: str | None,
) -> tuple[list[Row], str | None]:
    """Rows of one page as Meta returns them, and the cursor of the next page if there is one."""
    query = {**params, "limit": str(limit), **({"after": cursor} if cursor else {})}
    body = await client.session.request("GET", path, account_id=account_id, params=query)
    page = decode(body, _Page, FailureContext(Platform.META_ADS, f"GET {path}", account_id))
    return page.data, _next_cursor(page.paging)


async def read_node(
    client: MetaAdsConnector, account_id: str, object_id: str, fields: tuple[str, ...], label: str
) -> Row | None:
    """One object of the account; None if Meta has no such object. Raises RefusedInputError for another account's."""
    path = f"/{object_id}"
    params = {"fields": ",".join(dict.fromkeys((*fields, "account_id")))}
    try:
        body = await client.session.request("GET", path, account_id=account_id, params=params)
    except PermanentError as error:
        if error.context.code == _NO_SUCH_OBJECT:
            return None
        raise
    row = decode(body, dict[str, Any], FailureContext(Platform.META_ADS, f"GET {path}", account_id))
    check_owner(row, account_id, label)
    return row


def check_owner(row: Row, account_id: str, label: str) -> None:
    """Raise RefusedInputError if the object belongs to another ad account than the one that was named."""
    owner = str(row.get("account_id", account_id))
    if owner != account_id:
        raise RefusedInputError(
            f"{label} {row.get('id', '')} belongs to ad account {owner}, not {account_id}; give account_id {owner}."
        )


def shown(row: Row, fields: tuple[str, ...], currency: str) -> Row:
    """The row reduced to ``fields``, with money in currency units as decimal text."""
    return {name: _shown_value(name, row[name], currency) for name in fields if row.get(name) is not None}


async def page_of(
    client: MetaAdsConnector, account_id: str, rows: list[Row], fields: tuple[str, ...], cursor: str | None
) -> ToolPage:
    """A tool's answer made of rows as Meta returned them."""
    currency = await client.currency(account_id) if MONEY & set(fields) else ""
    return ToolPage([shown(row, fields, currency) for row in rows], cursor, client.session.rate_limit)


def compact(value: object) -> str:
    """A parameter that is a list or a map, as Meta takes it: JSON text."""
    return json.dumps(value, separators=(",", ":"))


def _shown_value(name: str, value: object, currency: str) -> object:
    return format(from_minor_units(value, currency), "f") if name in MONEY else value


def _next_cursor(paging: _Paging | None) -> str | None:
    """The cursor after this page. The link itself contains the access token and is not passed on."""
    if paging is None or paging.next is None:
        return None
    after = paging.cursors.after if paging.cursors else None
    return after or httpx.URL(paging.next).params.get("after")
