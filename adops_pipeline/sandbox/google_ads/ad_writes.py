"""Changes of ad groups and ads, checked as Google checks them, and written to the emulated account."""

from collections.abc import Mapping
from typing import Any

from adops_pipeline.sandbox.google_ads.batch import Batch, OperationError, required
from adops_pipeline.sandbox.google_ads.campaign_writes import STATUSES
from adops_pipeline.sandbox.google_ads.operations import Operation
from adops_pipeline.sandbox.google_ads.records import AD_GROUP_TYPES
from adops_pipeline.sandbox.written import MarketValues

_TEXTS = {"headlines": (3, 15, 30), "descriptions": (2, 4, 90)}
"""Of a responsive search ad: at least and at most so many, each at most so long."""
_LONGEST_PATH = 15


def create_ad_group(batch: Batch, operation: Operation) -> str:
    """An ad group; its type follows from the campaign's channel unless it is given."""
    values: dict[str, Any] = {k: v for k, v in operation.values.items() if k != "resourceName"}
    required(operation, "name", "campaign")
    campaign_name = batch.names.get(values["campaign"], values["campaign"])
    values["campaign"] = campaign_name
    campaign_id = campaign_name.rpartition("/")[2]
    record = batch.records("campaign").get(campaign_id)
    new = batch.created.get(campaign_name)
    if (record is None and new is None) or not campaign_name.startswith(f"{batch.customer}/campaigns/"):
        raise OperationError(
            operation.fault("mutateError", "RESOURCE_NOT_FOUND", "Resource was not found.", "create", "campaign")
        )
    if record is not None and record["campaign.status"] == "REMOVED":
        code, message = "OPERATION_NOT_PERMITTED_FOR_REMOVED_RESOURCE", "The campaign has been removed."
        raise OperationError(operation.fault("operationAccessDeniedError", code, message, "create", "campaign"))
    channel = record["campaign.advertising_channel_type"] if record else (new or {})["advertisingChannelType"]
    _check_name(batch, operation, values["name"], campaign_id)
    if "cpcBidMicros" in values:
        batch.money(operation, "cpcBidMicros", values["cpcBidMicros"])
    status = values.setdefault("status", "ENABLED")
    values.setdefault("type", AD_GROUP_TYPES.get(str(channel), "SEARCH_STANDARD"))
    market: MarketValues = {"name": values["name"], "status": STATUSES[status]}
    return batch.create(operation, values, parent_id=campaign_id, market=market)


def update_ad_group(batch: Batch, operation: Operation) -> str:
    """New name, status or bid."""
    identity, record = batch.existing(operation, "ad_group", "ad group")
    values = batch.masked(operation, changeable=("name", "status", "cpcBidMicros"), fixed=("campaign", "type"))
    market: MarketValues = {}
    if values.get("name"):
        _check_name(batch, operation, values["name"], str(record["campaign.id"]), besides=identity)
        market["name"] = values["name"]
    if values.get("status"):
        market["status"] = STATUSES[values["status"]]
    if values.get("cpcBidMicros"):
        batch.money(operation, "cpcBidMicros", values["cpcBidMicros"])
    batch.change("adGroups", identity, values, market)
    return operation.name


def remove_ad_group(batch: Batch, operation: Operation) -> str:
    """The ad group and its ads never deliver again."""
    identity, _ = batch.existing(operation, "ad_group", "ad group")
    batch.change("adGroups", identity, {"status": "REMOVED"}, {"status": STATUSES["REMOVED"]})
    return operation.name


def create_ad(batch: Batch, operation: Operation) -> str:
    """A responsive search ad."""
    values: dict[str, Any] = {k: v for k, v in operation.values.items() if k != "resourceName"}
    required(operation, "adGroup", "ad")
    group_name = batch.names.get(values["adGroup"], values["adGroup"])
    values["adGroup"] = group_name
    group_id = group_name.rpartition("/")[2]
    record = batch.records("ad_group").get(group_id)
    if (record is None and group_name not in batch.created) or not group_name.startswith(f"{batch.customer}/adGroups/"):
        raise OperationError(
            operation.fault("mutateError", "RESOURCE_NOT_FOUND", "Resource was not found.", "create", "adGroup")
        )
    if record is not None and record["ad_group.status"] == "REMOVED":
        code, message = "OPERATION_NOT_PERMITTED_FOR_REMOVED_RESOURCE", "The ad group has been removed."
        raise OperationError(operation.fault("operationAccessDeniedError", code, message, "create", "adGroup"))
    _check_ad(operation, values["ad"])
    values.setdefault("status", "ENABLED")
    return batch.create(operation, values, parent_id=group_id)


def update_ad(batch: Batch, operation: Operation) -> str:
    """New status."""
    identity, _ = batch.existing(operation, "ad_group_ad", "ad")
    values = batch.masked(operation, changeable=("status",), fixed=("ad", "adGroup"))
    batch.change("adGroupAds", identity.rpartition("~")[2], values)
    return operation.name


def remove_ad(batch: Batch, operation: Operation) -> str:
    """The ad never delivers again."""
    identity, _ = batch.existing(operation, "ad_group_ad", "ad")
    batch.change("adGroupAds", identity.rpartition("~")[2], {"status": "REMOVED"})
    return operation.name


def _check_name(batch: Batch, operation: Operation, name: str, campaign_id: str, besides: str = "") -> None:
    """Names are unique among a campaign's ad groups that were not removed."""
    taken = {
        str(record["ad_group.name"])
        for identity, record in batch.records("ad_group").items()
        if str(record["campaign.id"]) == campaign_id and record["ad_group.status"] != "REMOVED" and identity != besides
    }
    own = f"{batch.customer}/campaigns/{campaign_id}"
    taken |= {body["name"] for path, body in batch.created.items() if "/adGroups/" in path and body["campaign"] == own}
    if name in taken:
        message = "AdGroup with the same name already exists for the campaign."
        place = ("update" if operation.action == "update" else "create", "name")
        raise OperationError(operation.fault("adGroupError", "DUPLICATE_ADGROUP_NAME", message, *place, trigger=name))


def _check_ad(operation: Operation, ad: Mapping[str, Any]) -> None:
    search_ad = ad.get("responsiveSearchAd")
    if not ad.get("finalUrls") or not isinstance(search_ad, dict):
        field = "responsiveSearchAd" if ad.get("finalUrls") else "finalUrls"
        message = "The required field was not present."
        raise OperationError(operation.fault("fieldError", "REQUIRED", message, "create", "ad", field))
    for name, (fewest, most, longest) in _TEXTS.items():
        place = ("create", "ad", "responsiveSearchAd", name)
        texts = [asset["text"] for asset in search_ad.get(name) or []]
        if not fewest <= len(texts) <= most:
            code = "TOO_FEW" if len(texts) < fewest else "TOO_MANY"
            raise OperationError(operation.fault("collectionSizeError", code, f"{code} elements.", *place))
        for text in texts:
            if not 0 < len(text) <= longest:
                raise OperationError(
                    operation.fault("stringLengthError", "TOO_LONG", "Too long.", *place, trigger=text)
                )
    for name in ("path1", "path2"):
        if len(search_ad.get(name) or "") > _LONGEST_PATH:
            place = ("create", "ad", "responsiveSearchAd", name)
            raise OperationError(operation.fault("stringLengthError", "TOO_LONG", "Too long.", *place))
