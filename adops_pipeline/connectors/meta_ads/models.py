"""Models of the Graph API's responses: envelopes, errors, tokens, job states. Rows are passed on without parsing."""

import msgspec


class GraphError(msgspec.Struct):
    """An error of the Graph API. Every field may be missing."""

    message: str = ""
    code: int = 0
    error_subcode: int | None = None
    is_transient: bool = False
    error_user_msg: str | None = None
    fbtrace_id: str | None = None


class ErrorBody(msgspec.Struct):
    """The body of an error response."""

    error: GraphError


class Paging(msgspec.Struct):
    """``next`` is a full URL with the access token in it; absent on the last page."""

    next: str | None = None


class Edge(msgspec.Struct):
    """A page of a list; its rows are not parsed."""

    paging: Paging | None = None


class AccountId(msgspec.Struct):
    """Whose record it is."""

    account_id: str


class AdAccount(msgspec.Struct):
    """``account_id`` has no ``act_`` prefix; ``timezone_name`` is IANA."""

    account_id: str
    currency: str | None = None
    timezone_name: str | None = None
    name: str | None = None


class HasId(msgspec.Struct):
    """Any object of a list."""

    id: str


class AccountCurrency(msgspec.Struct):
    """Currency of an ad account (ISO 4217)."""

    currency: str


class User(msgspec.Struct):
    """Owner of the token: a person or a system user."""

    id: str
    name: str | None = None


class Permission(msgspec.Struct):
    """A scope and whether it was granted."""

    permission: str
    status: str


class Permissions(msgspec.Struct):
    """All scopes of a token."""

    data: list[Permission]


class TokenGrant(msgspec.Struct):
    """A new access token; without ``expires_in`` (seconds) it does not expire."""

    access_token: str
    expires_in: msgspec.Raw = msgspec.Raw()


class TokenFacts(msgspec.Struct):
    """Result of ``debug_token``; ``expires_at`` in Unix seconds, 0 for never."""

    is_valid: bool = False
    expires_at: msgspec.Raw = msgspec.Raw()


class TokenInspection(msgspec.Struct):
    """The body of a ``debug_token`` response."""

    data: TokenFacts


class StartedRun(msgspec.Struct):
    """An insights job was accepted."""

    report_run_id: str


class ReportRun(msgspec.Struct):
    """Progress of an insights job; the errors are set if it failed."""

    async_status: str
    async_percent_completion: float | str | None = None
    error_code: int | str | None = None
    error_message: str | None = None


class UsageCase(msgspec.Struct):
    """One line of a usage header: percents, and minutes until a throttled account is served again."""

    call_count: float = 0
    total_cputime: float = 0
    total_time: float = 0
    estimated_time_to_regain_access: float = 0
    acc_id_util_pct: float = 0
    app_id_util_pct: float = 0

    @property
    def percent(self) -> float:
        """Usage of the fullest quota."""
        return max(self.call_count, self.total_cputime, self.total_time, self.acc_id_util_pct, self.app_id_util_pct)
