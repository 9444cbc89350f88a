"""POSTs that create, change and delete objects: checked, then kept in the journal; or checked only, for a dry run."""

from collections.abc import Callable, Mapping
from datetime import datetime

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.meta_ads.errors import invalid, missing_object
from adops_pipeline.sandbox.meta_ads.new_ads import new_ad, new_audience, new_creative
from adops_pipeline.sandbox.meta_ads.new_campaigns import new_ad_set, new_campaign
from adops_pipeline.sandbox.meta_ads.nodes import Node
from adops_pipeline.sandbox.meta_ads.params import json_list, one_of, required, whole_number
from adops_pipeline.sandbox.meta_ads.sent import BID_STRATEGIES, UNIFIED_STATUS, Body, Make, Sent
from adops_pipeline.sandbox.written import MarketValues, WrittenObjects

_EDGES: Mapping[str, Callable[[Sent], Make]] = {
    "campaigns": new_campaign,
    "adsets": new_ad_set,
    "ads": new_ad,
    "adcreatives": new_creative,
    "customaudiences": new_audience,
}
_KINDS = {
    "Campaign": "campaign",
    "AdSet": "ad_group",
    "Ad": "ad",
    "AdCreative": "creative",
    "CustomAudience": "audience",
}


def create(written: WrittenObjects, sent: Sent, edge: str, now: datetime) -> Body:
    """Create an object on an account's edge."""
    if edge not in _EDGES:
        raise missing_object(f"act_{sent.account.account_id}", "POST")
    make = _EDGES[edge](sent)
    if _is_dry_run(sent):
        return {"success": True}
    with written.turn(now) as turn:
        return {"id": make(turn)}


def update(written: WrittenObjects, sent: Sent, node: Node, now: datetime) -> Body:
    """Change an object."""
    values, body = _changes(sent, node)
    if not _is_dry_run(sent):
        account_id, object_id = sent.account.account_id, str(node.values["id"])
        with written.turn(now) as turn:
            turn.change(Platform.META_ADS, account_id, _KINDS[node.kind], object_id, market=values, body=body)
    return {"success": True}


def _changes(sent: Sent, node: Node) -> tuple[MarketValues, Body]:
    """What an update sets, in the market's terms and in Meta's."""
    params, was = sent.params, node.values.get("status")
    status = one_of(params, "status", tuple(UNIFIED_STATUS))
    if was == "DELETED":
        raise invalid("Object was deleted", "A deleted object cannot be changed.")
    if was == "ARCHIVED" and status != "DELETED":
        raise invalid("Object is archived", "An archived object can only be deleted.")
    values: MarketValues = {}
    body: Body = {}
    if "name" in params:
        values["name"] = body["name"] = required(params, "name")
    if status is not None:
        values["status"], body["status"] = UNIFIED_STATUS[status], status
    if node.kind in ("Campaign", "AdSet"):
        _change_budget(sent, node, values)
        sent.flight(values, body, "stop_time" if node.kind == "Campaign" else "end_time")
        if (strategy := one_of(params, "bid_strategy", BID_STRATEGIES)) is not None:
            body["bid_strategy"] = strategy
        if node.kind == "AdSet" and "bid_amount" in params:
            body["bid_amount"] = whole_number(params, "bid_amount", 0)
    return values, body


def _change_budget(sent: Sent, node: Node, values: MarketValues) -> None:
    budget = sent.budget()
    if budget is None:
        return
    name, values["budget"] = budget
    if name not in node.values:
        raise invalid("Budget cannot be changed", f"This object has no {name}; the kind of a budget cannot be changed.")


def _is_dry_run(sent: Sent) -> bool:
    return "validate_only" in json_list(sent.params, "execution_options")
