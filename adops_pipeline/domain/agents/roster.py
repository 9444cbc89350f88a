"""The eight agents: purpose, platforms, workflows and the names of their playbooks, which are in `playbooks`.

What agents may do is in `domain.permissions`. Lists of agents import this module, so it needs no statistics.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.domain.workflows.nearest import did_you_mean

_ALL = tuple(Platform)
PLAYBOOKS: Mapping[str, str] = {
    "follow_plan": "Set the daily budgets that the budget plan of today asks for.",
    "keep_pace": "Set the daily budgets that pacing of today asks for.",
    "pause_idle": "Pause campaigns that spent five conversions' worth without one, while their account converts.",
    "adjust_bids": "Change bids by a tenth where an ad group's conversions are clearly dearer or cheaper than usual.",
    "plan_budget_tests": "Name campaigns whose response to spend is not known: their spend never varied.",
    "suggest_tests": "Name campaigns without a running test whose click rate is below that of most peers.",
    "check_data": "Name accounts without fresh data, and have the platforms concerned pulled again.",
    "look_for_anomalies": "Run the scan for anomalies and the evaluation of tests.",
    "report_channels": "Run the report across the platforms.",
}
"""What each playbook does."""


class UnknownAgentError(ValueError):
    """An agent that is not in the roster."""


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent. Playbooks run in their order; of two changes of one campaign the first counts."""

    id: str
    purpose: str
    platforms: tuple[Platform, ...]
    workflows: tuple[str, ...]
    playbooks: tuple[str, ...]


_AGENTS = (
    Agent("trader", "Keeps budgets on pace and stops spend without result, every day.", _ALL,
          ("pacing-check",), ("keep_pace", "pause_idle")),
    Agent("analyst", "Explains what changed, and says what is not known yet.", _ALL,
          ("anomaly-scan", "ab-test-evaluation", "benchmark-review"), ("look_for_anomalies", "plan_budget_tests")),
    Agent("social-media-buyer", "Buys on Meta and Pinterest.", (Platform.META_ADS, Platform.PINTEREST),
          ("pacing-check", "budget-reallocation"), ("keep_pace", "follow_plan", "pause_idle", "adjust_bids")),
    Agent("search-buyer", "Buys on Google Ads.", (Platform.GOOGLE_ADS,),
          ("pacing-check", "budget-reallocation"), ("keep_pace", "follow_plan", "pause_idle", "adjust_bids")),
    Agent("budget-planner", "Moves money to where it earns more, and asks for the tests that show where that is.", _ALL,
          ("budget-reallocation",), ("follow_plan", "plan_budget_tests")),
    Agent("creative-strategist", "Finds creatives that need a challenger.", _ALL,
          ("benchmark-review", "ab-test-evaluation"), ("suggest_tests",)),
    Agent("quality-auditor", "Watches over the data that everybody else relies on.", _ALL,
          ("sync-platforms",), ("check_data",)),
    Agent("account-reporter", "Reports to the client.", _ALL, ("cross-channel-report",), ("report_channels",)),
)  # fmt: skip
ROSTER: Mapping[str, Agent] = {agent.id: agent for agent in _AGENTS}
"""The agents by id, in the order in which lists show them."""


def find_agent(agent_id: str) -> Agent:
    """The agent of that id. Raises UnknownAgentError with the nearest one."""
    if agent_id not in ROSTER:
        raise UnknownAgentError(f"there is no agent {agent_id!r}{did_you_mean(agent_id, list(ROSTER))}")
    return ROSTER[agent_id]
