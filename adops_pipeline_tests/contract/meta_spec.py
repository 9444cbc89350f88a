"""Meta's own description of nodes, edges, parameters and enums as a judge of what we send and of what comes back.

Two sources must agree: the code generator's spec files and the newer official SDK's field types.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
from facebook_business.adobjects.ad import Ad
from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.adobjects.adactivity import AdActivity
from facebook_business.adobjects.adcreative import AdCreative
from facebook_business.adobjects.adreportrun import AdReportRun
from facebook_business.adobjects.adsactionstats import AdsActionStats
from facebook_business.adobjects.adset import AdSet
from facebook_business.adobjects.adsinsights import AdsInsights
from facebook_business.adobjects.campaign import Campaign
from facebook_business.adobjects.customaudience import CustomAudience

SPECS = Path(__file__).resolve().parents[2].parent / "shared" / "platforms" / "specs" / "meta"
HOST = "https://graph.facebook.com"

_SDK = {
    "AdAccount": AdAccount,
    "Campaign": Campaign,
    "AdSet": AdSet,
    "Ad": Ad,
    "AdCreative": AdCreative,
    "CustomAudience": CustomAudience,
    "AdsInsights": AdsInsights,
}
_RETURNS = {
    "campaigns": "Campaign",
    "adsets": "AdSet",
    "ads": "Ad",
    "adcreatives": "AdCreative",
    "customaudiences": "CustomAudience",
    "insights": "AdsInsights",
    "activities": "AdActivity",
}
_MAPS = frozenset({"creative", "object_story_spec", "promoted_object", "targeting", "lookalike_spec", "rule"})
"""Parameters that are JSON maps although the description calls them objects of a class, or texts."""
_SDK_ONLY = {"AdReportRun": AdReportRun, "AdsActionStats": AdsActionStats, "AdActivity": AdActivity}
_NESTED = frozenset({"AdCreative", "AdCreativeObjectStorySpec", "CustomAudienceStatus", "LookalikeSpec", "Targeting"})
_HAS_OFFSET = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:?\d\d$")
_EVERYWHERE = frozenset({"fields", "limit", "after", "appsecret_proof", "access_token"})
_PROSE_ONLY = ("/me", "/me/permissions", "/me/adaccounts", "/debug_token", "/oauth/access_token")
"""Calls that are described in prose alone; of these only the fields of the accounts are checked."""


class ContractBreachError(Exception):
    """Something that Meta does not describe."""


@dataclass(frozen=True)
class Call:
    """What a path means: the node it asks, the edge's name if any, and the node that comes back."""

    node: str
    edge: str | None
    returns: str


@cache
def field_types(node: str) -> Mapping[str, str]:
    """Fields of a node that both sources know, with their types."""
    if node in _SDK_ONLY:
        return dict(_SDK_ONLY[node]._field_types)
    listed = {field["name"]: field["type"] for field in _spec(node)["fields"]}
    return {name: kind for name, kind in listed.items() if name in _SDK[node]._field_types}


@cache
def enums() -> Mapping[str, frozenset[str]]:
    """Values of each enum by its name."""
    return {enum["name"]: frozenset(enum["values"]) for enum in json.loads((SPECS / "enum_types.json").read_bytes())}


@cache
def params_of(method: str, node: str, edge: str | None) -> Mapping[str, str]:
    """Parameters of a call, with their types."""
    for api in _spec(node)["apis"]:
        if (api["method"], api.get("endpoint")) == (method, edge):
            return {param["name"]: param["type"] for param in api["params"]}
    raise ContractBreachError(f"{method} {node}/{edge} is no call that Meta describes")


class CheckedTransport(httpx.AsyncBaseTransport):
    """Passes requests on, and fails on any request or answer that Meta's description does not allow."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.seen: set[tuple[str, str]] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        body = await response.aread()
        sent = dict(parse_qsl((await request.aread()).decode())) | dict(request.url.params)
        self.seen.add(check(request.method, request.url.path, sent, json.loads(body)))
        return httpx.Response(response.status_code, headers=response.headers, content=body, request=request)


def check(method: str, url_path: str, sent: Mapping[str, str], answer: Any) -> tuple[str, str]:
    """Hold a call and its answer against the description; returns the method and the path without ids."""
    path = re.sub(r"^/v\d+\.\d+", "", url_path).rstrip("/")
    shape = re.sub(r"act_\d+", "act_ID", re.sub(r"^/\d+", "/ID", path))
    if "error" in answer:
        raise ContractBreachError(f"{method} {path} was refused: {answer['error']}")
    if path in _PROSE_ONLY:
        if path == "/me/adaccounts":
            _check_rows("AdAccount", sent, answer["data"])
        return method, shape
    call = _call(method, path)
    _check_params(method, call, sent)
    if method == "POST":
        _check_write(call, path, sent, answer)
    else:
        _check_rows(call.returns, sent, [answer] if call.edge is None else answer["data"])
    return method, shape


def _check_write(call: Call, path: str, sent: Mapping[str, str], answer: Any) -> None:
    """A started report answers its id, a dry run and an update success, a creation the new object's id."""
    missing = required_of(call.node, call.edge) - set(sent)
    if missing:
        raise ContractBreachError(f"POST {path} lacks {missing}")
    if call.edge == "insights":
        expected = {"report_run_id"}
    else:
        is_created = call.edge is not None and "validate_only" not in sent.get("execution_options", "")
        expected = {"id"} if is_created else {"success"}
    if set(answer) != expected:
        raise ContractBreachError(f"POST {path} answers {set(answer)}")


