"""How Pinterest says that something went wrong: what the fault injection answers in its name. No routes here."""

import json
import re
from urllib.parse import parse_qs, urlsplit

from adops_pipeline.sandbox.faults import Answer
from adops_pipeline.sandbox.pinterest.oauth import authentication_failed
from adops_pipeline.sandbox.pinterest.paging import bookmark_after
from adops_pipeline.sandbox.pinterest.quota import RATE_LIMIT_MESSAGE, SHOWN_LIMIT, rate_limit_headers
from adops_pipeline.sandbox.pinterest.wire import ApiError, encode

_ACCOUNT = re.compile(r"/ad_accounts/(\d+)")
_PAUSE_SECONDS = 1


class PinterestDialect:
    """Pinterest's words for faults. A pause asked for is one second, so that a run with faults stays quick."""

    def throttled(self, path: str) -> Answer:
        """Too many requests, in the three forms in use: analytics hide the pause in the body, even in a 400."""
        headers = rate_limit_headers(SHOWN_LIMIT, 0, _PAUSE_SECONDS)
        if "/report-files/" in path:
            return 503, {"content-type": "application/xml"}, b"<Error><Code>SlowDown</Code></Error>"
        if path.endswith("/campaigns/analytics"):
            message = f"Reporting query cost limit exceeded. Retry after {_PAUSE_SECONDS} seconds"
            return _answer(ApiError(429, 2726, message))
        if path.endswith("/ad_groups/analytics"):
            return _answer(ApiError(400, 1, f"Retry after {_PAUSE_SECONDS} seconds"))
        return _answer(ApiError(429, 8, RATE_LIMIT_MESSAGE, headers))

    def expired_token(self, path: str) -> Answer:
        """The bearer token is invalid; for a file's link, which has none, the link has expired."""
        if "/report-files/" in path:
            body = b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
            return 403, {"content-type": "application/xml"}, body
        return _answer(authentication_failed())

    def is_token_endpoint(self, path: str) -> bool:
        """Whether tokens are handed out here."""
        return path.endswith("/oauth/token")

    def account_of(self, path: str) -> str | None:
        """The ad account a path is about."""
        match = _ACCOUNT.search(path)
        return match.group(1) if match else None

    def revoked(self, path: str, account: str) -> Answer:
        """Access to this account was revoked."""
        del path, account
        return _answer(ApiError(403, 29, "You are not permitted to access that resource."))

    def too_much(self, target: str, body: bytes) -> Answer | None:
        """Analytics by day over several days time out, time and again."""
        del body
        parts = urlsplit(target)
        asked = parse_qs(parts.query)
        is_daily = parts.path.endswith("/analytics") and asked.get("granularity") == ["DAY"]
        if not is_daily or asked.get("start_date") == asked.get("end_date"):
            return None
        return _answer(ApiError(500, 12, "Something went wrong on our end. Sorry about that."))

    def repeat_page(self, path_and_query: str, body: bytes) -> bytes | None:
        """A page whose bookmark leads to the same page again; None if the response is not a page."""
        try:
            page = json.loads(body)
        except ValueError:
            return None
        if not isinstance(page, dict) or "bookmark" not in page:
            return None
        asked = parse_qs(urlsplit(path_and_query).query).get("bookmark", [bookmark_after("")])
        return encode({**page, "bookmark": asked[0]})


def _answer(error: ApiError) -> Answer:
    response = error.response()
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    return response.status_code, headers, bytes(response.body)
