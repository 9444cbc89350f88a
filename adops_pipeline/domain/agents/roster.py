"""The eight agents: purpose, platforms, workflows and playbooks. What they may do is in `domain.permissions`."""

from collections.abc import Mapping
from dataclasses import dataclass

from adops_pipeline.domain.agents.actions import Change, Note, Suggestion
from adops_pipeline.domain.agents.facts import Facts
from adops_pipeline.domain.agents.playbooks import (
    Playbook,
    check_data,
    follow_plan,
    keep_pace,
    look_for_anomalies,
    pause_idle,
    plan_budget_tests,
    report_channels,
    suggest_tests,
)
from adops_pipeline.domain.permissions import PermissionSet
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.domain.workflows.nearest import did_you_mean

_ALL = tuple(Platform)


class UnknownAgentError(ValueError):
    """An agent that is not in the roster."""


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent. Playbooks run in their order; of two changes of one campaign the first counts."""

    id: str
    purpose: str
    platforms: tuple[Platform, ...]
    workflows: tuple[str, ...]
    playbooks: tuple[Playbook, ...]


_AGENTS = (
    Agent("trader", "Keeps budgets on pace and stops spend without result, every day.", _ALL,
          ("pacing-check",), (keep_pace, pause_idle)),
    Agent("analyst", "Explains what changed, and says what is not known yet.", _ALL,
          ("anomaly-scan", "ab-test-evaluation", "benchmark-review"), (look_for_anomalies, plan_budget_tests)),
    Agent("social-media-buyer", "Buys on Meta and Pinterest.", (Platform.META_ADS, Platform.PINTEREST),
          ("pacing-check", "budget-reallocation"), (keep_pace, follow_plan, pause_idle)),
    Agent("search-buyer", "Buys on Google Ads.", (Platform.GOOGLE_ADS,),
          ("pacing-check", "budget-reallocation"), (keep_pace, follow_plan, pause_idle)),
    Agent("budget-planner", "Moves money to where it earns more, and asks for the tests that show where that is.", _ALL,
          ("budget-reallocation",), (follow_plan, plan_budget_tests)),
    Agent("creative-strategist", "Finds creatives that need a challenger.", _ALL,
          ("benchmark-review", "ab-test-evaluation"), (suggest_tests,)),
    Agent("quality-auditor", "Watches over the data that everybody else relies on.", _ALL,
          ("sync-platforms",), (check_data,)),
    Agent("account-reporter", "Reports to the client.", _ALL, ("cross-channel-report",), (report_channels,)),
)  # fmt: skip
ROSTER: Mapping[str, Agent] = {agent.id: agent for agent in _AGENTS}
"""The agents by id, in the order in which lists show them."""


def find_agent(agent_id: str) -> Agent:
    """The agent of that id. Raises UnknownAgentError with the nearest one."""
    if agent_id not in ROSTER:
        raise UnknownAgentError(f"there is no agent {agent_id!r}{did_you_mean(agent_id, list(ROSTER))}")
    return ROSTER[agent_id]


def suggest(agent: Agent, facts: Facts, permissions: PermissionSet) -> list[Suggestion]:
    """What the agent suggests now: within its platforms and permissions, one change for each campaign."""
    found: list[Suggestion] = []
    changed: set[tuple[str, str]] = set()
    for playbook in agent.playbooks:
        for one in playbook(facts):
            if isinstance(one, Change | Note) and one.platform is not None and one.platform not in agent.platforms:
                continue
            if isinstance(one, Change):
                subject = (one.platform, one.campaign_id)
                if subject in changed or permissions.allows(one.tool, one.platform, one.account_id):
                    continue
                changed.add(subject)
            found.append(one)
    return found
