"""Settings of agents: what each may do. What a block does not set stays as the agent's default."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from pydantic import Field

from adops_pipeline.domain.permissions import DEFAULT_SETS, Caps, PermissionSet
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.settings.base import Block

_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


class AgentSettings(Block):
    """What one agent may do."""

    tools: tuple[str, ...] | None = Field(
        None, description="Tools by name; * stands for any text, as in `pinterest_list_*`."
    )
    platforms: tuple[Platform, ...] | None = Field(None, description="Platforms; an empty list allows all.")
    accounts: tuple[str, ...] | None = Field(None, description="Ids of accounts; an empty list allows all.")
    tokens: tuple[str, ...] = Field((), description="Names of API tokens whose holders act as this agent.")
    max_change_per_step_pct: float | None = Field(
        None, gt=0, description="Largest change of a budget or bid in one proposal, in percent."
    )
    max_money_per_change: Decimal | None = Field(
        None, gt=0, description="Most money per day that one proposal may move, in the reporting currency."
    )
    max_money_per_day: Decimal | None = Field(
        None, gt=0, description="Most money per day that an account's proposals of a day may move together, likewise."
    )
    max_changes_per_day: int | None = Field(None, ge=1, description="Changes of one account in a day.")

    def permission_set(self, name: str) -> PermissionSet:
        """The agent's default set with what is set here."""
        default = DEFAULT_SETS.get(name, PermissionSet(name, ()))
        caps = Caps(
            self.max_change_per_step_pct, self.max_money_per_change, self.max_money_per_day, self.max_changes_per_day
        )
        given = {"tools": self.tools, "platforms": self.platforms, "accounts": self.accounts}
        changed = {field: value for field, value in given.items() if value is not None}
        return replace(default, **changed, tokens=self.tokens, caps=caps)  # type: ignore[arg-type]


def permission_sets(agents: Mapping[str, AgentSettings]) -> Mapping[str, PermissionSet]:
    """What each agent may do, the default ones included. Raises ValueError for blocks that contradict each other."""
    acting: dict[str, str] = {}
    for name, agent in agents.items():
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of an agent: use lower-case letters, digits and dashes")
        if name not in DEFAULT_SETS and agent.tools is None:
            raise ValueError(f"agents.{name}.tools is needed: {name} is none of {', '.join(DEFAULT_SETS)}")
        for token in agent.tokens:
            if token in acting:
                raise ValueError(f"the token {token!r} acts as two agents: {acting[token]} and {name}")
            acting[token] = name
    return DEFAULT_SETS | {name: agent.permission_set(name) for name, agent in agents.items()}
