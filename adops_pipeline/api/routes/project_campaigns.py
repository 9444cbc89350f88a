"""Campaigns of projects as assigned now, trials of rules, and the sums of a project."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.models import ApiModel
from adops_pipeline.api.problems import ApiError, responses
from adops_pipeline.api.requests import PageQuery
from adops_pipeline.api.routes.projects import ProjectId, Rules
from adops_pipeline.domain.vocabulary import CampaignStatus, Platform
from adops_pipeline.services.documents.overview import Overview, overview_document
from adops_pipeline.services.documents.periods import PeriodAgainst
from adops_pipeline.services.projects import AssignedCampaign, ProjectCampaign, RuleMatch

router = APIRouter(prefix="/api/projects", tags=["projects"])
_CAMPAIGNS, _DISPUTED = "projects/campaigns", "projects/disputed"
_MOST_MATCHES = 1000
_NO_CAMPAIGN = ":"
"""An id that no campaign has: a project without campaigns has no sums, rather than those of all campaigns."""
CampaignId = Annotated[
    str, Path(max_length=200, description="`platform:campaign_id`.", examples=["meta-ads:238500000001"])
]  # fmt: skip


class ProjectCampaignOut(ApiModel):
    """A campaign."""

    id: str = Field(description="`platform:campaign_id`.")
    platform: Platform
    account_id: str
    name: str
    status: CampaignStatus
    objective: str | None
    currency: str


class AssignedOut(ProjectCampaignOut):
    """A campaign of a project."""

    assigned_by: Literal["hand", "rule"] = Field(description="Whether a person or a rule put it there.")


class AssignedPage(ApiModel):
    """Campaigns of a project, by id."""

    items: list[AssignedOut]
    next_cursor: str | None
    total: int = Field(ge=0, description="Campaigns on all pages.")


class DisputedOut(ProjectCampaignOut):
    """A campaign that the rules of several projects claim."""

    project_ids: list[str]


class DisputedPage(ApiModel):
    """Disputed campaigns, by id."""

    items: list[DisputedOut]
    next_cursor: str | None
    total: int = Field(ge=0, description="Campaigns on all pages.")


class RuleTrialRequest(ApiModel):
    """Rules to try, for a new project or in place of those of one."""

    rules: Rules = Field(min_length=1, description="The rules, tried in this order.")
    project_id: str | None = Field(None, max_length=200, description="Project whose rules they would replace.")


class RuleMatchOut(ProjectCampaignOut):
    """A campaign that the rules match."""

    rule: int = Field(ge=0, description="Index of the first rule that it matches.")
    outcome: Literal["joins", "stays", "assigned-by-hand", "disputed"] = Field(
        description="It would join, is in the project already, stays where a person put it, or is claimed by others."
    )
    other_project_ids: list[str] = Field(description="Projects whose rules claim it, too.")


class RuleTrialOut(ApiModel):
    """What the rules would do. Nothing was stored."""

    total: int = Field(ge=0, description="Campaigns that the rules match.")
    items: list[RuleMatchOut] = Field(description=f"The first {_MOST_MATCHES:,} of them, by id.")


@router.get(
    "/disputed-campaigns",
    operation_id="list_disputed_campaigns",
    summary="List disputed campaigns",
    responses=responses(422, 503),
)
def list_disputed(services: ServicesDep, query: Annotated[PageQuery, Query()]) -> DisputedPage:
    """Campaigns that the rules of several projects claim: they are in none until a person assigns them."""
    found = services.projects.disputed()
    shown, following = query.page(_DISPUTED, found, lambda one: (one[0].id,))
    items = [
        DisputedOut.model_validate(_fields(campaign) | {"project_ids": list(claims)}) for campaign, claims in shown
    ]
    return DisputedPage(items=items, next_cursor=following, total=len(found))


@router.post(
    "/try-rules",
    operation_id="try_project_rules",
    summary="Try assignment rules",
    responses=responses(404, 422, 503),
    openapi_extra={"x-role": "reader"},
)
def try_rules(body: RuleTrialRequest, services: ServicesDep) -> RuleTrialOut:
    """What rules would match among the present campaigns, before they are saved."""
    found = services.projects.try_rules([one.rule() for one in body.rules], body.project_id)
    return RuleTrialOut(total=len(found), items=[_match(one) for one in found[:_MOST_MATCHES]])


@router.get(
    "/{project_id}/campaigns",
    operation_id="list_project_campaigns",
    summary="List campaigns of a project",
    responses=responses(404, 422, 503),
)
def list_campaigns(project_id: ProjectId, services: ServicesDep, query: Annotated[PageQuery, Query()]) -> AssignedPage:
    """The campaigns of a project as assigned now, by rule or by hand."""
    found = services.projects.campaigns(project_id)
    shown, following = query.page(_CAMPAIGNS, found, lambda one: (one.campaign.id,))
    return AssignedPage(items=[_assigned(one) for one in shown], next_cursor=following, total=len(found))


@router.put(
    "/{project_id}/campaigns/{campaign_id}",
    operation_id="assign_campaign",
    summary="Assign a campaign",
    responses=responses(404, 503),
)
def assign_campaign(project_id: ProjectId, campaign_id: CampaignId, services: ServicesDep) -> AssignedOut:
    """Put a campaign into a project by hand, whatever the rules say; it leaves the project that it was in."""
    return _assigned(services.projects.assign(project_id, campaign_id))


@router.delete(
    "/{project_id}/campaigns/{campaign_id}",
    status_code=204,
    operation_id="unassign_campaign",
    summary="Return a campaign to the rules",
    responses=responses(404, 503),
)
def unassign_campaign(project_id: ProjectId, campaign_id: CampaignId, services: ServicesDep) -> None:
    """Take back an assignment by hand: from now on the rules decide."""
    services.projects.unassign(project_id, campaign_id)


@router.get(
    "/{project_id}/overview",
    operation_id="project_overview",
    summary="Sums of a project",
    response_model=Overview,
    responses=responses(404, 422, 503),
)
def get_overview(
    project_id: ProjectId, services: ServicesDep, request: Request, period: Annotated[PeriodAgainst, Query()]
) -> Response:
    """Totals of a project's campaigns as assigned now, against the period before, and their days."""
    if period.project_id is not None:
        raise ApiError(422, "invalid-request", "projectId: the project is in the address")
    ids = [one.campaign.id for one in services.projects.campaigns(project_id)] or [_NO_CAMPAIGN]
    reporting = request.app.state.services.settings.reporting_currency
    with services.snapshots.reading() as snapshot:
        body = overview_document(snapshot, period, reporting, ids)
    return Response(body, media_type="application/json")


def _fields(campaign: ProjectCampaign) -> dict[str, object]:
    return {
        "id": campaign.id, "platform": campaign.platform, "account_id": campaign.account_id, "name": campaign.name,
        "status": campaign.status, "objective": campaign.objective, "currency": campaign.currency,
    }  # fmt: skip


def _assigned(one: AssignedCampaign) -> AssignedOut:
    return AssignedOut.model_validate(_fields(one.campaign) | {"assigned_by": one.how})


def _match(one: RuleMatch) -> RuleMatchOut:
    more = {"rule": one.rule, "outcome": one.outcome, "other_project_ids": list(one.others)}
    return RuleMatchOut.model_validate(_fields(one.campaign) | more)
