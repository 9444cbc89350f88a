"""Ad accounts: how fresh their data are, and their failures, rejected rows, restatements and pulls."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field
from pydantic.alias_generators import to_camel

from adops_pipeline.api.answers import Answers
from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.models import ApiModel, page_model
from adops_pipeline.api.paging import encode, wrong_cursor
from adops_pipeline.api.problems import ApiError, responses
from adops_pipeline.api.requests import Instant, PageQuery, Words
from adops_pipeline.domain.moments import as_stored
from adops_pipeline.domain.tables import TABLES
from adops_pipeline.domain.tables.column import Column
from adops_pipeline.domain.tables.pulls import PullState
from adops_pipeline.domain.vocabulary import Platform, Report
from adops_pipeline.services.accounts import Account, AccountStatus, PlatformSync, split_id
from adops_pipeline.services.documents.models import CurrencyCode, row_model
from adops_pipeline.warehouse.queries.accounts import is_account
from adops_pipeline.warehouse.queries.conditions import Condition
from adops_pipeline.warehouse.queries.listing import Listing, MarkError, list_rows
from adops_pipeline.warehouse.queries.snapshot_reader import Snapshot

router = APIRouter(prefix="/api/accounts", tags=["accounts"])
_LISTING, _FAILURES = "accounts", "accounts/failures"
_LARGEST_SEQ = 2**63 - 1
_NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "The client has the newest answer."}}
_Text = Annotated[str, Field(min_length=1, max_length=200)]
AccountId = Annotated[
    str, Path(max_length=200, description="`platform:account_id`.", examples=["google-ads:4403110926"])
]  # fmt: skip


class AccountQuery(PageQuery):
    """Which accounts."""

    platform: list[Platform] = Field([], max_length=10, description="Only these platforms.")
    status: list[AccountStatus] = Field([], max_length=4, description="Only these.")
    currency: list[CurrencyCode] = Field([], max_length=200, description="Only accounts with these currencies.")
    search: _Text | None = Field(None, description="Text within name or id, ignoring case.")

    def wants(self, account: Account) -> bool:
        """Whether the account meets every condition."""
        text = f"{account.name or ''}\n{account.id}".casefold()
        return (
            (not self.platform or account.platform in self.platform)
            and (not self.status or account.status in self.status)
            and (not self.currency or account.currency in self.currency)
            and (self.search is None or self.search.casefold() in text)
        )


class FailureOut(ApiModel):
    """Why an account could not be pulled."""

    reason: str
    is_auth: bool = Field(description="Only new credentials will help.")
    is_whole_platform: bool = Field(description="No account of the platform could be pulled.")


class AccountOut(ApiModel):
    """An ad account and the state of its data."""

    id: str = Field(description="`platform:account_id`.")
    platform: Platform
    account_id: str
    name: str | None
    currency: str | None
    timezone: str | None = Field(description="IANA time zone of the account's days.")
    status: AccountStatus = Field(description="failing: its newest pull failed; stale: its data are too old.")
    synced_at: datetime | None = Field(description="Newest pull of its campaigns and budgets.")
    pulled_at: datetime | None = Field(description="Newest pull of its daily figures.")
    age_seconds: float | None = Field(description="Age of the newest daily figures.", ge=0)
    complete_through: date | None = Field(description="Last day that was over at that pull, in its time zone.")
    pulls: int = Field(ge=0, description="Pulls in the ledger.")
    rejects: int = Field(ge=0, description="Rows that could not be normalized.")
    failure: FailureOut | None = Field(description="Why its newest pull failed; null if it succeeded.")


class AccountPage(ApiModel):
    """Accounts by id."""

    items: list[AccountOut]
    next_cursor: str | None
    total: int = Field(ge=0, description="Accounts on all pages.")


class AccountFailureOut(FailureOut):
    """A pull of the account that failed."""

    seq: int = Field(description="Number of the event.")
    at: datetime
    run_id: str | None = Field(description="Id of the Dagster run.")
    asset: str = Field(description="What was pulled.")


class AccountFailurePage(ApiModel):
    """Failed pulls, newest first."""

    items: list[AccountFailureOut]
    next_cursor: str | None


class RejectQuery(PageQuery):
    """Which rejected rows."""

    report: list[Report] = Field([], max_length=10, description="Only these reports.")
    first: date | None = Field(None, alias="from", description="First day of the rows, inclusive.")
    last: date | None = Field(None, alias="to", description="Last day of the rows, inclusive.")
    search: _Text | None = Field(None, description="Text within the reason, ignoring case.")


class RestatementQuery(PageQuery):
    """Which restatements."""

    campaign_id: Words = Field([], description="Only these campaigns, by the platform's id.")
    first: date | None = Field(None, alias="from", description="First restated day, inclusive.")
    last: date | None = Field(None, alias="to", description="Last restated day, inclusive.")


class PullQuery(PageQuery):
    """Which pulls."""

    report: list[Report] = Field([], max_length=10, description="Only these reports.")
    state: list[PullState] = Field([], max_length=4, description="Only these states.")
    since: Instant | None = Field(None, description="Only pulls at or after this time.")


def _columns(table: str, *without: str) -> Sequence[Column]:
    """Columns of a table that are listed; the account is known."""
    return [column for column in TABLES[table].columns if column.name not in {"platform", "account_id", *without}]


_REJECTS = _columns("analytics_rejects")
_RESTATEMENTS = _columns("analytics_metric_revisions")
_PULLS = _columns("raw_pulls", "path")
RejectPage = page_model(row_model(TABLES["analytics_rejects"], _REJECTS, "RejectRow"))
RestatementPage = page_model(row_model(TABLES["analytics_metric_revisions"], _RESTATEMENTS, "RestatementRow"))
PullPage = page_model(row_model(TABLES["raw_pulls"], _PULLS, "PullRow"))


@router.get("", operation_id="list_accounts", summary="List accounts", responses=responses(422, 503))
def list_accounts(services: ServicesDep, query: Annotated[AccountQuery, Query()]) -> AccountPage:
    """Every account with the freshness of its data, and why its newest pull failed where it did."""
    wanted = [account for account in services.accounts.every() if query.wants(account)]
    shown, following = query.page(_LISTING, wanted, lambda account: (account.id,))
    return AccountPage(items=[_out(account) for account in shown], next_cursor=following, total=len(wanted))


@router.get("/{account_id}", operation_id="get_account", summary="Read an account", responses=responses(404, 503))
def get_account(account_id: AccountId, services: ServicesDep) -> AccountOut:
    """One account."""
    return _out(services.accounts.get(account_id))


@router.get(
    "/{account_id}/failures",
    operation_id="list_account_failures",
    summary="List failed pulls of an account",
    responses=responses(404, 422, 503),
)
def list_failures(
    account_id: AccountId, services: ServicesDep, query: Annotated[PageQuery, Query()]
) -> AccountFailurePage:
    """Pulls in which the account failed, newest first, with the reasons."""
    found = services.accounts.failures(account_id, query.limit + 1, _seq(query))
    shown = found[: query.limit]
    following = encode(_FAILURES, [str(shown[-1].seq)]) if len(found) > query.limit else None
    return AccountFailurePage(items=[_failed(pull) for pull in shown], next_cursor=following)


@router.get(
    "/{account_id}/rejects",
    operation_id="list_account_rejects",
    summary="List rejected rows of an account",
    response_model=RejectPage,
    responses=responses(404, 422, 503) | _NOT_MODIFIED,
)
async def list_rejects(account_id: AccountId, request: Request, query: Annotated[RejectQuery, Query()]) -> Response:
    """Raw rows of the account that could not be normalized, newest first, each with its reason."""
    return await _answered(request, lambda snapshot: rejects_document(snapshot, account_id, query))


@router.get(
    "/{account_id}/restatements",
    operation_id="list_account_restatements",
    summary="List restatements of an account",
    response_model=RestatementPage,
    responses=responses(404, 422, 503) | _NOT_MODIFIED,
)
async def list_restatements(
    account_id: AccountId, request: Request, query: Annotated[RestatementQuery, Query()]
) -> Response:
    """Values of campaigns' days whenever a pull first showed or changed them, newest first."""
    return await _answered(request, lambda snapshot: restatements_document(snapshot, account_id, query))


