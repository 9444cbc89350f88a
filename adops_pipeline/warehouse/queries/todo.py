"""What to do today, from the published snapshot. Read-only."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from adops_pipeline.warehouse.connection import open_snapshot

_QUERY = """
SELECT platform, account_id, account_name, rank, severity, action, campaign_id, campaign_name, instruction, currency,
    money_at_stake, supersedes, as_of
FROM todo_today
ORDER BY platform, account_id, rank
"""


@dataclass(frozen=True, slots=True)
class TodoRow:
    """One action; money in the account's currency."""

    platform: str
    account_id: str
    account_name: str | None
    rank: int
    severity: str
    action: str
    campaign_id: str
    campaign_name: str | None
    instruction: str
    currency: str
    money_at_stake: Decimal | None
    supersedes: str | None
    as_of: date


def read_todo(snapshot: Path) -> list[TodoRow]:
    """The actions of every account, by account and rank. Raises WarehouseError before anything was published."""
    with open_snapshot(snapshot) as con:
        return [TodoRow(*row) for row in con.execute(_QUERY).fetchall()]
