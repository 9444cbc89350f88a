"""JSON documents of the roster and of what its agents suggest."""

from typing import Any

from adops_pipeline.domain.agents.actions import Change, Execution, Result
from adops_pipeline.domain.agents.roster import PLAYBOOKS, Agent
from adops_pipeline.domain.permissions import PermissionSet


def agent_document(agent: Agent, permissions: PermissionSet) -> dict[str, Any]:
    """An agent with what it may do."""
    return {
        "id": agent.id,
        "purpose": agent.purpose,
        "platforms": [platform.value for platform in permissions.platforms or agent.platforms],
        "accounts": list(permissions.accounts),
        "workflows": list(agent.workflows),
        "tools": list(permissions.tools),
        "playbooks": [PLAYBOOKS[name] for name in agent.playbooks],
    }


def result_document(result: Result) -> dict[str, Any]:
    """A suggestion and what became of it."""
    one = result.suggestion
    common: dict[str, Any] = {"outcome": result.outcome, "detail": result.detail}
    if isinstance(one, Change):
        return common | {
            "kind": one.kind, "subject": f"{one.platform.value}:{one.campaign_id}", "reason": one.reason,
            "tool": one.tool, "arguments": dict(one.arguments), "evidence": [e.document for e in one.evidence],
        }  # fmt: skip
    if isinstance(one, Execution):
        return common | {
            "kind": "run_workflow", "subject": one.workflow, "reason": one.reason, "tool": "run_workflow",
            "arguments": dict(one.parameters), "evidence": [],
        }  # fmt: skip
    return common | {
        "kind": "note", "subject": one.subject, "reason": one.finding, "tool": None, "arguments": {},
        "evidence": [e.document for e in one.evidence],
    }  # fmt: skip
