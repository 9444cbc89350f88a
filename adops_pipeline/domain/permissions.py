"""What an agent may do: which tools, on which platforms and accounts, and how much it may change.

The sets of the eight agents are the defaults; settings override them. People's calls have the tools of their role.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatchcase

from adops_pipeline.domain.vocabulary import Platform


@dataclass(frozen=True, slots=True)
class Caps:
    """What an agent may change at most, beside what the settings of proposals allow; None: no cap of its own.

    Money in the reporting currency, the change of a budget or bid in percent.
    """

    max_change_per_step_pct: float | None = None
    max_money_per_change: Decimal | None = None
    max_money_per_day: Decimal | None = None
    max_changes_per_day: int | None = None


@dataclass(frozen=True, slots=True)
class PermissionSet:
    """Tools by name, with * for any text; platforms and accounts by id, all of them where none is given.

    ``tokens``: names of the API tokens whose holders act as this agent.
    """

    name: str
    tools: Sequence[str]
    platforms: Sequence[Platform] = ()
    accounts: Sequence[str] = ()
    caps: Caps = field(default_factory=Caps)
    tokens: Sequence[str] = ()

    def allows(self, tool: str, platform: Platform | None = None, account_id: str | None = None) -> str | None:
        """None where the call is allowed; else why not, and what to do."""
        if not any(fnmatchcase(tool, pattern) for pattern in self.tools):
            return (
                f"agent {self.name} may not use {tool}; its tools are {', '.join(self.tools)}. "
                f"Somebody else can call it, or {self._where('tools')} can allow it"
            )
        if platform is not None and self.platforms and platform not in self.platforms:
            return (
                f"agent {self.name} works on {', '.join(self.platforms)} and not on {platform}; "
                f"{self._where('platforms')} can allow it"
            )
        if account_id is not None and self.accounts and plain_account(account_id) not in self._plain_accounts():
            return (
                f"agent {self.name} may not use account {account_id}; its accounts are {', '.join(self.accounts)}. "
                f"{self._where('accounts')} can allow it"
            )
        return None

    def _where(self, setting: str) -> str:
        return f"{setting} of [agents.{self.name}] in adops.toml"

    def _plain_accounts(self) -> set[str]:
        return {plain_account(one) for one in self.accounts}


def plain_account(account_id: str) -> str:
    """An account's id without what platforms write around it: `act_` of Meta, dashes of Google Ads."""
    return account_id.strip().removeprefix("act_").replace("-", "")


_ANALYSIS = ("get_*", "list_*", "compare_*", "describe_table", "query_snapshot", "recall", "why")
_READING = (*_ANALYSIS, "*_list_*", "*_get_*", "google_ads_run_gaql")
_SOCIAL = (Platform.META_ADS, Platform.PINTEREST)
_AGENTS = (
    PermissionSet("trader", (*_READING, "*_update_*", "run_workflow", "remember")),
    PermissionSet("analyst", (*_READING, "run_workflow", "remember")),
    PermissionSet("social-media-buyer", (*_READING, "*_create_*", "*_update_*", "run_workflow", "remember"), _SOCIAL),
    PermissionSet(
        "search-buyer",
        (*_READING, "*_create_*", "*_update_*", "*_add_*", "run_workflow", "remember"),
        (Platform.GOOGLE_ADS,),
    ),
    PermissionSet("budget-planner", (*_READING, "*_update_campaign*", "*_update_budget", "run_workflow", "remember")),
    PermissionSet(
        "creative-strategist",
        (*_READING, "*_create_ad", "*_create_responsive_search_ad", "*_create_ad_creative", "*_create_pin", "remember"),
    ),
    PermissionSet("quality-auditor", (*_READING, "run_workflow", "remember")),
    PermissionSet("account-reporter", (*_ANALYSIS, "run_workflow")),
)
DEFAULT_SETS: dict[str, PermissionSet] = {one.name: one for one in _AGENTS}
"""What the eight agents may do unless settings say otherwise. None of them approves proposals."""
