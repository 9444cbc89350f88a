"""Tools that list boards, list pins and create pins."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from adops_pipeline.connectors.pinterest.client import PinterestConnector
from adops_pipeline.connectors.pinterest.tools.fields import Fields, plains
from adops_pipeline.connectors.pinterest.tools.inputs import AccountInput, AccountPageInput, ObjectId, Url
from adops_pipeline.connectors.pinterest.tools.listing import PinterestListTool
from adops_pipeline.connectors.pinterest.tools.requests import Params, Row, one, write_object
from adops_pipeline.connectors.pinterest.tools.writing import PinterestCreateTool, lasting_object, without_none
from adops_pipeline.domain.ad_objects import AdObject

_LARGEST_FIRST = ("1200x", "600x", "400x300", "150x150")

_BOARDS = Fields(
    plains("id", "name", "privacy", "pin_count", "description", "created_at", "is_ads_only", "collaborator_count"),
    ("id", "name", "privacy", "pin_count"),
)
_PINS = Fields(
    {
        **plains("id", "title", "description", "board_id", "link", "creative_type", "has_been_promoted", "created_at"),
        **plains("alt_text", "dominant_color", "board_section_id", "parent_pin_id", "is_owner", "is_standard"),
        "image_url": lambda row, _: image_of(row),
    },
    ("id", "title", "board_id", "link", "creative_type", "has_been_promoted", "image_url"),
)


class ListBoardsInput(AccountPageInput):
    """Arguments of pinterest_list_boards."""

    privacy: Literal["ALL", "PUBLIC", "PROTECTED", "SECRET", "PUBLIC_AND_SECRET"] | None = Field(
        None, description="Only boards of this privacy; without it all."
    )


class ListPinsInput(AccountPageInput):
    """Arguments of pinterest_list_pins."""

    promoted_only: bool = Field(False, description="Only pins that have been promoted before.")


class CreatePinInput(AccountInput):
    """Arguments of pinterest_create_pin."""

    board_id: ObjectId = Field(description="Id of the board to pin to; pinterest_list_boards lists them.")
    image_url: Url = Field(description="Web address of the image; Pinterest copies it. Upright, 2:3, works best.")
    title: Annotated[str, StringConstraints(min_length=1, max_length=100)] = Field(description="Title of the pin.")
    description: Annotated[str, StringConstraints(max_length=800)] | None = Field(None, description="Text below it.")
    link: Url | None = Field(None, description="Web address that the pin leads to.")
    alt_text: Annotated[str, StringConstraints(max_length=500)] | None = Field(
        None, description="What the image shows, for people who cannot see it."
    )


class PinterestListBoards(PinterestListTool[ListBoardsInput]):
    """``GET /boards``."""

    name = "pinterest_list_boards"
    description = "Lists the boards of the Pinterest advertiser; pins are created on them."
    scope = "boards:read"
    input_model = ListBoardsInput
    row_fields = _BOARDS

    def listing(self, given: ListBoardsInput) -> tuple[str, Params]:
        """See `PinterestListTool`."""
        chosen = [("privacy", given.privacy)] if given.privacy else []
        return "/boards", [*_acting_for(given.account_id), *chosen]


class PinterestListPins(PinterestListTool[ListPinsInput]):
    """``GET /pins``."""

    name = "pinterest_list_pins"
    description = (
        "Lists the pins of the Pinterest advertiser with board, link and image; only pins with an image are promoted."
    )
    scope = "pins:read"
    input_model = ListPinsInput
    row_fields = _PINS

    def listing(self, given: ListPinsInput) -> tuple[str, Params]:
        """See `PinterestListTool`."""
        chosen = [("pin_filter", "has_been_promoted")] if given.promoted_only else []
        return "/pins", [*_acting_for(given.account_id), *chosen]


class PinterestCreatePin(PinterestCreateTool[CreatePinInput]):
    """``POST /pins``."""

    name = "pinterest_create_pin"
    description = (
        "Creates a pin with an image on a board. It is published at once and costs nothing until it is promoted."
    )
    scope = "pins:write"
    input_model = CreatePinInput

    async def intended(self, client: PinterestConnector, given: CreatePinInput, before: AdObject | None) -> AdObject:
        """See `WriteTool`."""
        del before
        currency = await client.currency(given.account_id)
        values = {name: getattr(given, name) for name in ("board_id", *_TEXTS)}
        return lasting_object("pin", given.account_id, None, given.title, currency, without_none(values))

    async def apply(self, client: PinterestConnector, given: CreatePinInput) -> str:
        """See `WriteTool`."""
        texts = without_none({name: getattr(given, name) for name in _TEXTS})
        media = {"source_type": "image_url", "url": given.image_url}
        body = {"board_id": given.board_id, "title": given.title, **texts, "media_source": media}
        return await write_object(client, "/pins", given.account_id, body, _acting_for(given.account_id))

    async def read_back(self, client: PinterestConnector, account_id: str, object_id: str) -> AdObject | None:
        """See `WriteTool`."""
        row = await read_pin(client, account_id, object_id)
        return None if row is None else self.as_object(row, account_id, await client.currency(account_id))

    def listing(self, given: CreatePinInput) -> tuple[str, Params]:
        """See `PinterestCreateTool`."""
        return "/pins", _acting_for(given.account_id)

    def created_at(self, row: Row) -> float:
        """See `PinterestCreateTool`."""
        try:
            moment = datetime.fromisoformat(str(row.get("created_at")))
        except ValueError:
            return 0.0
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()

    def as_object(self, row: Row, account_id: str, currency: str) -> AdObject:
        """See `PinterestCreateTool`."""
        values = {name: row.get(name) for name in ("board_id", *_TEXTS)}
        return lasting_object("pin", account_id, str(row.get("id")), str(row.get("title") or ""), currency, values)


_TEXTS = ("description", "link", "alt_text")


async def read_pin(client: PinterestConnector, account_id: str, pin_id: str) -> Row | None:
    """A pin; None if there is none of the id."""
    return await one(client, f"/pins/{pin_id}", account_id, _acting_for(account_id))


def _acting_for(account_id: str) -> list[tuple[str, str]]:
    """Pins and boards belong to the advertiser behind the account, not to the account."""
    return [("ad_account_id", account_id)]


def image_of(pin: Row) -> str | None:
    """Address of a pin's image, the largest there is; None for a pin without one."""
    media = pin.get("media")
    images = media.get("images") if isinstance(media, Mapping) else None
    if not isinstance(images, Mapping):
        return None
    found = (images[size] for size in _LARGEST_FIRST if isinstance(images.get(size), Mapping))
    return next((str(image["url"]) for image in found if image.get("url")), None)
