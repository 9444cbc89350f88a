"""Google's errors: status, message, and a GoogleAdsFailure with the reasons. No logic here."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import Response

API_VERSION = "v26"
JSON_HEADERS = {"content-type": "application/json; charset=UTF-8"}

_UNAUTHENTICATED = (
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid"
    " authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
)
_STATUS = {
    400: ("INVALID_ARGUMENT", "Request contains an invalid argument."),
    401: ("UNAUTHENTICATED", _UNAUTHENTICATED),
    403: ("PERMISSION_DENIED", "The caller does not have permission"),
    429: ("RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
    504: ("DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
}


@dataclass(frozen=True)
class ApiError(Exception):
    """An error in Google's format: HTTP status, family and name of the error, its message.

    ``details`` is the GoogleAdsError's own details; ``trigger`` the value that caused it; ``location`` the path to the
    field at fault, each step with an index where the field is a list. ``others``: further reasons of one refusal.
    """

    status: int
    family: str
    code: str
    message: str
    trigger: str | None = None
    details: Mapping[str, object] | None = None
    location: Sequence[tuple[str, int | None]] = ()
    others: Sequence["ApiError"] = ()

    def reason(self) -> dict[str, object]:
        """The error as a GoogleAdsError."""
        error: dict[str, object] = {"errorCode": {self.family: self.code}, "message": self.message}
        if self.trigger is not None:
            error["trigger"] = {"stringValue": self.trigger}
        if self.location:
            steps = [{"fieldName": n} | ({} if i is None else {"index": i}) for n, i in self.location]
            error["location"] = {"fieldPathElements": steps}
        if self.details is not None:
            error["details"] = dict(self.details)
        return error

    def reasons(self) -> list[dict[str, object]]:
        """Every reason of the refusal."""
        return [self.reason(), *(other.reason() for other in self.others)]

    def body(self, version: str = API_VERSION) -> dict[str, object]:
        """The error document; the request id is a digest of it, so that responses are reproducible."""
        status, message = _STATUS[self.status]
        failure = failure_detail(self.reasons(), version)
        return {"error": {"code": self.status, "message": message, "status": status, "details": [failure]}}

    def response(self, *, streaming: bool, version: str = API_VERSION) -> Response:
        """The response; searchStream puts its one error into an array."""
        return Response(error_body(self, streaming=streaming, version=version), self.status, JSON_HEADERS)


class PayloadError(ApiError):
    """The request body is invalid: rejected before Google Ads itself sees it."""

    def __init__(self, description: str) -> None:
        super().__init__(400, "", "", f"Invalid JSON payload received. {description}")

    def body(self, version: str = API_VERSION) -> dict[str, object]:
        """The error document, with a BadRequest in place of a GoogleAdsFailure."""
        del version
        violation = {
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{"description": self.message}],
        }
        return {"error": {"code": 400, "message": self.message, "status": "INVALID_ARGUMENT", "details": [violation]}}


def failure_detail(reasons: Sequence[Mapping[str, object]], version: str = API_VERSION) -> dict[str, object]:
    """A GoogleAdsFailure as a detail of an error."""
    return {
        "@type": f"type.googleapis.com/google.ads.googleads.{version}.errors.GoogleAdsFailure",
        "errors": list(reasons),
        "requestId": request_id(json.dumps(list(reasons))),
    }


def error_body(error: ApiError, *, streaming: bool, version: str = API_VERSION) -> bytes:
    """The error document as bytes, pretty-printed as Google's are."""
    body = error.body(version)
    return json.dumps([body] if streaming else body, indent=2).encode()


def request_id(seed: str) -> str:
    """A request id in Google's format, 22 characters, from ``seed``."""
    digest = hashlib.blake2b(seed.encode(), digest_size=16).hexdigest()
    return digest[:22]


def oauth_invalid() -> ApiError:
    """The access token is missing, unknown or expired."""
    message = "Oauth token is not valid. The token may be expired, revoked or malformed."
    return ApiError(401, "authenticationError", "OAUTH_TOKEN_INVALID", message)


def permission_denied() -> ApiError:
    """These credentials may not read this account, at least not through this login account."""
    message = (
        "User doesn't have permission to access customer. Note: If you're accessing a client customer, the manager's"
        " customer id must be set in the 'login-customer-id' header. See"
        " https://developers.google.com/google-ads/api/docs/concepts/call-structure#cid"
    )
    return ApiError(403, "authorizationError", "USER_PERMISSION_DENIED", message)


def too_slow() -> ApiError:
    """The query took longer than Google computes for one."""
    return ApiError(504, "internalError", "DEADLINE_EXCEEDED", "The request took too long to respond.")


def too_fast() -> ApiError:
    """More requests a second than allowed; Google gives no pause."""
    return ApiError(429, "quotaError", "RESOURCE_TEMPORARILY_EXHAUSTED", "Too many requests. Retry later.")
