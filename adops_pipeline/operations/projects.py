"""Projects and the campaigns assigned to them. Rules of assignment: `domain.projects`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from adops_pipeline.domain.currencies import CURRENCIES
from adops_pipeline.domain.projects import AssignmentRule, ProjectStatus
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.operations import events
from adops_pipeline.operations.errors import InvalidError
from adops_pipeline.operations.rows import row_of
from adops_pipeline.operations.schema import project_campaigns, projects
from adops_pipeline.operations.statements import NewId, random_id


@dataclass(frozen=True, slots=True)
class ProjectFields:
    """Fields of a project that a user sets. ``monthly_budget`` requires ``currency`` (ISO 4217)."""

    name: str
    description: str | None = None
    client: str | None = None
    category: str | None = None
    currency: str | None = None
    monthly_budget: Decimal | None = None
    status: ProjectStatus = ProjectStatus.ACTIVE
    rules: tuple[AssignmentRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """A stored project."""

    id: str
    fields: ProjectFields
    created_at: datetime
    updated_at: datetime


def create(con: Connection, fields: ProjectFields, at: datetime, new_id: NewId = random_id) -> Project:
    """Store a new project."""
    _check(fields)
    project = Project(new_id(), fields, at, at)
    con.execute(insert(projects).values(id=project.id, created_at=at, updated_at=at, **_columns(fields)))
    _tell(con, project, "created", at)
    return project


def get(con: Connection, project_id: str) -> Project:
    """The project. Raises NotFoundError if there is none."""
    return _project(row_of(con, projects, project_id, "project"))


def every(con: Connection, *, archived: bool = False) -> list[Project]:
    """Projects by name; archived ones only on request."""
    query = select(projects).order_by(projects.c.name, projects.c.id)
    if not archived:
        query = query.where(projects.c.status != ProjectStatus.ARCHIVED)
    return [_project(row) for row in con.execute(query).mappings()]


def change(con: Connection, project_id: str, fields: ProjectFields, at: datetime) -> Project:
    """Change a project's fields."""
    _check(fields)
    before = get(con, project_id)
    if before.fields == fields:
        return before
    con.execute(update(projects).where(projects.c.id == project_id).values(updated_at=at, **_columns(fields)))
    project = Project(project_id, fields, before.created_at, at)
    _tell(con, project, "updated", at)
    return project


def remove(con: Connection, project_id: str, at: datetime) -> None:
    """Delete a project and its manual assignments."""
    project = get(con, project_id)
    con.execute(delete(projects).where(projects.c.id == project_id))
    _tell(con, project, "deleted", at)


def assign_by_hand(con: Connection, campaign_id: str, project_id: str | None, at: datetime) -> None:
    """Assign a campaign to a project regardless of the rules; None returns it to the rules.

    Raises NotFoundError if there is no such project.
    """
    con.execute(delete(project_campaigns).where(project_campaigns.c.campaign_id == campaign_id))
    if project_id is not None:
        get(con, project_id)
        con.execute(
            insert(project_campaigns).values(campaign_id=campaign_id, project_id=project_id, assigned_at=at)
        )  # fmt: skip


def by_hand(con: Connection) -> dict[str, str]:
    """Campaign id → project id of manual assignments."""
    columns = (project_campaigns.c.campaign_id, project_campaigns.c.project_id)
    return {row.campaign_id: row.project_id for row in con.execute(select(*columns))}


def rules(con: Connection) -> dict[str, Sequence[AssignmentRule]]:
    """The rules of every project that is not archived, by project id: what `domain.projects.assign` takes."""
    return {project.id: project.fields.rules for project in every(con)}


def rules_from(documents: object) -> tuple[AssignmentRule, ...]:
    """Rules from a JSON list of {platform, name_pattern, objective}. Raises InvalidError with rule and field."""
    if not isinstance(documents, Sequence) or isinstance(documents, str):
        raise InvalidError("rules", "must be a list of {platform, name_pattern, objective}")
    return tuple(_rule(f"rules[{n}]", document) for n, document in enumerate(documents))


def _rule(place: str, document: object) -> AssignmentRule:
    if not isinstance(document, Mapping):
        raise InvalidError(place, "must be {platform, name_pattern, objective}")
    known = {"platform", "name_pattern", "namePattern", "objective"}
    unknown = sorted(str(k) for k in document.keys() - known)
    if unknown:
        raise InvalidError(
            f"{place}.{unknown[0]}", "unknown field; the fields are platform, name_pattern and objective"
        )
    for name, value in document.items():
        if value is not None and not isinstance(value, str):
            raise InvalidError(f"{place}.{name}", f"must be text, got {value!r}")
    platform = document.get("platform")
    if platform is not None and platform not in set(Platform):
        raise InvalidError(f"{place}.platform", f"must be one of {', '.join(Platform)}, got {platform!r}")
    pattern = document.get("name_pattern") or document.get("namePattern")
    try:
        return AssignmentRule(Platform(platform) if platform else None, pattern, document.get("objective"))
    except ValueError as error:
        raise InvalidError(place, str(error)) from None


def _check(fields: ProjectFields) -> None:
    if not fields.name.strip():
        raise InvalidError("name", "must not be empty")
    currency = fields.currency
    if currency is not None and currency not in CURRENCIES:
        raise InvalidError("currency", f"must be an ISO 4217 code such as EUR, got {currency!r}")
    budget = fields.monthly_budget
    if budget is None:
        return
    if not budget.is_finite() or budget < 0:
        raise InvalidError("monthly_budget", f"must be zero or more, got {budget}")
    if budget >= 10**12 or budget != round(budget, 6):
        raise InvalidError("monthly_budget", f"must be below 10^12 and have at most six decimals, got {budget}")
    if currency is None:
        raise InvalidError("currency", "is required with a monthly_budget")


def _columns(fields: ProjectFields) -> dict[str, Any]:
    return {
        "name": fields.name, "description": fields.description, "client": fields.client, "category": fields.category,
        "currency": fields.currency,
        "monthly_budget": fields.monthly_budget, "status": fields.status.value,
        "rules": [asdict(rule) for rule in fields.rules],
    }  # fmt: skip


def _project(row: Mapping[Any, Any]) -> Project:
    fields = ProjectFields(
        name=row["name"], description=row["description"], client=row["client"], category=row["category"],
        currency=row["currency"],
        monthly_budget=row["monthly_budget"], status=ProjectStatus(row["status"]), rules=rules_from(row["rules"]),
    )  # fmt: skip
    return Project(row["id"], fields, row["created_at"], row["updated_at"])


def _tell(con: Connection, project: Project, what: str, at: datetime) -> None:
    data = {"name": project.fields.name, "link": f"/projects/{project.id}"}
    events.append(con, f"project.{what}", at=at, subject=project.id, project_id=project.id, data=data)
