"""Parameters as the Graph API takes them: query and form alike, lists and maps as JSON text inside."""

import json
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from adops_pipeline.sandbox.meta_ads.errors import bad_param, not_one_of

Params = Mapping[str, str]


async def read_params(request: Request) -> dict[str, str]:
    """All parameters of a request; those of the body win over the query's."""
    params = dict(request.query_params)
    body = await request.body()
    kind = request.headers.get("content-type", "").split(";")[0]
    try:
        return params | (_from_json(body) if kind == "application/json" and body else _from_form(body))
    except ValueError:
        raise bad_param("The body can be read neither as a form nor as a JSON object") from None


def _from_json(body: bytes) -> dict[str, str]:
    document = json.loads(body)
    if not isinstance(document, dict):
        raise ValueError("not an object")  # noqa: TRY004 - the caller answers for every wrong form alike
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in document.items()}


def _from_form(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def names(params: Params, key: str) -> tuple[str, ...]:
    """A list of names, joined by commas or as a JSON list; each once, in the order asked."""
    text = params.get(key, "").strip()
    found = json_list(params, key) if text.startswith("[") else [part.strip() for part in text.split(",")]
    return tuple(dict.fromkeys(name for name in found if name))


def json_list(params: Params, key: str) -> list[str]:
    """A list of texts written as JSON; empty when the parameter is absent."""
    value = _parsed(params, key, "[]")
    if not isinstance(value, list):
        raise bad_param(f"Param {key} must be an array.")
    return [str(item) for item in value]


def json_objects(params: Params, key: str) -> list[dict[str, object]]:
    """A list of maps written as JSON; empty when the parameter is absent."""
    value = _parsed(params, key, "[]")
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise bad_param(f"Param {key} must be an array.")
    return value


def words(params: Params, key: str, allowed: Collection[str]) -> tuple[str, ...]:
    """A JSON list of words that must all belong to a vocabulary."""
    found = names(params, key)
    for n, word in enumerate(found):
        if word not in allowed:
            raise not_one_of(f"{key}[{n}]", allowed)
    return found


def days(params: Params, key: str) -> tuple[date, date] | None:
    """A map ``{"since": day, "until": day}``; None when the parameter is absent."""
    if key not in params:
        return None
    value = _parsed(params, key, "{}")
    if not isinstance(value, dict):
        raise bad_param(f"Param {key} must be an object.")
    try:
        since, until = (date.fromisoformat(str(value[edge])) for edge in ("since", "until"))
    except (KeyError, ValueError):
        raise bad_param(f"Must specify {{'since': YYYY-MM-DD, 'until': YYYY-MM-DD}} in {key}") from None
    if until < since:
        raise bad_param("time range since date must be before until date")
    return since, until


def whole_number(params: Params, key: str, default: int) -> int:
    """A positive whole number."""
    text = params.get(key, str(default)).strip()
    if not text.isdecimal() or int(text) < 1:
        raise bad_param(f"Param {key} must be an integer greater than or equal to 1")
    return int(text)


def required(params: Params, key: str) -> str:
    """A parameter that must be there and not empty."""
    text = params.get(key, "").strip()
    if not text:
        raise bad_param(f"The parameter {key} is required")
    return text


def one_of(params: Params, key: str, allowed: Collection[str]) -> str | None:
    """A word of a vocabulary; None when the parameter is absent."""
    word = params.get(key)
    if word is not None and word not in allowed:
        raise not_one_of(key, allowed)
    return word


def json_map(params: Params, key: str) -> dict[str, Any]:
    """A map written as JSON; the parameter is required."""
    required(params, key)
    value = _parsed(params, key, "{}")
    if not isinstance(value, dict):
        raise bad_param(f"Param {key} must be an object.")
    return value


def moment(params: Params, key: str) -> datetime | None:
    """A time given as Unix seconds, as a day or as ISO text; None when the parameter is absent."""
    text = params.get(key)
    if text is None:
        return None
    try:
        if text.isdecimal():
            return datetime.fromtimestamp(int(text), UTC)
        read = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        raise bad_param(f"Param {key} must be a valid datetime") from None
    return read if read.tzinfo is not None else read.replace(tzinfo=UTC)


def is_true(params: Params, key: str) -> bool:
    """A flag as the SDKs send it."""
    return params.get(key, "").strip().lower() in ("true", "1")


def _parsed(params: Params, key: str, default: str) -> object:
    try:
        return json.loads(params.get(key) or default)
    except ValueError:
        raise bad_param(f"Param {key} must be valid JSON.") from None
