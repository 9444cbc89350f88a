"""An account that could not be pulled: the one class that sync, alerts, workflow results and summaries use."""

from dataclasses import dataclass

from adops_pipeline.domain.vocabulary import Platform

ALL_ACCOUNTS = "*"
"""The account id of a failure that concerns every account of a platform, e.g. a revoked token."""


@dataclass(frozen=True, slots=True)
class AccountFailure:
    """An account that could not be pulled, and why in one line. ``is_auth``: only new credentials will help."""

    platform: Platform
    account_id: str
    reason: str
    is_auth: bool = False

    @property
    def is_whole_platform(self) -> bool:
        """Whether no account of the platform could be pulled."""
        return self.account_id == ALL_ACCOUNTS
