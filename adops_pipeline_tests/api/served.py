"""The API in this process beside SQL on its snapshot."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import httpx


@dataclass
class Served:
    """The API in this process, and its snapshot."""

    runner: asyncio.Runner
    client: httpx.AsyncClient
    con: duckdb.DuckDBPyConnection

    def is_known_since(self, day: date, **filters: Sequence[str]) -> bool:
        """Whether no account with rows that the filters let through was pulled from a later day on alone."""
        wanted = " AND ".join(
            [f"list_contains({list(values)}, {name})" for name, values in filters.items()] or ["true"]
        )
        found = self.con.execute(
            "SELECT coalesce(max(least(first_row, first_pull)) <= $day, true) FROM ("
            f" SELECT platform, account_id, min(date) AS first_row FROM analytics_metrics WHERE {wanted} GROUP BY ALL)"
            " JOIN (SELECT platform, account_id, min(range_start) AS first_pull FROM raw_pulls"
            " WHERE report = 'campaign_daily' GROUP BY ALL) USING (platform, account_id)",
            {"day": day},
        ).fetchone()
        return found == (True,)

    def ask(self, path: str, query: dict[str, Any]) -> httpx.Response:
        return self.runner.run(self.client.get(f"/api/analytics/{path}", params=query))

    def get(self, path: str, **query: Any) -> Any:
        response = self.ask(path, query)
        assert response.status_code == 200, response.text
        return response.json()
