"""Google's own messages and field list as a judge of what the sandbox answers and of what the connector asks.

Messages: the google-ads package's v26 protobufs, parsed strictly. It has no HTTP transport, so the queries
themselves are held against the API's field list.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf import any_pb2, json_format
from google.protobuf.descriptor import FieldDescriptor
from google.rpc import error_details_pb2  # type: ignore[import-untyped]

from adops_pipeline_tests.deferred import Deferred

SPEC = Path(__file__).resolve().parents[2].parent / "shared" / "platforms" / "specs" / "google_ads_v26_fields.json"

_V26 = "google.ads.googleads.v26"
_errors = Deferred(f"{_V26}.errors.types.errors")
_change_event = Deferred(f"{_V26}.resources.types.change_event")
_customers = Deferred(f"{_V26}.services.types.customer_service")
_google_ads = Deferred(f"{_V26}.services.types.google_ads_service")
_ads = Deferred(f"{_V26}.resources.types.ad")
_MUTATES = {
    "googleAds": (_google_ads, "MutateGoogleAds"),
    "campaigns": (Deferred(f"{_V26}.services.types.campaign_service"), "MutateCampaigns"),
    "campaignBudgets": (Deferred(f"{_V26}.services.types.campaign_budget_service"), "MutateCampaignBudgets"),
    "adGroups": (Deferred(f"{_V26}.services.types.ad_group_service"), "MutateAdGroups"),
    "adGroupAds": (Deferred(f"{_V26}.services.types.ad_group_ad_service"), "MutateAdGroupAds"),
}
"""Collection → module and beginning of the names of the messages of its mutate method."""

_KINDS = {
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_ENUM: "enum",
    FieldDescriptor.TYPE_MESSAGE: "message",
    FieldDescriptor.TYPE_INT64: "int64",
}
_METHODS = ("googleAds:searchStream", "googleAds:search", "customers:listAccessibleCustomers")
_FIELD = re.compile(r"[a-z_]+(?:\.[a-z_0-9]+)+")


def _message(method: str) -> Any:
    """The message that Google answers the method with."""
    if method.endswith(":mutate"):
        return _mutate_message(method, "Response")
    if method == "customers:listAccessibleCustomers":
        return _customers.ListAccessibleCustomersResponse
    is_stream = method == "googleAds:searchStream"
    return _google_ads.SearchGoogleAdsStreamResponse if is_stream else _google_ads.SearchGoogleAdsResponse


def _mutate_message(method: str, ending: str) -> Any:
    module, name = _MUTATES[method.removesuffix(":mutate")]
    return getattr(module, f"{name}{ending}")


@cache
def field_list() -> Mapping[str, Mapping[str, Any]]:
    """The API's fields by their name in GAQL: JSON names, type, enum constants."""
    resources = json.loads(SPEC.read_bytes())["resources"]
    listed = {
        f"{resource}.{name}": {**field, "resource_json": spec["json"]}
        for resource, spec in resources.items()
        for name, field in spec["fields"].items()
    }
    return {**listed, **_change_event_fields(), **_ad_fields("ad", _ads.Ad.pb().DESCRIPTOR)}


def _ad_fields(path: str, message: Any) -> Mapping[str, Mapping[str, Any]]:
    """Fields of an ad and its texts below ad_group_ad, which the field list leaves out, from Google's message."""
    found: dict[str, Mapping[str, Any]] = {}
    for field in message.fields:
        name, kind = field.name.rstrip("_"), _KINDS.get(field.type, "other")
        words = [value.name for value in field.enum_type.values] if field.enum_type is not None else []
        steps = ".".join((path, field.json_name.rstrip("_")))
        known = {"json": steps, "type": kind, "resource_json": "adGroupAd"} | ({"enum": words} if words else {})
        found[f"ad_group_ad.{path}.{name}"] = known
        if name == "responsive_search_ad":
            found |= _ad_fields(f"{path}.{name}", field.message_type)
    return found


