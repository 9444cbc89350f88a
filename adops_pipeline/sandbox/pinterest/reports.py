"""The asynchronous report: created, polled, downloaded from a signed link, forgotten after an hour.

Lifetimes and limits per Pinterest's OpenAPI description 5.23: a link is good for five minutes, a report for an hour.
The file is a JSON object keyed by entity id; metrics that are zero are not in it, and ids are numbers.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Literal

import msgspec
from starlette.responses import Response

from adops_pipeline.sandbox.market import AdMarket, MarketAccount
from adops_pipeline.sandbox.pinterest import analytics, wire
from adops_pipeline.sandbox.pinterest.columns import ASYNC_COLUMNS, ID_COLUMNS, Value
from adops_pipeline.sandbox.pinterest.entities import SUMMARY_STATUSES, summary_status

DAYS_BACK = 914
LONGEST_SPAN = 186
MOST_STATUSES = 6
MOST_IDS = 500
LINK_LIFETIME = timedelta(minutes=5)
REPORT_LIFETIME = timedelta(hours=1)
SENTENCE = "Invalid ad account ads analytics parameters."

_LEVELS: Mapping[str, analytics.Level] = {"ADVERTISER": "ACCOUNT", "CAMPAIGN": "CAMPAIGN", "AD_GROUP": "AD_GROUP"}
_SIGNING_KEY = b"the sandbox signs its own links"
_MOST_KEPT = 10_000

Outcome = Literal["FINISHED", "FAILED", "EXPIRED", "CANCELLED"]


@dataclass(frozen=True, slots=True)
class ReportScript:
    """How reports go: polls answered IN_PROGRESS before the end, and how the first few end (the rest finish)."""

    polls_in_progress: int = 2
    outcomes: tuple[Outcome, ...] = ()


class ReportRequest(msgspec.Struct):
    """Body of ``POST /ad_accounts/{id}/reports``, as far as the sandbox looks at it."""

    start_date: str
    end_date: str
    granularity: str
    level: str
    columns: list[str]
    report_format: str = "JSON"
    click_window_days: int | None = None
    engagement_window_days: int | None = None
    view_window_days: int | None = None
    conversion_report_time: str = "TIME_OF_AD_ACTION"
    campaign_ids: list[str] = []
    campaign_statuses: list[str] = []
    ad_group_ids: list[str] = []
    ad_group_statuses: list[str] = []


@dataclass(slots=True)
class _Report:
    account: MarketAccount
    request: ReportRequest
    query: analytics.Query
    created_at: datetime
    outcome: Outcome
    polls: int = 0


class ReportDesk:
    """Keeps the reports of one sandbox."""

    def __init__(self, market: AdMarket, script: ReportScript) -> None:
        self._market = market
        self._script = script
        self._serial = count(1)
        self._reports: dict[str, _Report] = {}

    def create(self, account: MarketAccount, body: bytes, now: datetime) -> dict[str, object]:
        """Take a report request; the answer holds the token to poll with."""
        request = _decoded(body)
        query = _checked(request, now)
        number = next(self._serial)
        outcome = self._script.outcomes[number - 1] if number <= len(self._script.outcomes) else "FINISHED"
        token = hashlib.sha256(f"{account.account_id}.{number}".encode()).hexdigest()[:40]
        self._reports[token] = _Report(account, request, query, now, outcome)
        if len(self._reports) > _MOST_KEPT:
            del self._reports[next(iter(self._reports))]
        return {"report_status": "IN_PROGRESS", "token": token, "message": ""}

    def status(self, account: MarketAccount, token: str | None, link_base: str, now: datetime) -> dict[str, object]:
        """Answer to a poll; ``link_base`` is the URL a finished report's download link starts with."""
        if not token:
            raise wire.refused(SENTENCE, "Parameter 'token' is required.")
        report = self._reports.get(token)
        if report is None or report.account.account_id != account.account_id:
            return {"report_status": "DOES_NOT_EXIST", "url": None, "size": None}
        report.polls += 1
        if report.polls <= self._script.polls_in_progress:
            return {"report_status": "IN_PROGRESS", "url": None, "size": None}
        if report.outcome != "FINISHED":
            return {"report_status": report.outcome, "url": None, "size": None}
        if now - report.created_at > REPORT_LIFETIME:
            return {"report_status": "EXPIRED", "url": None, "size": None}
        expires = int((now + LINK_LIFETIME).timestamp())
        url = f"{link_base}/{token}.json?Expires={expires}&Signature={_signature(token, expires)}"
        return {"report_status": "FINISHED", "url": url, "size": len(self._content(report))}

    def download(self, name: str, expires: str, signature: str, now: datetime, *, with_bearer: bool) -> Response:
        """Serve a link. File storage answers, not the API: XML errors, and no second form of authorization."""
        token = name.removesuffix(".json")
        report = self._reports.get(token)
        if with_bearer:
            return _storage_error(400, "InvalidArgument", "Only one auth mechanism allowed")
        is_genuine = expires.isdigit() and hmac.compare_digest(signature, _signature(token, int(expires)))
        if report is None or not is_genuine:
            return _storage_error(403, "SignatureDoesNotMatch", "The request signature does not match")
        if now.timestamp() > int(expires):
            return _storage_error(403, "AccessDenied", "Request has expired")
        return Response(self._content(report), media_type="application/json")

    def _content(self, report: _Report) -> bytes:
        """The file: rows as of the time of the request."""
        found = analytics.rows(self._market, report.account, report.query, report.created_at)
        wanted = self._with_status(report)
        content = {
            key: [_sparse(row) for row in rows] for key, rows in found.items() if wanted is None or key in wanted
        }
        return wire.encode(content)

    def _with_status(self, report: _Report) -> set[str] | None:
        """Entities that the status filters let through; None when there is no such filter."""
        request, account_id, now = report.request, report.account.account_id, report.created_at
        if not request.campaign_statuses and not request.ad_group_statuses and not request.campaign_ids:
            return None
        today = now.date()
        campaigns = {c.campaign_id: c for c in self._market.campaigns(account_id, now)}
        passed = {
            key
            for key, c in campaigns.items()
            if _passes(summary_status(c.status, c.start_date, today), request.campaign_statuses)
            and _passes(key, request.campaign_ids)
        }
        if report.query.level == "ACCOUNT":
            return {account_id}
        if report.query.level == "CAMPAIGN":
            return passed
        return {
            g.ad_group_id
            for g in self._market.ad_groups(account_id, now)
            if g.campaign_id in passed
            and _passes(summary_status(g.status, campaigns[g.campaign_id].start_date, today), request.ad_group_statuses)
        }