@cache
def required_of(node: str, edge: str | None) -> frozenset[str]:
    """Parameters that a POST cannot do without."""
    for api in _spec(node)["apis"]:
        if (api["method"], api.get("endpoint")) == ("POST", edge):
            return frozenset(param["name"] for param in api["params"] if param.get("required"))
    raise ContractBreachError(f"POST {node}/{edge} is no call that Meta describes")


def _call(method: str, path: str) -> Call:
    object_id, _, edge = path.strip("/").partition("/")
    if object_id.startswith("act_"):
        return Call("AdAccount", edge or None, _RETURNS.get(edge, "" if edge else "AdAccount"))
    node = _node_of(object_id)
    return Call(node, edge or None, _RETURNS[edge] if edge else node)


def _node_of(object_id: str) -> str:
    """What an object of the sandbox is: its id tells, except for what clients created."""
    kinds = {"12021": "Campaign", "12022": "AdSet", "12023": "Ad", "12024": "AdCreative", "12025": "CustomAudience"}
    return kinds.get(object_id[:5], "AdReportRun")


def _check_params(method: str, call: Call, sent: Mapping[str, str]) -> None:
    known = params_of(method, call.node, call.edge)
    for name, value in sent.items():
        if name == "fields" and call.returns != "AdReportRun":
            unknown = set(value.split(",")) - set(field_types(call.returns))
            if unknown:
                raise ContractBreachError(f"fields that {call.returns} has not: {unknown}")
        elif name in known:
            _check_value(name, known[name], value)
        elif name not in _EVERYWHERE:
            raise ContractBreachError(f"{method} {call.node}/{call.edge} has no parameter {name}")
    for line in json.loads(sent.get("filtering", "[]")):
        owner, _, field = line["field"].partition(".")
        if field != "effective_status":
            continue
        node = {"campaign": "Campaign", "adset": "AdSet"}[owner]
        unknown = set(line["value"]) - enums()[f"{node}_effective_status"]
        if unknown:
            raise ContractBreachError(f"statuses that {node} has not: {unknown}")


def _check_value(name: str, kind: str, value: str) -> None:
    """A parameter's form: JSON for lists and maps, and only words of its enum."""
    inner = re.fullmatch(r"list<(.+)>", kind)
    words = json.loads(value) if inner else [value]
    if kind == "unsigned int" and not value.isdecimal():
        raise ContractBreachError(f"{name} is no whole number: {value}")
    if kind == "bool" and value not in ("true", "false"):
        raise ContractBreachError(f"{name} is neither true nor false: {value}")
    if kind == "datetime" and not (value.isdecimal() or _HAS_OFFSET.search(value)):
        raise ContractBreachError(f"{name} has no offset from UTC: {value}")
    if (kind == "map" or name in _MAPS) and not isinstance(json.loads(value), dict):
        raise ContractBreachError(f"{name} is no map: {value}")
    allowed = enums().get(inner[1] if inner else kind)
    if allowed is not None and not set(words) <= allowed:
        raise ContractBreachError(f"{name} has no values {set(words) - allowed}")


def _check_rows(node: str, sent: Mapping[str, str], rows: list[dict[str, Any]]) -> None:
    asked = set(sent["fields"].split(",")) | {"id", "date_start", "date_stop"} if "fields" in sent else None
    types = field_types(node)
    for row in rows:
        for name, value in row.items():
            if name not in types or (asked is not None and name not in asked):
                raise ContractBreachError(f"a {node} row has {name}, which does not exist or was not asked for")
            _check_type(node, name, types[name], value)


def _check_type(node: str, name: str, kind: str, value: Any) -> None:
    if kind == "list<AdsActionStats>":
        stats = field_types("AdsActionStats")
        is_right = bool(value) and all(set(s) <= set(stats) and _are_texts(s.values()) for s in value)
    elif kind in _NESTED:
        is_right = isinstance(value, dict)
    elif kind.startswith("list<"):
        is_right = isinstance(value, list)
    elif kind in ("bool", "unsigned int", "int", "float"):
        is_right = isinstance(value, bool) if kind == "bool" else isinstance(value, int | float)
    elif kind in enums():
        is_right = value in enums()[kind]
    else:
        is_right = isinstance(value, str)
    if not is_right:
        raise ContractBreachError(f"{node}.{name} should be {kind}, not {value!r}")


def _are_texts(values: Any) -> bool:
    return all(isinstance(value, str) for value in values)


@cache
def _spec(node: str) -> dict[str, Any]:
    spec: dict[str, Any] = json.loads((SPECS / f"{node}.json").read_bytes())
    return spec
