"""Meta's words for the faults that are injected on purpose: the ``Dialect`` of the fault middleware."""

import json
import re
from collections.abc import Mapping
from urllib.parse import parse_qs, urlencode, urlsplit

from adops_pipeline.sandbox.meta_ads.app import usage_headers
from adops_pipeline.sandbox.meta_ads.errors import (
    GraphError,
    expired_token,
    over_data_limit,
    permission_missing,
    throttled,
)

_ACCOUNT = re.compile(r"/act_(\d+)(?:/|$)")


class MetaAdsDialect:
    """How Meta throttles, forgets a token, takes an account away and repeats a page."""

    def throttled(self, path: str) -> tuple[int, Mapping[str, str], bytes]:
        """The limit of insights, of management, or of the user: HTTP 400 all the same."""
        code = 17 if self.account_of(path) is None else 80000 if path.endswith("insights") else 80004
        return self._refuse(throttled(code), path, percent=100)

    def expired_token(self, path: str) -> tuple[int, Mapping[str, str], bytes]:
        """190/463, as after a session's end."""
        moment = "Thursday, 01-Jan-26 00:00:00 UTC"
        return self._refuse(expired_token(moment, moment), path)

    def is_token_endpoint(self, path: str) -> bool:
        """Exchange and inspection of tokens."""
        return path.rstrip("/").endswith(("/oauth/access_token", "/debug_token"))

    def account_of(self, path: str) -> str | None:
        """The ad account in the path; campaigns, ad sets and report runs do not name theirs."""
        match = _ACCOUNT.search(path)
        return match[1] if match else None

    def revoked(self, path: str, account: str) -> tuple[int, Mapping[str, str], bytes]:
        """The account's owner has withdrawn the permission: code 200, HTTP 403. Other accounts go on."""
        return self._refuse(permission_missing(), f"{path}?{account}")

    def too_much(self, target: str, body: bytes) -> tuple[int, Mapping[str, str], bytes] | None:
        """Insights by day over several days exceed what one call may read: 100/1487534, on the first page."""
        parts = urlsplit(target)
        if not parts.path.endswith("/insights"):
            return None
        sent = {key: values[0] for key, values in (parse_qs(parts.query) | parse_qs(body.decode())).items()}
        days = json.loads(sent.get("time_range", "{}"))
        is_long = sent.get("time_increment") == "1" and "after" not in sent and days.get("since") != days.get("until")
        return self._refuse(over_data_limit(), parts.path) if is_long else None

    def repeat_page(self, path_and_query: str, body: bytes) -> bytes | None:
        """The same page with a ``next`` that leads to it once more; None where no page follows."""
        try:
            document = json.loads(body)
            link = document["paging"]["next"]
        except (ValueError, KeyError, TypeError):
            return None
        here = {key: values[0] for key, values in parse_qs(urlsplit(path_and_query).query).items()}
        parts = urlsplit(link)
        query = {key: values[0] for key, values in parse_qs(parts.query).items() if key != "after"}
        query |= {"after": here["after"]} if "after" in here else {}
        document["paging"]["next"] = parts._replace(query=urlencode(query)).geturl()
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()

    def _refuse(self, refusal: GraphError, path: str, percent: int = 1) -> tuple[int, Mapping[str, str], bytes]:
        headers = usage_headers(path, percent) | {"content-type": "application/json; charset=UTF-8"}
        return refusal.status, headers, json.dumps(refusal.body(path)).encode()
