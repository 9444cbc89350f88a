"""The API in this process beside SQL on its snapshot."""

import asyncio
from dataclasses import dataclass
from typing import Any

import duckdb
import httpx


@dataclass
class Served:
    """The API in this process, and its snapshot."""

    runner: asyncio.Runner
    client: httpx.AsyncClient
    con: duckdb.DuckDBPyConnection

    def ask(self, path: str, query: dict[str, Any]) -> httpx.Response:
        return self.runner.run(self.client.get(f"/api/analytics/{path}", params=query))

    def get(self, path: str, **query: Any) -> Any:
        response = self.ask(path, query)
        assert response.status_code == 200, response.text
        return response.json()
