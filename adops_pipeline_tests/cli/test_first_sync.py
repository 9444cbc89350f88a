"""The first sync is requested once, and only where nothing was published."""

import pytest

from adops_pipeline.parts.supervise import sync_at_once
from adops_pipeline.services.first_sync import request_first_sync
from adops_pipeline.wiring import Services


def test_a_folder_without_published_data_asks_for_one_sync_of_all_platforms(services: Services) -> None:
    first = request_first_sync(services.executions, services.snapshot_path)
    assert first is not None
    assert (first.workflow_id, first.status, first.parameters) == ("sync-platforms", "pending", {"platforms": []})
    again = request_first_sync(services.executions, services.snapshot_path)
    assert again is not None
    assert [one.id for one in services.executions.pending(9)] == [first.id] == [again.id]
    services.executions.cancel(first.id, by="kim")
    later = request_first_sync(services.executions, services.snapshot_path)
    assert later is not None
    assert later.id != first.id
    services.executions.cancel(later.id, by="kim")
    services.snapshot_path.write_bytes(b"published")
    assert request_first_sync(services.executions, services.snapshot_path) is None
    assert services.executions.pending(9) == []


def test_up_asks_for_it_and_names_the_execution(services: Services, capfd: pytest.CaptureFixture[str]) -> None:
    sync_at_once(services.settings.data_dir)
    (pending,) = services.executions.pending(9)
    assert f"the first sync begins now (execution {pending.id})" in capfd.readouterr().out
