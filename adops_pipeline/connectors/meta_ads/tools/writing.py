"""What Meta's write tools share: form-encoded POSTs, dry runs, reading back and looking for what was created."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, Generic, TypeVar

import msgspec

from adops_pipeline.connectors.errors import FailureContext
from adops_pipeline.connectors.json_body import decode
from adops_pipeline.connectors.meta_ads.client import MetaAdsConnector
from adops_pipeline.connectors.meta_ads.edges import read_edge
from adops_pipeline.connectors.meta_ads.reports import LISTABLE_STATUSES
from adops_pipeline.connectors.meta_ads.tools.inputs import AccountInput
from adops_pipeline.connectors.meta_ads.tools.objects import ObjectForm, equals
from adops_pipeline.connectors.meta_ads.tools.reading import compact, read_node
from adops_pipeline.connectors.tools import CreateTool, RefusedInputError, WriteTool
from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.vocabulary import Platform

WRITE_SCOPE = "ads_management"
PARENT_STATUSES = ("CAMPAIGN_PAUSED", "ADSET_PAUSED")

Form = dict[str, str]
Change = TypeVar("Change", bound=AccountInput)


class _Created(msgspec.Struct):
    id: str


class MetaWriteTool(WriteTool[MetaAdsConnector, Change], Generic[Change]):
    """A tool that sends one POST about one kind of object."""

    platform = Platform.META_ADS
    scope = WRITE_SCOPE
    form: ClassVar[ObjectForm]
    can_validate: ClassVar[bool] = True
    """Whether Meta takes ``execution_options`` for this call."""

    @abstractmethod
    def path(self, given: Change) -> str:
        """Path that the change is posted to."""

    @abstractmethod
    async def parameters(self, client: MetaAdsConnector, given: Change) -> Form:
        """Form of the request, with money in minor units."""

    async def validate(self, client: MetaAdsConnector, given: Change) -> None:
        """See ``WriteTool``. A dry run changes nothing, so it may be repeated."""
        sent = await self.parameters(client, given)
        if self.can_validate:
            sent["execution_options"] = compact(["validate_only"])
            await client.session.request("POST", self.path(given), account_id=given.account_id, data=sent)

    async def read_back(self, client: MetaAdsConnector, account_id: str, object_id: str) -> AdObject | None:
        """See ``WriteTool``."""
        return await read_object(client, self.form, account_id, object_id)

    async def _post(self, client: MetaAdsConnector, given: Change) -> bytes:
        sent = await self.parameters(client, given)
        return await client.session.write("POST", self.path(given), account_id=given.account_id, data=sent)


class MetaCreateTool(MetaWriteTool[Change], CreateTool[MetaAdsConnector, Change], Generic[Change]):
    """A tool that creates an object on an edge of the account."""

    stays = "The {kind} {id} stays: no tool deletes it. Delete it in Meta Ads Manager if it is not needed."

    created_field: ClassVar[str | None] = "created_time"
    """Field with the time of creation; None where Meta tells none."""
    is_listed_by_status: ClassVar[bool] = True

    def path(self, given: Change) -> str:
        """See ``MetaWriteTool``."""
        return f"/act_{given.account_id}/{self.form.edge}"

    async def apply(self, client: MetaAdsConnector, given: Change) -> str:
        """See ``WriteTool``."""
        body = await self._post(client, given)
        context = FailureContext(self.platform, f"POST {self.path(given)}", given.account_id)
        return decode(body, _Created, context).id

    async def find(self, client: MetaAdsConnector, given: Change, since: datetime) -> Sequence[AdObject]:
        """See ``WriteTool``."""
        intended = await self.intended(client, given, None)
        params = {"fields": ",".join(("id", *self.form.requested))}
        if self.is_listed_by_status:
            params["effective_status"] = compact([*LISTABLE_STATUSES, *PARENT_STATUSES])
        pages = read_edge(client.session, self.path(given), params, given.account_id)
        rows = [msgspec.json.decode(text, type=dict[str, Any]) async for page in pages for text in page.rows]
        # Meta's times are whole seconds.
        first = since.replace(microsecond=0)
        young = [row for row in rows if self.created_field is None or _moment(row[self.created_field]) >= first]
        found = [self.form.read(row, given.account_id, intended.currency) for row in young]
        return [one for one in found if equals(one, intended)]


async def read_object(client: MetaAdsConnector, form: ObjectForm, account_id: str, object_id: str) -> AdObject | None:
    """An object of the account as it is now; None if Meta has none with this id."""
    row = await read_node(client, account_id, object_id, ("id", *form.requested), form.label)
    return None if row is None else form.read(row, account_id, await client.currency(account_id))


async def existing(client: MetaAdsConnector, form: ObjectForm, account_id: str, object_id: str, name: str) -> AdObject:
    """An object that an input refers to in its field ``name``. Raises RefusedInputError if there is none."""
    found = await read_object(client, form, account_id, object_id)
    if found is None:
        raise RefusedInputError(
            f"{name}: ad account {account_id} has no {form.label} {object_id}; list them to find its id."
        )
    return found


def without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are set."""
    return {name: value for name, value in values.items() if value is not None}


def _moment(value: object) -> datetime:
    """A time of creation: Unix seconds or ISO text."""
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int) else datetime.fromisoformat(str(value))
