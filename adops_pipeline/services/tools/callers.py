"""Who calls a tool: which agent an API token acts as, and the agent that a command names."""

from collections.abc import Mapping

from adops_pipeline.domain.access import Actor
from adops_pipeline.domain.permissions import PermissionSet
from adops_pipeline.domain.workflows.nearest import did_you_mean
from adops_pipeline.services.errors import InvalidError
from adops_pipeline.services.tools.definitions import Caller


def caller_of(actor: Actor, sets: Mapping[str, PermissionSet]) -> Caller:
    """The caller that a request's actor is; an agent where the settings bind the token of that name to one."""
    bound = next((one for one in sets.values() if actor.name in one.tokens), None)
    return Caller(actor.name, actor.role, bound)


def agent_caller(name: str, agent: str, sets: Mapping[str, PermissionSet]) -> Caller:
    """``name`` acting as ``agent``. Raises InvalidError for an unknown agent."""
    if agent not in sets:
        near = did_you_mean(agent, sets) or f"; the agents are {', '.join(sets)}"
        raise InvalidError("agent", f"there is no agent {agent!r}{near}")
    return Caller(name, "operator", sets[agent])