@router.get(
    "/{account_id}/pulls",
    operation_id="list_account_pulls",
    summary="List pulls of an account",
    response_model=PullPage,
    responses=responses(404, 422, 503) | _NOT_MODIFIED,
)
async def list_pulls(account_id: AccountId, request: Request, query: Annotated[PullQuery, Query()]) -> Response:
    """The account's pulls, newest first: report, days, rows, and whether they were applied."""
    return await _answered(request, lambda snapshot: pulls_document(snapshot, account_id, query))


def rejects_document(snapshot: Snapshot, account_id: str, query: RejectQuery) -> bytes:
    """Raw rows of an account that could not be normalized, newest first."""
    conditions = [*_one_of("report", query.report), *_days(query.first, query.last)]
    if query.search is not None:
        conditions.append(Condition("reason", "contains", query.search))
    return _document(snapshot, account_id, query, "analytics_rejects", _REJECTS, conditions)


def restatements_document(snapshot: Snapshot, account_id: str, query: RestatementQuery) -> bytes:
    """Values of an account's campaigns whenever a pull first showed or changed them, newest first."""
    conditions = [*_one_of("campaign_id", query.campaign_id), *_days(query.first, query.last)]
    return _document(snapshot, account_id, query, "analytics_metric_revisions", _RESTATEMENTS, conditions)


