"""The asynchronous report from request to rows: request, poll, download, and request again if it expired."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from adops_pipeline.connectors.base import Sleep
from adops_pipeline.connectors.errors import AskForLessError, ContractError, FailureContext, TransientError
from adops_pipeline.connectors.http import HttpSession, web_address
from adops_pipeline.connectors.json_body import decode, lines
from adops_pipeline.connectors.links import BlockedLinkError
from adops_pipeline.connectors.pinterest.models import ReportState, ReportTicket
from adops_pipeline.connectors.pinterest.policy import LinkExpiredError
from adops_pipeline.domain.vocabulary import Platform

_FAILED = "FAILED"
_DECIDED = frozenset({"FINISHED", "EXPIRED", _FAILED, "CANCELLED", "DOES_NOT_EXIST"})
_REQUESTS = 3
_LINKS = 3
_SLOWER = 1.5
_SHORTEST_INTERVAL_SECONDS = 0.01
_LONGEST_INTERVAL_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Polling:
    """Seconds between polls, growing from the first interval to half a minute, and the time after which to give up."""

    interval: float = 2.0
    patience: float = 1800.0

    def intervals(self) -> Iterator[float]:
        """Waiting times between polls; their sum stays within ``patience``."""
        waited, interval = 0.0, self.interval
        while waited + interval <= self.patience:
            yield interval
            waited += interval
            interval = max(_SHORTEST_INTERVAL_SECONDS, min(interval * _SLOWER, _LONGEST_INTERVAL_SECONDS))


class AsyncReports:
    """Fetches reports through the API's session and the plain one of the file storage."""

    def __init__(self, api: HttpSession, files: HttpSession, *, polling: Polling, sleep: Sleep) -> None:
        self._api = api
        self._files = files
        self._polling = polling
        self._sleep = sleep

    async def rows(self, account_id: str, request: dict[str, object]) -> tuple[bytes, ...]:
        """All rows of one report request, in the file's order, each the platform's JSON on one line."""
        body = await self._file(account_id, request)
        context = _context(account_id, "file")
        by_entity = decode(body, dict[str, list[msgspec.Raw]], context)
        return tuple(line for rows in by_entity.values() for line in lines(rows, context))

    async def _file(self, account_id: str, request: dict[str, object]) -> bytes:
        state = "not finished"
        for _ in range(_REQUESTS):
            token = await self._create(account_id, request)
            for _ in range(_LINKS):
                polled = await self._poll(account_id, token)
                if polled.url is None:
                    state = polled.report_status
                    state += " without a link" if state == "FINISHED" else ""
                    break
                try:
                    return await self._download(account_id, polled.url)
                except LinkExpiredError:
                    state = "finished, but its links expired before they were read"
        kind = AskForLessError if state == _FAILED else TransientError
        raise kind(_context(account_id, "report", f"asked for {_REQUESTS} times; last: {state}"))

    async def _create(self, account_id: str, request: dict[str, object]) -> str:
        path = f"/ad_accounts/{account_id}/reports"
        body = await self._api.request("POST", path, account_id=account_id, json=request)
        return decode(body, ReportTicket, _context(account_id, "request")).token

    async def _poll(self, account_id: str, token: str) -> ReportState:
        """The state once it is decided: a link, or one of the ways a report lapses. Unknown states count as pending."""
        path = f"/ad_accounts/{account_id}/reports"
        for interval in self._polling.intervals():
            body = await self._api.request("GET", path, account_id=account_id, params={"token": token})
            state = decode(body, ReportState, _context(account_id, "state"))
            if state.url is not None:
                return state
            if state.report_status in _DECIDED:
                return state
            await self._sleep(interval)
        message = f"report still not finished after {self._polling.patience:g} s"
        raise TransientError(_context(account_id, "state", message))

    async def _download(self, account_id: str, url: str) -> bytes:
        """Download the file. The link is signed, so no bearer token is sent."""
        if web_address(url) is None:
            raise ContractError(_context(account_id, "link", "the download link is not a web address"))
        try:
            return await self._files.request("GET", url, account_id=account_id, authenticated=False)
        except BlockedLinkError as error:
            raise ContractError(_context(account_id, "link", f"the download link is not followed: {error}")) from None


def _context(account_id: str, what: str, message: str = "") -> FailureContext:
    return FailureContext(
        Platform.PINTEREST, f"{what} of /ad_accounts/{account_id}/reports", account_id, message=message
    )
