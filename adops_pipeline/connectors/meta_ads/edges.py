"""Reads a list of the Graph API page by page: links without tokens, smaller pages if Meta asks for less data."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

import httpx

from adops_pipeline.connectors.base import Page
from adops_pipeline.connectors.bounds import endless_list
from adops_pipeline.connectors.errors import AskForLessError, ContractError, FailureContext
from adops_pipeline.connectors.http import HttpSession, web_address
from adops_pipeline.connectors.json_body import decode, rows
from adops_pipeline.connectors.meta_ads.models import Edge
from adops_pipeline.domain.vocabulary import Platform

PAGE_SIZE = 500
_SMALLEST_PAGE = 25
# Meta may repeat a page by mistake; a list that keeps leading back is broken.
_MOST_REPEATS = 5
_SECRET_PARAMS = ("access_token", "appsecret_proof")


async def read_edge(
    api: HttpSession, path: str, params: Mapping[str, str], account_id: str | None, page_size: int = PAGE_SIZE
) -> AsyncIterator[Page]:
    """All rows at ``path``, a page at a time; a repeated page (the same cursor) is skipped.

    Raises AskForLessError if even the smallest page is too large.
    """
    context = FailureContext(Platform.META_ADS, f"GET {path}", account_id)
    link, query = path, httpx.QueryParams(dict(params))
    limit = page_size
    visits: Counter[int] = Counter()
    pages = 0
    while pages < api.limits.list_pages:
        try:
            sent = query.set("limit", str(limit))
            body = await api.request("GET", link, account_id=account_id, params=list(sent.multi_items()))
        except AskForLessError:
            if limit <= _SMALLEST_PAGE:
                raise
            limit = max(limit // 2, _SMALLEST_PAGE)
            continue
        paging = decode(body, Edge, context).paging
        pages += 1
        cursor = hash(query.get("after", ""))
        visits[cursor] += 1
        if visits[cursor] == 1:
            page = Page(rows(body, context, "data"))
            del body  # a page may be large: only one form of it is held while it is written and the next one comes
            yield page
            del page
        if paging is None or paging.next is None:
            return
        if visits[cursor] > _MOST_REPEATS:
            raise ContractError(replace(context, message="the list's links lead in a circle"))
        address = web_address(paging.next)
        if address is None:
            raise ContractError(replace(context, message="the list's next link is not a web address"))
        link, query = _without_secrets(address)
    raise endless_list(context, api.limits)


def _without_secrets(url: httpx.URL) -> tuple[str, httpx.QueryParams]:
    """A ``next`` link as address and parameters; the token in it is dropped, ours goes into a header."""
    query = url.params
    for name in _SECRET_PARAMS:
        query = query.remove(name)
    return str(url.copy_with(query=None)), query
