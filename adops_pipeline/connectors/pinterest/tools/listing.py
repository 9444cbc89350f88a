"""What Pinterest's tools that list objects of an account share: one page, its fields, its currency."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from adops_pipeline.connectors.pinterest.client import PinterestConnector
from adops_pipeline.connectors.pinterest.tools.fields import Fields
from adops_pipeline.connectors.pinterest.tools.inputs import AccountPageInput
from adops_pipeline.connectors.pinterest.tools.requests import Params, listed
from adops_pipeline.connectors.tools import ReadTool, ToolPage
from adops_pipeline.domain.vocabulary import Platform

Listed = TypeVar("Listed", bound=AccountPageInput)


class PinterestListTool(ReadTool[PinterestConnector, Listed], Generic[Listed]):
    """Lists one kind of an account's objects."""

    platform = Platform.PINTEREST
    scope = "ads:read"
    row_fields: ClassVar[Fields]

    async def read(self, client: PinterestConnector, given: Listed) -> ToolPage:
        """See `ReadTool`."""
        fields = self.row_fields.chosen(given.fields)
        path, params = self.listing(given)
        page = await listed(client, path, given.account_id, params, limit=given.limit, cursor=given.cursor)
        currency = await client.currency(given.account_id) if "currency" in fields else ""
        return ToolPage(self.row_fields.trim(page.rows, fields, currency), page.bookmark, client.session.rate_limit)

    @abstractmethod
    def listing(self, given: Listed) -> tuple[str, Params]:
        """Path and parameters of the list."""


def each(name: str, values: Sequence[str] | None) -> Params:
    """A parameter once for each value, as Pinterest takes lists; none for no values."""
    return [(name, value) for value in values or ()]
