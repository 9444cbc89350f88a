"""Audiences of an account: two that every account starts with, and those that clients create from rules."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.market import MarketAccount
from adops_pipeline.sandbox.pinterest.entities import Body
from adops_pipeline.sandbox.pinterest.wire import ApiError
from adops_pipeline.sandbox.pinterest.writing import SEEDED_AUDIENCE_IDS
from adops_pipeline.sandbox.written import WrittenObject, WrittenObjects

ACTALIKE_COUNTRIES = ("US", "CA", "GB")
_READY_AFTER = timedelta(hours=24)
_SEEDED = {
    "2542620639259": (
        "All visitors, 180 days",
        "VISITOR",
        {"visitor_source_id": "2612345678901", "retention_days": 180},
    ),
    "2542620639260": ("Customers", "CUSTOMER_LIST", {"customer_list_id": "5497558859876"}),
}


class AudienceRequest(msgspec.Struct):
    """Body of ``POST /ad_accounts/{id}/audiences``."""

    audience_type: Literal["CUSTOMER_LIST", "VISITOR", "ENGAGEMENT", "ACTALIKE", "PERSONA"]
    name: str
    rule: dict[str, Any]
    description: str | None = None
    ad_account_id: str | None = None


def audiences(written: WrittenObjects, account: MarketAccount, now: datetime) -> list[Body]:
    """``Audience`` of every audience of the account."""
    opened = account.created_at
    found = [
        _body(audience_id, account, {"name": name, "audience_type": kind, "rule": rule}, opened, now)
        for audience_id, (name, kind, rule) in _SEEDED.items()
        if audience_id in SEEDED_AUDIENCE_IDS
    ]
    created = written.created(Platform.PINTEREST, account.account_id, "audience", now)
    return [*found, *(_written_body(one, account, now) for one in created)]


def create_audience(written: WrittenObjects, account: MarketAccount, body: bytes, now: datetime) -> Body:
    """Answer to ``POST /ad_accounts/{id}/audiences``."""
    try:
        request = msgspec.json.decode(body, type=AudienceRequest)
    except msgspec.MsgspecError as error:
        raise _refused(str(error)) from None
    if request.audience_type not in _RULES:
        raise _refused(f"audiences of the type {request.audience_type} cannot be created.")
    if not request.name:
        raise _refused("'name' is required.")
    known = {str(one["id"]): str(one["audience_type"]) for one in audiences(written, account, now)}
    _RULES[request.audience_type](request.rule, known)
    kept = {"name": request.name, "audience_type": request.audience_type, "rule": request.rule}
    with written.turn(now) as turn:
        audience_id = turn.create(
            Platform.PINTEREST, account.account_id, "audience", body={**kept, "description": request.description}
        )
    return next(one for one in audiences(written, account, now) if one["id"] == audience_id)


def _check_actalike(rule: Mapping[str, Any], known: Mapping[str, str]) -> None:
    seeds = rule.get("seed_id")
    if not isinstance(seeds, list) or not seeds:
        raise _refused("an ACTALIKE audience needs 'seed_id', a list of audience ids.")
    for seed in seeds:
        if seed not in known:
            raise _refused(f"the seed audience {seed} was not found.")
        if known[seed] == "ACTALIKE":
            raise _refused(f"the seed audience {seed} is itself an ACTALIKE audience.")
    if rule.get("country") not in ACTALIKE_COUNTRIES:
        raise _refused(f"'country' must be one of {', '.join(ACTALIKE_COUNTRIES)}.")
    _check_number(rule, "percentage", 1, 10)


def _check_visitor(rule: Mapping[str, Any], known: Mapping[str, str]) -> None:
    del known
    _check_text(rule, "visitor_source_id")
    _check_number(rule, "retention_days", 1, 540, default=180)


def _check_engagement(rule: Mapping[str, Any], known: Mapping[str, str]) -> None:
    del known
    domains = rule.get("engagement_domain")
    if not isinstance(domains, list) or not domains:
        raise _refused("an ENGAGEMENT audience needs 'engagement_domain', a list of verified domains.")
    _check_number(rule, "engager_type", 1, 2, default=1)
    _check_number(rule, "retention_days", 1, 540, default=180)


def _check_customers(rule: Mapping[str, Any], known: Mapping[str, str]) -> None:
    del known
    _check_text(rule, "customer_list_id")


_RULES: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, str]], None]] = {
    "ACTALIKE": _check_actalike,
    "VISITOR": _check_visitor,
    "ENGAGEMENT": _check_engagement,
    "CUSTOMER_LIST": _check_customers,
}


def _check_text(rule: Mapping[str, Any], name: str) -> None:
    if not str(rule.get(name, "")).isdigit():
        raise _refused(f"'{name}' must be an id of digits.")


def _check_number(rule: Mapping[str, Any], name: str, least: int, most: int, default: int | None = None) -> None:
    value = rule.get(name, default)
    if not isinstance(value, int) or not least <= value <= most:
        raise _refused(f"'{name}' must be a whole number between {least} and {most}.")


def _refused(detail: str) -> ApiError:
    return ApiError(400, 400, f"Invalid ad account audience parameters: {detail}")


def _written_body(one: WrittenObject, account: MarketAccount, now: datetime) -> Body:
    return _body(one.object_id, account, dict(one.body), one.created_at, now)


def _body(audience_id: str, account: MarketAccount, own: Body, created_at: datetime, now: datetime) -> Body:
    is_ready = now - created_at >= _READY_AFTER
    return {
        "id": audience_id,
        "ad_account_id": account.account_id,
        "description": None,
        "type": "audience",
        "status": "READY" if is_ready else "INITIALIZING",
        "size": 25_000 + int(audience_id) % 60_000 if is_ready else None,
        "created_timestamp": int(created_at.timestamp()),
        "updated_timestamp": int(created_at.timestamp()),
        "created_by_company_name": None,
        **own,
    }