def _passes(value: str, allowed: list[str]) -> bool:
    return not allowed or value in allowed


def _decoded(body: bytes) -> ReportRequest:
    try:
        return msgspec.json.decode(body, type=ReportRequest)
    except msgspec.MsgspecError as error:
        raise wire.refused(SENTENCE, str(error)) from None


def _checked(request: ReportRequest, now: datetime) -> analytics.Query:
    if request.level not in _LEVELS:
        raise wire.refused(SENTENCE, f"'level' value '{request.level}' is not served here.")
    wire.choice(request.report_format, "report_format", ("JSON",), SENTENCE)
    wire.choice(request.granularity, "granularity", analytics.GRANULARITIES, SENTENCE)
    wire.choice(request.conversion_report_time, "conversion_report_time", analytics.REPORT_TIMES, SENTENCE)
    analytics.check_windows({name: getattr(request, name) for name in analytics.WINDOW_NAMES}, SENTENCE)
    columns = tuple(dict.fromkeys(request.columns))
    analytics.check_columns(columns, ASYNC_COLUMNS, SENTENCE)
    for name in ("campaign_statuses", "ad_group_statuses"):
        statuses: list[str] = getattr(request, name)
        if len(statuses) > MOST_STATUSES:
            raise wire.refused(SENTENCE, f"'{name}' takes at most {MOST_STATUSES} values.")
        for status in statuses:
            wire.choice(status, name, SUMMARY_STATUSES, SENTENCE)
    for name in ("campaign_ids", "ad_group_ids"):
        wire.check_ids(getattr(request, name), name, SENTENCE, MOST_IDS)
    start = wire.day(request.start_date, "start_date", SENTENCE)
    end = wire.day(request.end_date, "end_date", SENTENCE)
    analytics.check_dates(start, end, now, DAYS_BACK, LONGEST_SPAN, SENTENCE)
    query = analytics.Query(_LEVELS[request.level], start, end, request.granularity, columns)
    named = {"CAMPAIGN": request.campaign_ids, "AD_GROUP": request.ad_group_ids}.get(query.level)
    return replace(query, ids=frozenset(named)) if named else query


def _sparse(row: analytics.Row) -> analytics.Row:
    """JSON reports are not zero-filled, and write ids as numbers."""

    def told(column: str, value: Value) -> Value:
        return int(str(value)) if column in ID_COLUMNS else value

    return {
        column: told(column, value)
        for column, value in row.items()
        if value is not None and (isinstance(value, bool) or value != 0)
    }


def _signature(token: str, expires: int) -> str:
    return hmac.new(_SIGNING_KEY, f"{token}.{expires}".encode(), hashlib.sha256).hexdigest()


def _storage_error(status: int, code: str, message: str) -> Response:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Response(body, status, media_type="application/xml")
