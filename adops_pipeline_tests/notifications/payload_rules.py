"""What Slack and Discord reject, as they do: written from their documentation, apart from the code under test.

Slack: https://docs.slack.dev/reference/block-kit/blocks. Discord:
https://docs.discord.com/developers/resources/message#embed-object-embed-limits.
"""

import re
from typing import Any
from urllib.parse import urlsplit

_MRKDWN_LINK = re.compile(r"<https?://[^<>|\s]+(?:\|[^<>\n]+)?>")
_ENTITY = re.compile(r"&(?:amp|lt|gt);")


def utf16(text: str) -> int:
    """The longer of the two ways to count: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def slack_flaws(payload: Any) -> list[str]:
    """What is wrong with the body of a POST to an incoming webhook; empty when Slack would take it."""
    if not isinstance(payload, dict) or not ({"text", "blocks", "attachments"} & set(payload)):
        return ["no_text"]
    flaws: list[str] = []
    blocks = list(payload.get("blocks", []))
    for attachment in payload.get("attachments", []):
        if not re.fullmatch(r"#[0-9a-f]{6}", attachment.get("color", "#000000")):
            flaws.append("color")
        if not attachment.get("fallback", "x").strip():
            flaws.append("fallback")
        blocks += attachment.get("blocks", [])
    if not 1 <= len(blocks) <= 50:
        flaws.append(f"{len(blocks)} blocks")
    for block in blocks:
        flaws += _block_flaws(block)
    return flaws


def _block_flaws(block: dict[str, Any]) -> list[str]:
    match block.get("type"):
        case "header":
            kind = [] if block["text"]["type"] == "plain_text" else ["header is not plain text"]
            return kind + _text_flaws("header", block["text"], 150)
        case "section":
            fields = block.get("fields", [])
            flaws = [] if "text" in block or fields else ["section without text"]
            flaws += [] if len(fields) <= 10 else [f"{len(fields)} fields"]
            flaws += _text_flaws("section", block["text"], 3000) if "text" in block else []
            return flaws + [flaw for field in fields for flaw in _text_flaws("field", field, 2000)]
        case "context":
            elements = block["elements"]
            flaws = [] if 1 <= len(elements) <= 10 else [f"{len(elements)} elements"]
            return flaws + [flaw for element in elements for flaw in _text_flaws("context", element, 3000)]
        case "divider":
            return []
        case other:
            return [f"unknown block {other}"]


def _text_flaws(where: str, text: dict[str, Any], limit: int) -> list[str]:
    value = text["text"]
    flaws = [] if 1 <= utf16(value) <= limit and value.strip() else [f"{where} of {utf16(value)}"]
    if text["type"] == "mrkdwn":
        rest = _ENTITY.sub("", _MRKDWN_LINK.sub("", value))
        flaws += [f"{where}: bare {sign}" for sign in "<>&" if sign in rest]
    return flaws


def discord_flaws(payload: Any) -> list[str]:
    """What is wrong with the body of a POST to a webhook; empty when Discord would take it."""
    if not isinstance(payload, dict) or not (payload.get("content") or payload.get("embeds")):
        return ["Cannot send an empty message"]
    embeds = payload.get("embeds", [])
    flaws = [] if len(embeds) <= 10 else [f"{len(embeds)} embeds"]
    total = 0
    for embed in embeds:
        flaws += _embed_flaws(embed)
        fields = embed.get("fields", [])
        texts = [embed.get("title", ""), embed.get("description", ""), embed.get("footer", {}).get("text", "")]
        texts += [text for field in fields for text in (field["name"], field["value"])]
        total += sum(utf16(text) for text in texts)
    return flaws + ([] if total <= 6000 else [f"embeds of {total}"])


def _embed_flaws(embed: dict[str, Any]) -> list[str]:
    fields = embed.get("fields", [])
    flaws = [] if len(fields) <= 25 else [f"{len(fields)} fields"]
    limited = [("title", embed.get("title", ""), 256, 0), ("description", embed.get("description", ""), 4096, 0)]
    limited.append(("footer", embed.get("footer", {"text": ""})["text"], 2048, 0))
    for field in fields:
        limited += [("name", field["name"], 256, 1), ("value", field["value"], 1024, 1)]
    flaws += [
        f"{where} of {utf16(text)}"
        for where, text, most, least in limited
        if utf16(text) > most or len(text.strip()) < least
    ]
    if "url" in embed and not re.search(r"\.[a-z]{2,}$", urlsplit(embed["url"]).hostname or ""):
        flaws.append("Not a well formed URL.")
    if not 0 <= embed.get("color", 0) <= 0xFFFFFF:
        flaws.append("color")
    return flaws
