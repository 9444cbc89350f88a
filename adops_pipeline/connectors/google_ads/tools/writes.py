"""What the tools that change Google Ads share: checked by validateOnly, sent once, read back, found after a crash."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar, TypeVar
from zoneinfo import ZoneInfo

from adops_pipeline.connectors.google_ads.client import GoogleAdsConnector
from adops_pipeline.connectors.google_ads.tools import calls, gaql
from adops_pipeline.connectors.google_ads.tools.calls import Mutation, Row
from adops_pipeline.connectors.google_ads.tools.campaign_state import is_as_intended
from adops_pipeline.connectors.google_ads.tools.inputs import AccountInput
from adops_pipeline.connectors.google_ads.tools.reads import SCOPE
from adops_pipeline.connectors.google_ads.tools.rows import value_of
from adops_pipeline.connectors.tools import CreateTool, WriteTool
from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.vocabulary import Platform

Given = TypeVar("Given", bound=AccountInput)

_EVENTS_KEPT = timedelta(days=29)


class GoogleAdsWrite(WriteTool[GoogleAdsConnector, Given]):
    """A tool that changes one object with one request."""

    platform = Platform.GOOGLE_ADS
    scope = SCOPE

    @abstractmethod
    async def mutation(self, client: GoogleAdsConnector, given: Given) -> Mutation:
        """The request. Changes nothing; raises RefusedInputError for input that Google would refuse."""

    async def validate(self, client: GoogleAdsConnector, given: Given) -> None:
        """Google checks the change with ``validateOnly``."""
        await calls.validate(client, given, await self.mutation(client, given))

    async def apply(self, client: GoogleAdsConnector, given: Given) -> str:
        """One request; the id of the object is the last of its results: a campaign stands behind its budget."""
        names = await calls.apply(client, given, await self.mutation(client, given))
        return calls.id_of(names[-1])

    async def find(self, client: GoogleAdsConnector, given: Given, since: datetime) -> Sequence[AdObject]:
        """Nothing: an update creates no object."""
        del client, given, since
        return ()


class GoogleAdsCreate(GoogleAdsWrite[Given], CreateTool[GoogleAdsConnector, Given]):
    """A tool that creates one object. ``path`` is that of its kind in resource names, such as adGroups."""

    path: ClassVar[str]

    @abstractmethod
    async def candidates(self, client: GoogleAdsConnector, given: Given) -> Sequence[AdObject]:
        """Objects that are there now and may be the created one."""

    async def find(self, client: GoogleAdsConnector, given: Given, since: datetime) -> Sequence[AdObject]:
        """Those that are as intended, unless they were there before ``since``."""
        intended = await self.intended(client, given, None)
        path = f"customers/{given.account_id}/{self.path}"
        return [
            found
            for found in await self.candidates(client, given)
            if is_as_intended(found, intended)
            and not await existed_before(client, given, f"{path}/{found.object_id}", since)
        ]


async def existed_before(client: GoogleAdsConnector, given: AccountInput, resource_name: str, since: datetime) -> bool:
    """Whether Google has change events of a resource from before ``since``.

    Google keeps them for 30 days, and they appear minutes after a change: to have none does not mean that it is new.
    """
    first = client.now() - _EVENTS_KEPT
    if since <= first:
        return False
    row = (await calls.rows_of(client, given, gaql.select(("customer.time_zone",), "customer")))[0]
    zone = ZoneInfo(value_of(row, "customer.time_zone"))
    time = "change_event.change_date_time"
    conditions = (
        f"{time} >= '{first.astimezone(zone):%Y-%m-%d %H:%M:%S}'",
        f"{time} < '{since.astimezone(zone):%Y-%m-%d %H:%M:%S.%f}'",
        f"change_event.change_resource_name = {gaql.literal(resource_name)}",
    )
    query = gaql.select((time, "change_event.change_resource_name"), "change_event", conditions)
    return bool(await calls.rows_of(client, given, f"{query} LIMIT 1"))


async def first_row(client: GoogleAdsConnector, given: AccountInput | tuple[str, str | None], query: str) -> Row | None:
    """The first row of a query; None if there is none."""
    return next(iter(await calls.rows_of(client, given, query)), None)
