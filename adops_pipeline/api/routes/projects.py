"""Projects: campaigns of one client or purpose across platforms. Their campaigns and sums are a module of their own."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field, model_validator

from adops_pipeline.api.access import ROLE_KEY
from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.models import ApiModel
from adops_pipeline.api.problems import responses
from adops_pipeline.api.requests import PageQuery, Words
from adops_pipeline.domain.projects import AssignmentRule, ProjectStatus
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.services.documents.projects import project_document
from adops_pipeline.services.projects import Project, ProjectFields

router = APIRouter(prefix="/api/projects", tags=["projects"])
_LISTING = "projects"
ProjectId = Annotated[str, Path(max_length=200, description="Id of the project.")]
_Text = Annotated[str, Field(min_length=1, max_length=200)]
_Long = Annotated[str, Field(max_length=2000)]


class RuleModel(ApiModel):
    """A rule: campaigns for which all of it holds belong to the project."""

    platform: Platform | None = None
    name_pattern: _Text | None = Field(
        None,
        description="Shell pattern for the name, ignoring case: `*` anything, `?` one character, `[ab]`.",
        examples=["Spring*"],
    )
    objective: _Text | None = Field(None, description="Objective, as the platform names it, ignoring case.")

    @model_validator(mode="after")
    def _says_something(self) -> "RuleModel":
        if self.platform is None and self.name_pattern is None and self.objective is None:
            raise ValueError("a rule needs platform, namePattern or objective")
        return self

    def rule(self) -> AssignmentRule:
        """The rule."""
        return AssignmentRule(self.platform, self.name_pattern, self.objective)


Rules = Annotated[list[RuleModel], Field(max_length=200)]


class ProjectChange(ApiModel):
    """Fields to change; what is not given stays, null empties it."""

    name: _Text | None = Field(None, description="Display name.", examples=["Spring sale"])
    description: _Long | None = Field(None, description="Purpose.")
    client: _Text | None = Field(None, description="Client of the project.", examples=["Acme"])
    category: _Text | None = Field(None, description="Category, such as a brand or a market.", examples=["retail"])
    currency: str | None = Field(None, pattern="^[A-Z]{3}$", description="ISO 4217 code of the budget.")
    monthly_budget: Decimal | None = Field(
        None, ge=0, lt=10**12, decimal_places=6, allow_inf_nan=False, description="Budget of a calendar month."
    )
    status: ProjectStatus | None = Field(None, description="Status; new projects are active.")
    rules: Rules | None = Field(None, description="Campaigns that match one of them belong to the project.")

    def over(self, before: ProjectFields) -> ProjectFields:
        """The fields after the change. Name, status and rules cannot be empty: null leaves them."""
        given: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        for name in ("name", "status", "rules"):
            if given.get(name) is None:
                given.pop(name, None)
        if self.rules is not None:
            given["rules"] = tuple(one.rule() for one in self.rules)
        return replace(before, **given)


class ProjectRequest(ProjectChange):
    """A new project."""

    name: _Text = Field(description="Display name.", examples=["Spring sale"])


class ProjectOut(ApiModel):
    """A project."""

    id: str
    name: str
    description: str | None
    client: str | None
    category: str | None
    currency: str | None
    monthly_budget: float | None = Field(description="Budget of a calendar month, in its currency.")
    status: ProjectStatus
    rules: list[RuleModel] = Field(description="In the order in which they were given.")
    created_at: datetime
    updated_at: datetime


class ProjectPage(ApiModel):
    """Projects by name."""

    items: list[ProjectOut]
    next_cursor: str | None
    total: int = Field(ge=0, description="Projects on all pages.")


class ProjectQuery(PageQuery):
    """Which projects."""

    status: list[ProjectStatus] = Field(
        [], max_length=4, description="Only these; without it, all but the archived ones."
    )
    category: Words = Field([], description="Only these categories.")
    client: Words = Field([], description="Only of these clients.")
    search: _Text | None = Field(None, description="Text within name or description, ignoring case.")

    def wants(self, fields: ProjectFields) -> bool:
        """Whether the project meets every condition but the status."""
        text = f"{fields.name}\n{fields.description or ''}".casefold()
        return (
            (not self.category or fields.category in self.category)
            and (not self.client or fields.client in self.client)
            and (self.search is None or self.search.casefold() in text)
        )


@router.get("", operation_id="list_projects", summary="List projects", responses=responses(422, 503))
def list_projects(services: ServicesDep, query: Annotated[ProjectQuery, Query()]) -> ProjectPage:
    """Projects by name."""
    wanted = [one for one in services.projects.every(query.status) if query.wants(one.fields)]
    shown, following = query.page(_LISTING, wanted, lambda one: (one.fields.name, one.id))
    return ProjectPage(items=[_out(one) for one in shown], next_cursor=following, total=len(wanted))


@router.post(
    "", status_code=201, operation_id="create_project", summary="Create a project", responses=responses(422, 503)
)
def create_project(body: ProjectRequest, services: ServicesDep, request: Request, response: Response) -> ProjectOut:
    """Create a project. Its rules take effect at once here, and in the published data with the next publishing."""
    project = services.projects.create(body.over(ProjectFields(body.name)))
    response.headers["Location"] = str(request.app.url_path_for("get_project", project_id=project.id))
    return _out(project)


@router.get(
    "/{project_id}",
    name="get_project",
    operation_id="get_project",
    summary="Read a project",
    responses=responses(404, 503),
)
def get_project(project_id: ProjectId, services: ServicesDep) -> ProjectOut:
    """One project."""
    return _out(services.projects.get(project_id))


@router.patch(
    "/{project_id}", operation_id="change_project", summary="Change a project", responses=responses(404, 422, 503)
)
def change_project(project_id: ProjectId, body: ProjectChange, services: ServicesDep) -> ProjectOut:
    """Change the given fields of a project. An archived project keeps its data, and its rules are out of force."""
    return _out(services.projects.change(project_id, body.over))


@router.delete(
    "/{project_id}",
    status_code=204,
    operation_id="delete_project",
    summary="Delete a project",
    responses=responses(404, 503),
    openapi_extra={ROLE_KEY: "admin"},
)
def delete_project(project_id: ProjectId, services: ServicesDep) -> None:
    """Delete a project and its assignments by hand. Campaigns and their data stay."""
    services.projects.remove(project_id)


def _out(project: Project) -> ProjectOut:
    return ProjectOut.model_validate(project_document(project))
