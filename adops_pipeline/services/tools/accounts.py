"""Keeps an agent whose accounts are limited to the published rows of these accounts."""

from collections.abc import Sequence

from pydantic import BaseModel

from adops_pipeline.domain.permissions import plain_account
from adops_pipeline.services.tools.definitions import Caller, ToolDefinition
from adops_pipeline.services.tools.errors import ToolError

_OPEN = ("list_tables", "describe_table", "list_calendar", "list_maturity")
"""Answers that concern no account."""


def within_accounts(tool: ToolDefinition, given: BaseModel, caller: Caller) -> BaseModel:
    """The arguments, limited to the caller's accounts where it has any. Raises ToolError for what cannot be limited."""
    allowed: Sequence[str] = () if caller.permissions is None else caller.permissions.accounts
    if not allowed or tool.group not in ("analytics", "data") or tool.name in _OPEN:
        return given
    agent, asked = caller.agent, getattr(given, "account_id", None)
    names_campaign = isinstance(getattr(given, "campaign_id", None), str)
    if not isinstance(asked, list) or names_campaign:
        lists = "use a list such as list_campaigns"
        raise ToolError("not-permitted", f"{tool.name} cannot be limited to the accounts of agent {agent}; {lists}")
    known = {plain_account(one) for one in allowed}
    foreign = [one for one in asked if plain_account(one) not in known]
    if foreign:
        refused = f"agent {agent} may not read {', '.join(foreign)}; its accounts are {', '.join(allowed)}"
        raise ToolError("not-permitted", f"account_id: {refused}")
    return given.model_copy(update={"account_id": asked or sorted({*allowed, *known})})
