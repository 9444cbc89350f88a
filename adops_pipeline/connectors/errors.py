"""Errors of platforms. Each is one line for logs and summaries, and never contains a token.

ConnectorError
├── TransientError        worth another try: 5xx, broken connection, truncated body
│   └── ThrottledError    the platform asked for a pause; carries how long
└── PermanentError        another try gives the same answer: bad request, gone, not permitted
    ├── AskForLessError   too much at once: fewer days, fewer objects or smaller pages may succeed
    ├── BoundError        an answer passed one of the bounds that the settings have
    ├── AuthError         the credentials are expired, revoked or lack a permission
    └── ContractError     the platform answered in a form we do not know (HTML, a missing field)
"""

import re
from dataclasses import dataclass

from adops_pipeline.domain.text import one_line
from adops_pipeline.domain.vocabulary import Platform

# Credentials as they appear in URLs, forms, JSON and headers of the three platforms.
_SECRET = re.compile(
    r"(?i)((?:access_token|refresh_token|fb_exchange_token|client_secret|appsecret_proof|developer-token|input_token|code)"
    r"[\"']?\s*[=:]\s*[\"']?)[^&\s\"',}]+"
    r"|(bearer\s+)[^\s\"',]+|(basic\s+)[^\s\"',]+"
)
# Tokens by their own shape, as in Meta's "Malformed access token EAAB…": Meta's, Google's access and refresh tokens and
# client secrets, Pinterest's access and refresh tokens.
_TOKEN = re.compile(r"\b(?:EAA[A-Za-z]|ya29\.|1//|GOCSPX-|pin[ar]_)[\w.-]{12,}")
_LONGEST_MESSAGE = 500


def redact(text: str) -> str:
    """Replace every credential in ``text`` by ``***``."""
    named = _SECRET.sub(lambda m: f"{m.group(1) or m.group(2) or m.group(3)}***", text)
    return _TOKEN.sub("***", named)


@dataclass(frozen=True, slots=True)
class FailureContext:
    """Where a failure happened and what the platform said."""

    platform: Platform
    request: str
    """Method and path, without query string and without credentials."""
    account_id: str | None = None
    status: int | None = None
    code: str | None = None
    """The platform's own code, e.g. ``190/463``, ``quotaError.RESOURCE_EXHAUSTED``, ``29``."""
    message: str = ""
    """The platform's own words."""
    request_id: str | None = None


class ConnectorError(Exception):
    """A request to an ad platform failed."""

    def __init__(self, context: FailureContext) -> None:
        self.context = context
        super().__init__(self._line())

    def _line(self) -> str:
        c = self.context
        where = c.platform.value + (f" account {c.account_id}" if c.account_id else "")
        facts = [f"HTTP {c.status}" if c.status else "", f"code {c.code}" if c.code else ""]
        facts += [f"request id {c.request_id}" if c.request_id else ""]
        known = ", ".join(f for f in facts if f)
        message = one_line(redact(c.message[: 4 * _LONGEST_MESSAGE]))[:_LONGEST_MESSAGE]
        return f"{where}: {redact(c.request)}" + (f" ({known})" if known else "") + (f": {message}" if message else "")


class TransientError(ConnectorError):
    """A retry may succeed."""


class ThrottledError(TransientError):
    """The platform asked us to slow down. ``retry_after`` in seconds; None if it gave no time."""

    def __init__(self, context: FailureContext, retry_after: float | None = None) -> None:
        super().__init__(context)
        self.retry_after = retry_after


class PermanentError(ConnectorError):
    """A retry would fail in the same way."""


class AskForLessError(PermanentError):
    """Too much at once, for the platform or for a bound of ours: a smaller question may succeed, waiting does not."""


class BoundError(PermanentError):
    """The platform's answer took longer, or had more, than the settings allow. The message names the setting."""


class AuthError(PermanentError):
    """Credentials are missing, expired, revoked or lack a permission."""


class ContractError(PermanentError):
    """The response has an unexpected format."""