def pulls_document(snapshot: Snapshot, account_id: str, query: PullQuery) -> bytes:
    """The pulls of an account, newest first."""
    conditions = [*_one_of("report", query.report), *_one_of("state", query.state)]
    if query.since is not None:
        conditions.append(Condition("pulled_at", "from", as_stored(query.since)))
    return _document(snapshot, account_id, query, "raw_pulls", _PULLS, conditions)


def _one_of(column: str, values: Sequence[str]) -> list[Condition]:
    return [Condition(column, "in", [str(value) for value in values])] if values else []


def _days(first: date | None, last: date | None) -> list[Condition]:
    found = [] if first is None else [Condition("date", "from", first)]
    return found if last is None else [*found, Condition("date", "to", last)]


async def _answered(request: Request, make: Callable[[Snapshot], bytes]) -> Response:
    answers: Answers = request.app.state.answers
    return await answers.answer(request, make)


def _document(
    snapshot: Snapshot,
    account_id: str,
    query: PageQuery,
    table: str,
    columns: Sequence[Column],
    conditions: Sequence[Condition],
) -> bytes:
    """A page of the account's rows of a table, newest pull first."""
    platform, own_id = split_id(account_id)
    if not is_account(snapshot.con, platform.value, own_id):
        raise ApiError(404, "not-found", f"there is no account {account_id!r}; /api/accounts lists them")
    of_account = [Condition("platform", "in", [platform.value]), Condition("account_id", "in", [own_id])]
    listing = Listing(
        table=table,
        names={column.name: to_camel(column.name) for column in columns},
        conditions=[*of_account, *conditions],
        sort="pulled_at",
        is_descending=True,
        limit=query.limit,
        after=query.mark(table),
    )
    try:
        found = list_rows(snapshot.con, listing)
    except MarkError:
        raise wrong_cursor() from None
    cursor = "null" if found.mark is None else f'"{encode(table, found.mark)}"'
    at = f"{snapshot.published_at:%Y-%m-%dT%H:%M:%S.%fZ}"
    items = ",".join(found.documents)
    return f'{{"items":[{items}],"nextCursor":{cursor},"total":{found.total},"snapshotAt":"{at}"}}'.encode()


def _seq(query: PageQuery) -> int | None:
    """The number of the last event on the page before."""
    mark = query.mark(_FAILURES)
    if mark is None:
        return None
    text = "/".join(part or "" for part in mark)
    if not (text.isascii() and text.isdigit() and int(text[:20]) <= _LARGEST_SEQ):
        raise wrong_cursor()
    return int(text)


def _out(account: Account) -> AccountOut:
    failure = account.failure
    return AccountOut(
        id=account.id,
        platform=account.platform,
        account_id=account.account_id,
        name=account.name,
        currency=account.currency,
        timezone=account.timezone,
        status=account.status,
        synced_at=account.synced_at,
        pulled_at=account.pulled_at,
        age_seconds=None if account.age is None else max(0.0, account.age.total_seconds()),
        complete_through=account.complete_through,
        pulls=account.pulls,
        rejects=account.rejects,
        failure=None
        if failure is None
        else FailureOut(reason=failure.reason, is_auth=failure.is_auth, is_whole_platform=failure.is_whole_platform),
    )


def _failed(pull: PlatformSync) -> AccountFailureOut:
    failure = pull.failures[0]
    return AccountFailureOut(
        seq=pull.seq,
        at=pull.at,
        run_id=pull.run_id,
        asset=pull.asset,
        reason=failure.reason,
        is_auth=failure.is_auth,
        is_whole_platform=failure.is_whole_platform,
    )
