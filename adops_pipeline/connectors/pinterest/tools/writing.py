"""What Pinterest's tools that write share: every change is one request that is sent once."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from adops_pipeline.connectors.pinterest.client import PinterestConnector
from adops_pipeline.connectors.pinterest.tools.inputs import AccountInput
from adops_pipeline.connectors.pinterest.tools.objects import ObjectForm
from adops_pipeline.connectors.pinterest.tools.requests import Params, Row, all_items, write_item
from adops_pipeline.connectors.tools import CreateTool, WriteTool
from adops_pipeline.domain.ad_objects import AdObject, ObjectKind
from adops_pipeline.domain.vocabulary import CampaignStatus, Platform

AnyInput = TypeVar("AnyInput", bound=AccountInput)

STATUS_OF_INPUT = {"active": CampaignStatus.ACTIVE, "paused": CampaignStatus.PAUSED, "archived": CampaignStatus.REMOVED}


class PinterestWriteTool(WriteTool[PinterestConnector, AnyInput], Generic[AnyInput]):
    """Changes one object. Pinterest checks a request only by applying it, and gives no key against doing it twice."""

    platform = Platform.PINTEREST
    scope = "ads:write"

    async def validate(self, client: PinterestConnector, given: AnyInput) -> None:
        """Pinterest has no dry run."""
        del client, given


class PinterestItemTool(PinterestWriteTool[AnyInput], Generic[AnyInput]):
    """Writes an object that Pinterest takes as the item of an array, and lists by its id."""

    form: ClassVar[ObjectForm]
    method: ClassVar[str] = "POST"

    @abstractmethod
    def item(self, given: AnyInput) -> Row:
        """The item as Pinterest takes it."""

    async def apply(self, client: PinterestConnector, given: AnyInput) -> str:
        """See `WriteTool`."""
        path = self.form.path(given.account_id)
        return await write_item(client, self.method, path, given.account_id, self.item(given))

    async def read_back(self, client: PinterestConnector, account_id: str, object_id: str) -> AdObject | None:
        """See `WriteTool`."""
        return await self.form.find(client, account_id, object_id)


class PinterestCreateTool(PinterestWriteTool[AnyInput], CreateTool[PinterestConnector, AnyInput], Generic[AnyInput]):
    """Creates one object."""

    stays = (
        "Pinterest keeps the {kind} {id}, and there is no tool that removes it; archive or delete it in Pinterest's "
        "Ads Manager."
    )

    created_field: ClassVar[str] = "created_time"
    """The field of a listed object with the time of its creation, in seconds."""

    async def find(self, client: PinterestConnector, given: AnyInput, since: datetime) -> Sequence[AdObject]:
        """Objects of the account that were created at or after ``since`` with the values of ``given``."""
        wanted = await self.intended(client, given, None)
        path, params = self.listing(given)
        currency = await client.currency(given.account_id)
        rows = await all_items(client, path, given.account_id, params)
        found = [
            self.as_object(row, given.account_id, currency)
            for row in rows
            if self.created_at(row) >= int(since.timestamp())
        ]
        return [one for one in found if is_same(wanted, one)]

    def created_at(self, row: Row) -> float:
        """When a listed object was created, in seconds since 1970."""
        value = row.get(self.created_field)
        return float(value) if isinstance(value, int | float) else 0.0

    @abstractmethod
    def listing(self, given: AnyInput) -> tuple[str, Params]:
        """Path and parameters of the list that has the created object."""

    @abstractmethod
    def as_object(self, row: Row, account_id: str, currency: str) -> AdObject:
        """A listed object."""


class PinterestCreateItemTool(PinterestItemTool[AnyInput], PinterestCreateTool[AnyInput], Generic[AnyInput]):
    """Creates a campaign, an ad group or an ad."""

    def as_object(self, row: Row, account_id: str, currency: str) -> AdObject:
        """See `PinterestCreateTool`."""
        return self.form.read(row, account_id, currency)


def is_same(wanted: AdObject, found: AdObject) -> bool:
    """Whether ``found`` may be what a request for ``wanted`` created.

    Pinterest adds defaults to rules and targeting, and moves a start that has passed; people may have changed the
    status. None of that counts.
    """
    campaign_id = wanted.campaign_id or found.campaign_id
    own = replace(wanted, object_id=found.object_id, status=found.status, campaign_id=campaign_id, fields={})
    stated = {name: value for name, value in wanted.fields.items() if name != "start_time"}
    return own == replace(found, fields={}) and _covers(stated, found.fields)


def _covers(wanted: object, found: object) -> bool:
    """Whether all that is wanted is there; lists in any order, numbers also as text."""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(_covers(value, found.get(name)) for name, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(found, list) and sorted(map(str, wanted)) == sorted(map(str, found))
    return str(wanted) == str(found)


def without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are given."""
    return {name: value for name, value in values.items() if value is not None}


def lasting_object(
    kind: ObjectKind, account_id: str, object_id: str | None, name: str, currency: str, fields: Mapping[str, Any]
) -> AdObject:
    """A pin or an audience: it delivers nothing by itself, and has neither status nor budget."""
    status = CampaignStatus.ACTIVE
    return AdObject(Platform.PINTEREST, account_id, kind, object_id, name, status, currency, fields=fields)
