"""A project as JSON, as the API and the command line show it."""

from typing import Any

from adops_pipeline.domain.projects import AssignmentRule
from adops_pipeline.services.projects import Project


def project_document(project: Project) -> dict[str, Any]:
    """The project; the budget is that of a calendar month, in its currency."""
    own = project.fields
    return {
        "id": project.id,
        "name": own.name,
        "description": own.description,
        "client": own.client,
        "category": own.category,
        "currency": own.currency,
        "monthly_budget": None if own.monthly_budget is None else float(own.monthly_budget),
        "status": own.status,
        "rules": [
            {"platform": rule.platform, "name_pattern": rule.name_pattern, "objective": rule.objective}
            for rule in own.rules
        ],
        "created_at": project.created_at,
        "updated_at": project.updated_at,
    }


def rule_text(rule: AssignmentRule) -> str:
    """``platform=meta-ads,name=Spring*``, as `adops project create --rule` takes it."""
    parts = {"platform": rule.platform, "name": rule.name_pattern, "objective": rule.objective}
    return ",".join(f"{name}={value}" for name, value in parts.items() if value)