def _change_event_fields() -> Mapping[str, Mapping[str, Any]]:
    """Fields of change_event, which the field list lacks, from Google's message. A field mask is text in JSON."""
    found: dict[str, Mapping[str, Any]] = {}
    for field in _change_event.ChangeEvent.pb().DESCRIPTOR.fields:
        kind = _KINDS[field.type]
        if field.message_type is not None and field.message_type.name == "FieldMask":
            kind = "string"
        words = [value.name for value in field.enum_type.values] if field.enum_type is not None else []
        known = {"json": field.json_name, "type": kind, "resource_json": "changeEvent"}
        found[f"change_event.{field.name}"] = known | ({"enum": words} if words else {})
    return found


def fields_of(query: str) -> list[str]:
    """Every field a GAQL query names, quoted texts left out."""
    return _FIELD.findall(re.sub(r"'[^']*'", "", query))


def check_answer(path: str, status: int, content: bytes) -> None:
    """Raise unless ``content`` is exactly what Google's messages allow as the answer on this path."""
    method = next((name for name in _METHODS if path.endswith(name)), path.rpartition("/")[2])
    body = json.loads(content)
    is_stream = method.endswith("searchStream")
    assert isinstance(body, list) == is_stream, f"{path}: an array is searchStream's form, and only its"
    for element in body if is_stream else [body]:
        if status == 200:
            answer = _message(method)
            check_message(answer.pb(answer()), element)
        else:
            check_error(status, element)


def check_request(path: str, content: bytes) -> None:
    """Raise unless ``content`` is exactly what Google's messages allow as the mutate request on this path."""
    message = _mutate_message(path.rpartition("/")[2], "Request")
    options = {"partialFailure": False, "validateOnly": False}
    body = {k: v for k, v in json.loads(content).items() if options.get(k, True) is not v}
    check_message(message.pb(message()), body)


def check_partial_failure(body: Mapping[str, Any]) -> None:
    """Raise unless the partial failure of an answer has details that Google's messages allow."""
    error = body["partialFailureError"]
    check_error(200, {"error": {"status": "INVALID_ARGUMENT", **error, "code": 200}})


def check_error(status: int, body: Mapping[str, Any]) -> None:
    """Raise unless ``body`` is Google's error document with details that their messages allow."""
    assert body.keys() == {"error"}
    error = body["error"]
    assert error.keys() == {"code", "message", "status", "details"}
    assert error["code"] == status
    for detail in error["details"]:
        packed = json_format.ParseDict(detail, any_pb2.Any())
        name = packed.type_url.rpartition(".")[2]
        is_failure = name == "GoogleAdsFailure"
        unpacked = _errors.GoogleAdsFailure.pb()() if is_failure else error_details_pb2.BadRequest()
        assert packed.Unpack(unpacked)
        assert json_format.MessageToDict(unpacked) == {k: v for k, v in detail.items() if k != "@type"}
        for reason in detail.get("errors", []):
            assert "UNKNOWN" not in reason["errorCode"].values()


def check_message(message: Any, element: Mapping[str, Any]) -> None:
    """Raise unless ``element`` is the JSON form of ``message``'s type: nothing unknown, all written as Google does.

    Parsing accepts numbers for 64-bit integers and snake_case names; writing the message again and comparing does not.
    """
    json_format.ParseDict(element, message, ignore_unknown_fields=False)
    again = json_format.MessageToDict(message)
    assert again == element
    _same_types(again, element)


def _same_types(ours: Any, theirs: Any) -> None:
    """In Python ``True == 1 == 1.0``; in JSON a bool is no number, while a double may come without its fraction."""
    if isinstance(ours, dict):
        for name, value in ours.items():
            _same_types(value, theirs[name])
    elif isinstance(ours, Sequence) and not isinstance(ours, str):
        for one, other in zip(ours, theirs, strict=True):
            _same_types(one, other)
    else:
        assert isinstance(ours, bool) == isinstance(theirs, bool)
        assert isinstance(ours, str) == isinstance(theirs, str)
