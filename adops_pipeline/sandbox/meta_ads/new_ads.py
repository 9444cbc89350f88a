"""New ads, creatives and custom audiences: their parameters checked as Meta checks them."""

import json

from adops_pipeline.sandbox.meta_ads.errors import invalid, not_capable
from adops_pipeline.sandbox.meta_ads.params import json_map, one_of, required
from adops_pipeline.sandbox.meta_ads.sent import Body, Make, Sent

_FILE_SOURCES = ("USER_PROVIDED_ONLY", "PARTNER_PROVIDED_ONLY", "BOTH_USER_AND_PARTNER_PROVIDED")
_SUBTYPES = ("CUSTOM", "ENGAGEMENT", "LOOKALIKE", "WEBSITE")


def new_ad(sent: Sent) -> Make:
    """Check a new ad."""
    p = sent.params
    ad_set = sent.parent("adset_id", "AdSet")
    creative_id = json_map(p, "creative").get("creative_id")
    if creative_id is None:
        raise not_capable()
    if all(node.values["id"] != str(creative_id) for node in sent.library.creatives(sent.account)):
        raise invalid("Creative not found", f"The creative {creative_id} does not exist in this ad account.")
    status = sent.status()
    body = {"name": required(p, "name"), "status": status, "creative": {"id": str(creative_id)}}
    parent = str(ad_set.values["id"])
    return lambda turn: sent.writes(turn, "ad", parent_id=parent, body=body)


def new_creative(sent: Sent) -> Make:
    """Check a new creative."""
    p = sent.params
    body: Body = {key: p[key] for key in ("name", "object_story_id", "url_tags") if key in p}
    if "object_story_spec" in p:
        story = json_map(p, "object_story_spec")
        link = story.get("link_data")
        if "page_id" not in story or not isinstance(link, dict) or "link" not in link:
            raise invalid("Page or link missing", "object_story_spec needs a page_id and link_data with a link.")
        button = link.get("call_to_action") or {}
        shown = {
            "title": link.get("name"),
            "body": link.get("message"),
            "link_url": link["link"],
            "image_url": link.get("picture"),
            "image_hash": link.get("image_hash"),
            "call_to_action_type": button.get("type"),
        }
        body |= {"object_story_spec": story, **{key: value for key, value in shown.items() if value is not None}}
    elif "object_story_id" not in p:
        raise invalid("Nothing to show", "A creative needs an object_story_spec or an object_story_id.")
    return lambda turn: sent.writes(turn, "creative", body=body)


def new_audience(sent: Sent) -> Make:
    """Check a new custom audience."""
    p = sent.params
    subtype = str(one_of(p, "subtype", _SUBTYPES) or "CUSTOM")
    body: Body = {"name": required(p, "name"), "subtype": subtype}
    if "description" in p:
        body["description"] = p["description"]
    if subtype == "CUSTOM":
        required(p, "customer_file_source")
        body["customer_file_source"] = one_of(p, "customer_file_source", _FILE_SOURCES)
    elif subtype == "LOOKALIKE":
        origin = required(p, "origin_audience_id")
        if all(node.values["id"] != origin for node in sent.library.audiences(sent.account)):
            raise invalid("Audience not found", f"The origin audience {origin} does not exist in this ad account.")
        body["lookalike_spec"] = json_map(p, "lookalike_spec")
    else:
        body["rule"] = json.dumps(json_map(p, "rule"))
    return lambda turn: sent.writes(turn, "audience", body=body)
