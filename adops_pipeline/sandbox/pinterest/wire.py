"""How Pinterest v5 puts things on the wire: JSON bodies, error bodies, request parameters. No endpoint knows more here.

Error shape and examples: Pinterest's OpenAPI description 5.23 (`{"code": int, "message": str}`); ``code`` is sometimes
the HTTP status and sometimes Pinterest's own number.
"""

import hashlib
from collections.abc import Mapping
from datetime import date

import msgspec
from starlette.datastructures import QueryParams
from starlette.responses import Response

LONGEST_ID = 18
MOST_IDS = 250

# Decimals are written as JSON numbers digit by digit: an amount never passes through a float.
_ENCODER = msgspec.json.Encoder(decimal_format="number")


class ApiError(Exception):
    """An answer in Pinterest's error form."""

    def __init__(self, status: int, code: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """The answer as it goes out."""
        return answer({"code": self.code, "message": self.message}, self.status, self.headers)


def answer(payload: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer with the request id that Pinterest puts on each."""
    body = encode(payload)
    request_id = str(int.from_bytes(hashlib.sha256(body).digest()[:6], "big"))
    return Response(
        body, status, headers={"x-pinterest-rid": request_id, **(headers or {})}, media_type="application/json"
    )


def encode(payload: object) -> bytes:
    """JSON text; Decimals as exact numbers."""
    return _ENCODER.encode(payload)


def refused(sentence: str, detail: str) -> ApiError:
    """400 with the endpoint's documented ``sentence`` and what was wrong with the request."""
    return ApiError(400, 400, f"{sentence} {detail}")


def listed(params: QueryParams, name: str) -> list[str]:
    """All values of a list parameter. Both forms in use are taken: repeated (the description's) and comma-joined."""
    return [part for value in params.getlist(name) for part in value.split(",") if part]


def ids(params: QueryParams, name: str, sentence: str, *, required: bool = False) -> list[str]:
    """An id list of at most 250 digit strings; empty when absent."""
    values = listed(params, name)
    if required and not values:
        raise refused(sentence, f"Parameter '{name}' is required.")
    check_ids(values, name, sentence, MOST_IDS)
    return values


def check_ids(values: list[str], name: str, sentence: str, at_most: int) -> None:
    """Refuse too many ids, or one that is not digits."""
    if len(values) > at_most:
        raise refused(sentence, f"Parameter '{name}' takes at most {at_most} values (got {len(values)}).")
    for value in values:
        if not value.isascii() or not value.isdigit() or len(value) > LONGEST_ID:
            raise refused(sentence, f"'{name}' value '{value}' must match the pattern: ^\\d+$")


def number(params: QueryParams, name: str, default: int) -> int:
    """A whole-number parameter, refused in Pinterest's documented words when it is none."""
    text = params.get(name)
    if text is None:
        return default
    try:
        return int(text)
    except ValueError:
        raise ApiError(400, 1, f"Parameter '{name}' was not numeric (was {text})") from None


def choice(value: str, name: str, allowed: frozenset[str] | tuple[str, ...], sentence: str) -> str:
    """``value`` when it is one of ``allowed``."""
    if value not in allowed:
        raise refused(sentence, f"'{name}' value '{value}' is not one of the allowed values.")
    return value


def day(text: str | None, name: str, sentence: str) -> date:
    """A required date, YYYY-MM-DD."""
    if text is None:
        raise refused(sentence, f"Parameter '{name}' is required.")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise refused(sentence, f"'{name}' value '{text}' is not a date (YYYY-MM-DD).") from None
