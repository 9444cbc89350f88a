"""Boards and pins of the emulated advertiser, and the image that the sandbox hosts for them.

A pin can be promoted only if it has an image. The advertiser starts with two boards and three pins, of which one has no
image; pins that clients create are kept like all that they write.
"""

import base64
import binascii
import struct
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.pinterest.entities import OWNER_NAME, Body
from adops_pipeline.sandbox.pinterest.wire import ApiError
from adops_pipeline.sandbox.written import WrittenObject, WrittenObjects

IMAGE_PATH = "/v5/sandbox-files/pin.png"
PROMOTED_PIN_ID = "813744226420795884"
PIN_WITHOUT_IMAGE_ID = "813744226420795886"

_BOARDS = {"549755885176": ("Autumn outdoors", "PUBLIC"), "549755885177": ("Drafts of the team", "SECRET")}
_PINS = {
    PROMOTED_PIN_ID: ("Cabins in the woods", True),
    "813744226420795885": ("Waterproof jackets", True),
    PIN_WITHOUT_IMAGE_ID: ("Packing list", False),
}
_PINNED_AT = datetime(2025, 3, 1, 9, tzinfo=UTC)
_SIZES = {"150x150": (150, 150), "400x300": (400, 300), "600x": (600, 900), "1200x": (1000, 1500)}
_IMAGE_WIDTH, _IMAGE_HEIGHT = 1000, 1500
_MAGIC = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
_LIMITS = {"title": 100, "description": 800, "alt_text": 500, "link": 2048}


class ImageUrl(msgspec.Struct, tag="image_url", tag_field="source_type"):
    """A pin's image at an address."""

    url: str
    is_standard: bool = True


class ImageData(msgspec.Struct, tag="image_base64", tag_field="source_type"):
    """A pin's image as data."""

    content_type: Literal["image/jpeg", "image/png"]
    data: str
    is_standard: bool = True


class PinRequest(msgspec.Struct):
    """Body of ``POST /pins`` as far as the sandbox serves it."""

    board_id: str
    media_source: ImageUrl | ImageData
    title: str | None = None
    description: str | None = None
    alt_text: str | None = None
    link: str | None = None
    dominant_color: str | None = None


def boards(owner_pins: int) -> list[Body]:
    """``Board`` of every board, ordered by id."""
    return [
        {
            "id": board_id,
            "name": name,
            "privacy": privacy,
            "description": None,
            "owner": {"username": OWNER_NAME},
            "created_at": _stamp(_PINNED_AT),
            "board_pins_modified_at": _stamp(_PINNED_AT),
            "collaborator_count": 0,
            "follower_count": 0,
            "pin_count": owner_pins if board_id == min(_BOARDS) else 0,
            "is_ads_only": False,
            "media": {"image_cover_url": None, "pin_thumbnail_urls": []},
        }
        for board_id, (name, privacy) in _BOARDS.items()
    ]


def pins(written: WrittenObjects, now: datetime, image_base: str) -> list[Body]:
    """``Pin`` of every pin. ``image_base``: where the sandbox is reached, for the address of its image."""
    found = [_seeded(pin_id, title, has_image, image_base) for pin_id, (title, has_image) in _PINS.items()]
    created = written.created(Platform.PINTEREST, "", "pin", now)
    return [*found, *(_created(one, image_base) for one in created)]


def has_image(written: WrittenObjects, pin_id: str, now: datetime) -> bool | None:
    """Whether a pin can be promoted; None for a pin that does not exist."""
    if pin_id in _PINS:
        return _PINS[pin_id][1]
    return True if written.find(Platform.PINTEREST, "pin", pin_id, now) is not None else None


def create_pin(written: WrittenObjects, body: bytes, now: datetime, image_base: str) -> Body:
    """Answer to ``POST /pins``."""
    try:
        request = msgspec.json.decode(body, type=PinRequest)
    except msgspec.MsgspecError as error:
        raise ApiError(400, 1, f"Invalid request: {error}") from None
    _check(request)
    source: Mapping[str, Any] = {"source_type": "image_base64"}
    if isinstance(request.media_source, ImageUrl):
        source = {"source_type": "image_url", "url": request.media_source.url}
    kept = {name: getattr(request, name) for name in ("board_id", *_LIMITS, "dominant_color")}
    with written.turn(now) as turn:
        pin_id = turn.create(Platform.PINTEREST, "", "pin", body={**kept, "media_source": source})
    one = written.find(Platform.PINTEREST, "pin", pin_id, now)
    if one is None:
        raise ApiError(500, 500, "The pin could not be kept.")
    return _created(one, image_base)


def _check(request: PinRequest) -> None:
    if request.board_id not in _BOARDS:
        raise ApiError(404, 40, "Board not found.")
    for name, longest in _LIMITS.items():
        if len(getattr(request, name) or "") > longest:
            raise ApiError(400, 1, f"Invalid request: '{name}' is longer than {longest} characters.")
    source = request.media_source
    if isinstance(source, ImageUrl):
        if not source.url.startswith(("https://", "http://")):
            raise ApiError(400, 235, "Sorry! We could not fetch the image.")
        return
    try:
        data = base64.b64decode(source.data, validate=True)
    except binascii.Error:
        data = b""
    if not data.startswith(_MAGIC[source.content_type]):
        raise ApiError(400, 235, f"Sorry! The image is not {source.content_type}.")


def _seeded(pin_id: str, title: str, is_image: bool, image_base: str) -> Body:
    return _pin_body(pin_id, min(_BOARDS), _PINNED_AT, {"title": title}, image_base if is_image else None)


def _created(one: WrittenObject, image_base: str) -> Body:
    own = {name: value for name, value in one.body.items() if name not in ("board_id", "media_source")}
    return _pin_body(one.object_id, str(one.body["board_id"]), one.created_at, own, image_base)


def _pin_body(pin_id: str, board_id: str, created_at: datetime, own: Body, image_base: str | None) -> Body:
    image: Body = {}
    if image_base is not None:
        images = {
            name: {"width": width, "height": height, "url": f"{image_base}{IMAGE_PATH}"}
            for name, (width, height) in _SIZES.items()
        }
        image = {"media": {"media_type": "image", "images": images}}
    return {
        "id": pin_id,
        "board_id": board_id,
        "board_owner": {"username": OWNER_NAME},
        "board_section_id": None,
        "created_at": _stamp(created_at),
        "creative_type": "REGULAR",
        "title": None,
        "description": None,
        "alt_text": None,
        "link": None,
        "dominant_color": None,
        "is_owner": True,
        "is_standard": True,
        "has_been_promoted": pin_id == PROMOTED_PIN_ID,
        "parent_pin_id": None,
        "pin_metrics": None,
        **image,
        **own,
    }


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def hosted_image() -> bytes:
    """The image that the sandbox hosts: a PNG in the upright 2:3 format that Pinterest recommends."""
    row = b"\x00" + b"\xe6\x00\x23" * _IMAGE_WIDTH
    header = struct.pack(">IIBBBBB", _IMAGE_WIDTH, _IMAGE_HEIGHT, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(row * _IMAGE_HEIGHT)), (b"IEND", b""))
    return _MAGIC["image/png"] + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
