"""Tool that creates custom audiences: of a customer list, of visitors of a website, or of similar people."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from adops_pipeline.connectors.meta_ads.client import MetaAdsConnector
from adops_pipeline.connectors.meta_ads.tools import objects
from adops_pipeline.connectors.meta_ads.tools.inputs import AccountInput, Name, ObjectId
from adops_pipeline.connectors.meta_ads.tools.reading import compact
from adops_pipeline.connectors.meta_ads.tools.writing import Form, MetaCreateTool, without_none
from adops_pipeline.domain.ad_objects import AdObject

_SUBTYPES = {"customer_list": "CUSTOM", "website": "WEBSITE", "lookalike": "LOOKALIKE"}
_NEEDED = {
    "customer_list": (),
    "website": ("pixel_id", "retention_days"),
    "lookalike": ("origin_audience_id", "country", "ratio"),
}


class CreateCustomAudienceInput(AccountInput):
    """Arguments of meta_create_custom_audience."""

    kind: Literal["customer_list", "website", "lookalike"] = Field(
        description="Source of the people: a customer list that is uploaded later, visitors of a website, or people "
        "similar to those of another audience (lookalike)."
    )
    name: Name = Field(description="Name of the audience.")
    description: Annotated[str, StringConstraints(max_length=1000)] | None = Field(
        None, description="What the audience is for."
    )
    customer_file_source: Literal["USER_PROVIDED_ONLY", "PARTNER_PROVIDED_ONLY", "BOTH_USER_AND_PARTNER_PROVIDED"] = (
        Field("USER_PROVIDED_ONLY", description="Who collected the data of a customer list.")
    )
    pixel_id: ObjectId | None = Field(None, description="Website: id of the pixel that saw the visitors.")
    retention_days: int | None = Field(
        None, ge=1, le=180, description="Website: days that a visitor stays in the audience after the last visit."
    )
    url_contains: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = Field(
        None, description="Website: only visits of addresses that contain this text; default: every visit."
    )
    origin_audience_id: ObjectId | None = Field(
        None, description="Lookalike: id of the custom audience whose people are the model."
    )
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = Field(
        None, description="Lookalike: country to find similar people in, as two capital letters."
    )
    ratio: float | None = Field(
        None, ge=0.01, le=0.2, description="Lookalike: share of the country's people, from 0.01 to 0.20."
    )

    @model_validator(mode="after")
    def _complete(self) -> "CreateCustomAudienceInput":
        missing = [name for name in _NEEDED[self.kind] if getattr(self, name) is None]
        if missing:
            raise ValueError(f"a {self.kind} audience needs {', '.join(missing)}")
        others = [n for kind, names in _NEEDED.items() if kind != self.kind for n in names]
        others += [] if self.kind == "website" else ["url_contains"]
        surplus = [name for name in others if getattr(self, name) is not None]
        if surplus:
            raise ValueError(f"a {self.kind} audience takes no {', '.join(surplus)}")
        return self


class MetaCreateCustomAudience(MetaCreateTool[CreateCustomAudienceInput]):
    """See ``description``. Meta has no dry run for audiences."""

    name = "meta_create_custom_audience"
    description = (
        "Create a custom audience in a Meta ad account: for a customer list, of website visitors, or a lookalike of "
        "another audience."
    )
    input_model = CreateCustomAudienceInput
    form = objects.AUDIENCE
    stays = (
        "The custom audience {id} stays: no tool deletes it. Delete it in Meta Ads Manager; ad sets that use it stop "
        "delivering."
    )
    can_validate = False
    created_field = "time_created"
    is_listed_by_status = False

    async def parameters(self, client: MetaAdsConnector, given: CreateCustomAudienceInput) -> Form:
        """See ``MetaWriteTool``."""
        del client
        sent: Form = without_none({"name": given.name, "description": given.description})
        sent["subtype"] = _SUBTYPES[given.kind]
        if given.kind == "customer_list":
            return sent | {"customer_file_source": given.customer_file_source}
        if given.kind == "website":
            return sent | {"rule": compact(_rule(given)), "prefill": "true"}
        lookalike = compact({"country": given.country, "ratio": given.ratio})
        return sent | {"origin_audience_id": str(given.origin_audience_id), "lookalike_spec": lookalike}

    async def intended(
        self, client: MetaAdsConnector, given: CreateCustomAudienceInput, before: AdObject | None
    ) -> AdObject:
        """See ``WriteTool``."""
        del before
        source = given.customer_file_source if given.kind == "customer_list" else None
        values = {
            "subtype": _SUBTYPES[given.kind],
            "description": given.description,
            "customer_file_source": source,
            **{name: getattr(given, name) for name in ("country", "ratio", "pixel_id", "retention_days")},
            "url_contains": given.url_contains,
        }
        currency = await client.currency(given.account_id)
        return self.new_object("audience", given.account_id, given.name, currency, fields=without_none(values))


def _rule(given: CreateCustomAudienceInput) -> dict[str, Any]:
    """Visitors seen by the pixel, in Meta's rule language."""
    days = given.retention_days or 0
    rule: dict[str, Any] = {
        "event_sources": [{"id": given.pixel_id, "type": "pixel"}],
        "retention_seconds": days * objects.SECONDS_PER_DAY,
    }
    condition = {"field": "url", "operator": "i_contains", "value": given.url_contains or ""}
    rule["filter"] = {"operator": "and", "filters": [condition]}
    return {"inclusions": {"operator": "or", "rules": [rule]}}
