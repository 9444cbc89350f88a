"""A folder as an older store leaves it: lists and maps, camelCase and snake_case."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

OLD: dict[str, Any] = {
    "projects.json": {
        "p1": {
            "name": "Spring", "clientName": "Acme", "currency": "EUR", "monthlyBudget": 12000.5, "status": "active",
            "rules": [{"platform": "google-ads", "namePattern": "Spring*"}], "createdAt": "2025-01-02T03:04:05Z",
            "campaignIds": ["c2"], "colour": "#ff0000",
        },
        "p2": {"name": "Summer", "created_at": 1735700645000},
    },
    "workflows.json": [
        {"id": "w1", "name": "Morning check", "type": "pacing-check", "params": {"lookbackDays": 7}, "enabled": False}
    ],
    "executions.json": [
        {
            "id": "e1", "workflowId": "pacing-check", "status": "success", "triggeredBy": "schedule",
            "startedAt": "2025-02-01T08:00:00+02:00", "completedAt": "2025-02-01T06:01:00Z",
            "steps": [{"name": "fetch", "status": "completed", "duration": 12.5}], "result": {"checked": 3},
        },
        {"id": "e2", "workflow_id": "pacing-check", "status": "running", "started_at": "2025-02-02 08:00:00"},
    ],
    "events.json": [
        {"type": "workflow.completed", "timestamp": "2025-02-01T06:01:00Z", "executionId": "e1", "payload": {"n": 1}},
        {"id": "ev0", "type": "workflow.started", "timestamp": "2025-02-01T06:00:00Z", "data": {}},
    ],
    "campaigns.json": [
        {"id": "c1", "platform": "google_ads", "externalId": 111, "name": "Spring 1", "projectId": "p1", "budget": 0.1},
        {"id": "c2", "platform": "Meta", "external_id": "222", "name": "Spring 2", "metrics": {"ctr": 0.0123}},
    ],
    "activity.json": {"a1": {"timestamp": "2025-02-01T06:01:00Z", "message": "Checked", "type": "Workflow"}},
}  # fmt: skip


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Writes a folder `old` with the given files; without any, with all of `OLD`."""

    def write(**files: object) -> Path:
        folder = tmp_path / "old"
        folder.mkdir()
        for name, content in (files or {n.removesuffix(".json"): c for n, c in OLD.items()}).items():
            text = content if isinstance(content, str) else json.dumps(content)
            (folder / f"{name}.json").write_text(text)
        return folder

    return write
