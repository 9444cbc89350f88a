"""Data: accounts and how fresh they are, and one with its rejects, restatements and pulls."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.requests import PageQuery
from adops_pipeline.api.routes.accounts import (
    AccountFailurePage,
    AccountId,
    AccountQuery,
    PullPage,
    PullQuery,
    RejectPage,
    RejectQuery,
    RestatementPage,
    RestatementQuery,
    get_account,
    list_accounts,
    list_failures,
    pulls_document,
    rejects_document,
    restatements_document,
)
from adops_pipeline.api.routes.alerts import AlertQuery, list_alerts
from adops_pipeline.dashboard.pages.common import FiltersDep
from adops_pipeline.dashboard.parts import part
from adops_pipeline.dashboard.reading import reading
from adops_pipeline.dashboard.rendering import render

router = APIRouter()
_SHOWN_ACCOUNTS = 500
_SHOWN_ROWS = 50
_QUALITY = ("checks", "sensors", "sync", "freshness", "rejects")
"""Rules whose alerts are about the data themselves."""
Kind = Literal["pulls", "rejects", "restatements", "failures"]


@router.get("/data")
def data_page(request: Request, services: ServicesDep, filters: FiltersDep) -> Response:
    """Accounts, and the alerts about the data."""
    query = AccountQuery.model_validate({"platform": filters.platform, "limit": _SHOWN_ACCOUNTS})
    quality = AlertQuery.model_validate({"source": list(_QUALITY), "status": ["firing"], "limit": _SHOWN_ROWS})
    return render(
        request,
        "pages/data.html",
        filters=filters,
        accounts=part(lambda: list_accounts(services, query), "The accounts cannot be read"),
        quality=part(lambda: list_alerts(services, quality), "The quality checks cannot be read"),
    )


@router.get("/data/{account_id}")
def account_page(
    request: Request,
    services: ServicesDep,
    filters: FiltersDep,
    account_id: AccountId,
    kind: Annotated[Kind, Query()] = "pulls",
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> Response:
    """One account with its rows of one kind."""
    return render(
        request,
        "pages/account.html",
        filters=filters,
        account=get_account(account_id, services),
        kind=kind,
        kinds=("pulls", "rejects", "restatements", "failures"),
        cursor=cursor,
        rows=part(lambda: _rows(request, services, account_id, kind, cursor), f"The {kind} cannot be read"),
    )


def _rows(request: Request, services: ServicesDep, account_id: str, kind: Kind, cursor: str | None) -> Any:  # noqa: ANN401 - models made from the registry
    given = {"limit": _SHOWN_ROWS, "cursor": cursor}
    if kind == "failures":
        failures: AccountFailurePage = list_failures(account_id, services, PageQuery.model_validate(given))
        return failures
    query, document, page = _DOCUMENTS[kind]
    with reading(request) as published:
        return page.model_validate_json(document(published.snapshot, account_id, query.model_validate(given)))


_DOCUMENTS: dict[str, tuple[Any, Callable[..., bytes], Any]] = {
    "rejects": (RejectQuery, rejects_document, RejectPage),
    "restatements": (RestatementQuery, restatements_document, RestatementPage),
    "pulls": (PullQuery, pulls_document, PullPage),
}
