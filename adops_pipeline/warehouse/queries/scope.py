"""What is asked for: days, the days that they are compared with, and filters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import duckdb

from adops_pipeline.warehouse.sql import statement

Dimension = Literal["platform", "account", "project", "currency"]


@dataclass(frozen=True, slots=True)
class Scope:
    """Days from ``first`` to ``last``, both included, of the campaigns that every given filter lets through."""

    first: date
    last: date
    platforms: Sequence[str] = ()
    account_ids: Sequence[str] = ()
    currencies: Sequence[str] = ()
    project_id: str | None = None
    campaign_ids: Sequence[str] = ()
    """`platform:campaign_id`."""
    compared: tuple[date, date] | None = None
    """First and last day of the period to compare with; by default the one of the same length before it."""

    @property
    def before(self) -> date:
        """First day of the period that it is compared with."""
        return self.compared[0] if self.compared else self.first - (self.last - self.first) - timedelta(days=1)

    @property
    def before_last(self) -> date:
        """Last day of that period."""
        return self.compared[1] if self.compared else self.first - timedelta(days=1)

    @property
    def projects(self) -> Sequence[str]:
        """The project as a list."""
        return () if self.project_id is None else (self.project_id,)

    @property
    def filters(self) -> dict[str, Sequence[str]]:
        """The given values of each column, by its name in lists of campaigns."""
        return {
            "id": self.campaign_ids, "platform": self.platforms, "account_id": self.account_ids,
            "currency": self.currencies, "project_id": self.projects,
        }  # fmt: skip

    @property
    def values(self) -> dict[str, object]:
        """The values bound in a query of the scope's days."""
        return {
            "first": self.first, "last": self.last, "platforms": list(self.platforms),
            "accounts": list(self.account_ids), "currencies": list(self.currencies), "project": self.project_id,
        }  # fmt: skip

    @property
    def compared_values(self) -> dict[str, object]:
        """The values bound in a query of some campaigns' days in both periods."""
        both = {"before": self.before, "before_last": self.before_last, "campaigns": list(self.campaign_ids)}
        return self.values | both


def newest_day(con: duckdb.DuckDBPyConnection) -> date | None:
    """The last day that was over in every account, those aside that nobody has pulled for a week; None without data."""
    query = """
    SELECT min(last_day) FILTER (WHERE last_day > newest - 7) FROM (
        SELECT max(date) AS last_day, max(max(date)) OVER () AS newest
        FROM rollup_daily WHERE is_complete_day GROUP BY platform, account_id
    )
    """
    (found,) = con.execute(query).fetchone() or (None,)
    return found if isinstance(found, date) else None


class KnownDays:
    """From which day on each account is known without a hole; days that were not pulled are none without results."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        query = statement("known_accounts").replace("known_days", f"({statement('known_days')})")
        self._accounts: list[tuple[str, str, str | None, date]] = con.execute(query).fetchall()
        self.first = {(platform, account): day for platform, account, _, day in self._accounts}
        """By platform and account."""

    @property
    def since(self) -> date | None:
        """The day from which every account is known; None where nothing was pulled."""
        return max(self.first.values(), default=None)

    def is_comparable(self, scope: Scope) -> bool:
        """Whether the period to compare with is known as a whole, of every account that the scope lets through."""
        return all(
            day <= scope.before
            for platform, account, currency, day in self._accounts
            if (not scope.platforms or platform in scope.platforms)
            and (not scope.account_ids or account in scope.account_ids)
            and (not scope.currencies or currency in scope.currencies)
        )
