"""The Graph API's refusals: one exception type, and one function for each refusal this sandbox gives.

Meta answers expired tokens and throttling alike with HTTP 400; the number that matters is ``error.code``.
"""

import hashlib
from collections.abc import Collection

RETENTION_MONTHS = 37


class GraphError(Exception):
    """A refusal as the Graph API words it. ``status`` is the HTTP status, ``code`` Meta's own."""

    def __init__(
        self,
        message: str,
        code: int,
        *,
        kind: str = "OAuthException",
        subcode: int | None = None,
        status: int = 400,
        is_transient: bool | None = None,
        user_title: str | None = None,
        user_message: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self._facts: dict[str, str | int | bool | None] = {
            "message": message,
            "type": kind,
            "code": code,
            "error_subcode": subcode,
            "is_transient": is_transient,
            "error_user_title": user_title,
            "error_user_msg": user_message,
        }

    def body(self, about: str) -> dict[str, dict[str, str | int | bool]]:
        """The answer's body; the trace id depends on the refusal and on what was asked alone."""
        facts = {key: value for key, value in self._facts.items() if value is not None}
        return {"error": {**facts, "fbtrace_id": trace_id(f"{about} {facts}")}}


def trace_id(about: str) -> str:
    """A stable trace id in Meta's form."""
    return "A" + hashlib.sha256(about.encode()).hexdigest()[:22]


def token_required() -> GraphError:
    """No token came with the call."""
    return GraphError("An access token is required to request this resource.", 104)


def unparsable_token() -> GraphError:
    """The token is none that this app ever handed out."""
    return GraphError("Invalid OAuth access token - Cannot parse access token", 190)


def expired_token(expired: str, now: str) -> GraphError:
    """The token has expired. It cannot be exchanged either: the user has to log in again."""
    message = f"Error validating access token: Session has expired on {expired}. The current time is {now}."
    return GraphError(message, 190, subcode=463)


def wrong_proof() -> GraphError:
    """``appsecret_proof`` does not belong to the token."""
    return GraphError("Invalid appsecret_proof provided in the API argument", 100, kind="GraphMethodException")


def permission_missing() -> GraphError:
    """The ad account's owner has withdrawn the permission."""
    message = "(#200) Ad account owner has NOT grant ads_management or ads_read permission"
    return GraphError(message, 200, status=403)


def nonexisting_field(name: str, node: str) -> GraphError:
    """A field was asked of a node that has none of that name."""
    return GraphError(f"(#100) Tried accessing nonexisting field ({name}) on node type ({node})", 100)


def invalid_insights_field(name: str) -> GraphError:
    """A field was asked of a report that has none of that name."""
    place = "https://developers.facebook.com/docs/marketing-api/reference/ads-insights/"
    return GraphError(f"(#100) {name} is not valid for fields param. please check {place} for all valid values", 100)


def missing_object(object_id: str, method: str) -> GraphError:
    """There is no such object, or the token may not see it: Meta does not say which."""
    message = (
        f"Unsupported {method.lower()} request. Object with ID '{object_id}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation."
    )
    return GraphError(message, 100, kind="GraphMethodException", subcode=33)


def not_one_of(param: str, allowed: Collection[str]) -> GraphError:
    """A parameter holds a word that its vocabulary has not."""
    return GraphError(f"(#100) {param} must be one of the following values: {', '.join(sorted(allowed))}", 100)


def bad_param(message: str) -> GraphError:
    """A parameter has the wrong form."""
    return GraphError(f"(#100) {message}", 100)


def invalid(title: str, message: str) -> GraphError:
    """A value that the parameter's form allows and the object does not: the reason is in the words for the user."""
    return GraphError("Invalid parameter", 100, is_transient=False, user_title=title, user_message=message)


def not_capable() -> GraphError:
    """What the real API can do for some applications and this sandbox for none."""
    return GraphError("(#3) Application does not have the capability to make this API call.", 3)


def too_old() -> GraphError:
    """Insights reach back 37 months."""
    message = (
        f"(#3018) The start date of the time range cannot be beyond {RETENTION_MONTHS} months from the current date"
    )
    return GraphError(message, 3018)


def too_much_data() -> GraphError:
    """The page or the range is too large: waiting does not help, asking for less does."""
    return GraphError("Please reduce the amount of data you're asking for, then retry your request", 1, status=500)


def over_data_limit() -> GraphError:
    """The call reads more than one call may: waiting does not help, fewer days do."""
    message = "The data queried in this call is more than the data-per-call limit."
    return GraphError(f"(#100) {message}", 100, subcode=1487534)


def throttled(code: int) -> GraphError:
    """Too many calls: 17 for the user, 80000 for insights, 80004 for management of one ad account."""
    if code == 17:
        return GraphError("(#17) User request limit reached", 17, subcode=2446079)
    message = f"(#{code}) There have been too many calls to this ad-account. Wait a bit and try again."
    return GraphError(f"{message} For more info, please refer to Meta's page on rate limiting.", code, subcode=2446079)
