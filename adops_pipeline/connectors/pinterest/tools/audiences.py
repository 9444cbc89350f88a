"""Tools that list and create audiences."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from adops_pipeline.connectors.pinterest.client import PinterestConnector
from adops_pipeline.connectors.pinterest.tools.fields import Fields, moment, plains
from adops_pipeline.connectors.pinterest.tools.inputs import AccountInput, AccountPageInput, Name, ObjectId
from adops_pipeline.connectors.pinterest.tools.listing import PinterestListTool
from adops_pipeline.connectors.pinterest.tools.requests import Params, Row, one, write_object
from adops_pipeline.connectors.pinterest.tools.writing import PinterestCreateTool, lasting_object, without_none
from adops_pipeline.domain.ad_objects import AdObject

_FIELDS = Fields(
    {
        **plains("id", "name", "audience_type", "status", "size", "description", "rule", "ad_account_id"),
        "created_time": moment("created_timestamp"),
        "updated_time": moment("updated_timestamp"),
    },
    ("id", "name", "audience_type", "status", "size"),
)
_RULES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "ACTALIKE": (("seed_audience_ids", "country", "percentage"), ()),
    "VISITOR": (("visitor_source_id",), ("retention_days",)),
    "ENGAGEMENT": (("engagement_domains",), ("engagement_type", "retention_days")),
    "CUSTOMER_LIST": (("customer_list_id",), ()),
}
"""The fields that each type of audience needs, and those that it may have."""
_NAMES = {"seed_audience_ids": "seed_id", "engagement_domains": "engagement_domain"}
"""Fields of the rule that Pinterest names differently."""
_DEFAULT_RETENTION_DAYS = 180


class ListAudiencesInput(AccountPageInput):
    """Arguments of pinterest_list_audiences."""

    ownership: Literal["OWNED", "RECEIVED"] = Field("OWNED", description="The account's own, or those shared with it.")


class CreateAudienceInput(AccountInput):
    """Arguments of pinterest_create_audience."""

    audience_type: Literal["ACTALIKE", "VISITOR", "ENGAGEMENT", "CUSTOMER_LIST"] = Field(
        description="ACTALIKE: people like those of other audiences. VISITOR: visitors of the site. ENGAGEMENT: people "
        "who engaged with pins. CUSTOMER_LIST: an uploaded list."
    )
    name: Name = Field(description="Name of the audience.")
    description: Annotated[str, StringConstraints(max_length=500)] | None = Field(None, description="What it is for.")
    seed_audience_ids: list[ObjectId] | None = Field(
        None, min_length=1, max_length=50, description="ACTALIKE: ids of the audiences to find similar people to."
    )
    country: Literal["US", "CA", "GB"] | None = Field(None, description="ACTALIKE: country of the people to find.")
    percentage: Annotated[int, Field(ge=1, le=10)] | None = Field(
        None, description="ACTALIKE: size in percent of Pinterest's users in the country, 1 (most similar) to 10."
    )
    visitor_source_id: ObjectId | None = Field(None, description="VISITOR: id of the conversion tag.")
    retention_days: Annotated[int, Field(ge=1, le=540)] | None = Field(
        None, description="VISITOR and ENGAGEMENT: days that people stay in the audience; without it 180."
    )
    engagement_domains: list[str] | None = Field(
        None, min_length=1, max_length=50, description="ENGAGEMENT: verified domains of the account."
    )
    engagement_type: Literal["click", "save", "closeup", "comment", "like"] | None = Field(
        None, description="ENGAGEMENT: kind of engagement; without it all."
    )
    customer_list_id: ObjectId | None = Field(None, description="CUSTOMER_LIST: id of the uploaded list.")

    @model_validator(mode="after")
    def _fits_type(self) -> "CreateAudienceInput":
        needed, optional = _RULES[self.audience_type]
        missing = [name for name in needed if getattr(self, name) is None]
        if missing:
            raise ValueError(f"an audience of the type {self.audience_type} needs {', '.join(missing)}")
        known = {name for needs, may in _RULES.values() for name in (*needs, *may)}
        foreign = sorted(n for n in known - {*needed, *optional} if getattr(self, n) is not None)
        if foreign:
            raise ValueError(f"an audience of the type {self.audience_type} has no {', '.join(foreign)}; leave it out")
        return self

    def rule(self) -> dict[str, Any]:
        """The rule as Pinterest takes it."""
        needed, optional = _RULES[self.audience_type]
        rule = without_none({_NAMES.get(name, name): getattr(self, name) for name in (*needed, *optional)})
        if "retention_days" in optional:
            rule.setdefault("retention_days", _DEFAULT_RETENTION_DAYS)
        return rule


class PinterestListAudiences(PinterestListTool[ListAudiencesInput]):
    """``GET /ad_accounts/{id}/audiences``."""

    name = "pinterest_list_audiences"
    description = "Lists the audiences of a Pinterest ad account with type, status and size."
    input_model = ListAudiencesInput
    row_fields = _FIELDS

    def listing(self, given: ListAudiencesInput) -> tuple[str, Params]:
        """See `PinterestListTool`."""
        return _path(given.account_id), [("ownership_type", given.ownership)]


class PinterestCreateAudience(PinterestCreateTool[CreateAudienceInput]):
    """``POST /ad_accounts/{id}/audiences``."""

    name = "pinterest_create_audience"
    description = (
        "Creates a Pinterest audience: act-alike (people similar to those of other audiences), visitors, engagement, "
        "or from a customer list."
    )
    created_field = "created_timestamp"
    input_model = CreateAudienceInput

    async def intended(
        self, client: PinterestConnector, given: CreateAudienceInput, before: AdObject | None
    ) -> AdObject:
        """See `WriteTool`."""
        del before
        currency = await client.currency(given.account_id)
        fields = {"audience_type": given.audience_type, "description": given.description, "rule": given.rule()}
        return lasting_object("audience", given.account_id, None, given.name, currency, without_none(fields))

    async def apply(self, client: PinterestConnector, given: CreateAudienceInput) -> str:
        """See `WriteTool`."""
        body = without_none(
            {
                "ad_account_id": given.account_id,
                "audience_type": given.audience_type,
                "name": given.name,
                "description": given.description,
                "rule": given.rule(),
            }
        )
        return await write_object(client, _path(given.account_id), given.account_id, body)

    async def read_back(self, client: PinterestConnector, account_id: str, object_id: str) -> AdObject | None:
        """See `WriteTool`."""
        row = await one(client, f"{_path(account_id)}/{object_id}", account_id)
        return None if row is None else self.as_object(row, account_id, await client.currency(account_id))

    def listing(self, given: CreateAudienceInput) -> tuple[str, Params]:
        """See `PinterestCreateTool`."""
        return _path(given.account_id), ()

    def as_object(self, row: Row, account_id: str, currency: str) -> AdObject:
        """See `PinterestCreateTool`."""
        fields = {name: row.get(name) for name in ("audience_type", "description", "rule")}
        return lasting_object("audience", account_id, str(row.get("id")), str(row.get("name", "")), currency, fields)


def _path(account_id: str) -> str:
    return f"/ad_accounts/{account_id}/audiences"
