"""Promises of the import: all or nothing, counted, nothing lost, and the old folder kept."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from adops_pipeline.operations import activity, events, executions, projects
from adops_pipeline.operations.errors import StoreError
from adops_pipeline.operations.importing import BadRecordError, Imported, import_folder
from adops_pipeline.operations.schema import imported_campaigns, metadata, saved_workflows
from adops_pipeline.operations.schema import projects as projects_table
from adops_pipeline.operations.schema import workflow_executions as executions_table
from adops_pipeline.operations.store import Store
from adops_pipeline_tests.operations.conftest import NOW

Written = Callable[..., Path]


def _rows(store: Store) -> dict[str, int]:
    with store.reading() as con:
        tables = metadata.sorted_tables
        counts = {t.name: con.execute(select(func.count()).select_from(t)).scalar_one() for t in tables}
    return {name: count for name, count in counts.items() if count}


def _counts(imported: Imported) -> dict[str, tuple[int, int]]:
    return {file.name: (file.records, file.stored) for file in imported.files}


def _dated(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_everything_is_imported_and_the_folder_becomes_a_backup(store: Store, written: Written) -> None:
    folder = written()
    (folder / "notes.txt").write_text("not ours")
    imported = import_folder(store, folder, NOW)
    assert _counts(imported) == {
        "projects.json": (2, 2), "workflows.json": (1, 1), "executions.json": (2, 2), "events.json": (2, 2),
        "campaigns.json": (2, 2), "activity.json": (1, 1),
    }  # fmt: skip
    assert (imported.others, imported.was_there) == (("notes.txt",), False)
    assert imported.backup == folder.with_name("old-backup")
    assert not folder.exists()
    assert (folder.with_name("old-backup") / "projects.json").is_file()
    assert _rows(store) == {
        "projects": 2, "saved_workflows": 1, "workflow_executions": 2, "imported_campaigns": 2, "imports": 1,
        "project_campaigns": 2, "events": 3, "activity": 2,
    }  # fmt: skip


def test_projects_come_with_budgets_rules_campaigns_and_what_has_no_column(store: Store, written: Written) -> None:
    import_folder(store, written(), NOW)
    with store.reading() as con:
        spring, summer = projects.every(con)
        assert spring.fields.monthly_budget == Decimal("12000.5")
        assert (spring.fields.client, spring.fields.rules[0].name_pattern) == ("Acme", "Spring*")
        assert (spring.created_at, summer.created_at) == (_dated("2025-01-02T03:04:05"), _dated("2025-01-01T03:04:05"))
        assert projects.by_hand(con) == {"google-ads:111": "p1", "meta-ads:222": "p1"}
        extra = con.execute(select(projects_table.c.extra).where(projects_table.c.id == "p1")).scalar()
        assert extra == {"colour": "#ff0000"}
        assert con.execute(select(imported_campaigns.c.budget).order_by("id")).scalars().all() == [Decimal("0.1"), None]
        saved = con.execute(select(saved_workflows)).mappings().one()
    assert (saved["workflow_id"], saved["parameters"], saved["active"]) == ("pacing-check", {"lookbackDays": 7}, False)


def test_executions_are_history_and_none_of_them_will_run(store: Store, written: Written) -> None:
    import_folder(store, written(), NOW)
    with store.reading() as con:
        assert executions.pending(con) == []
        done, left = executions.get(con, "e1"), executions.get(con, "e2")
        extra = con.execute(select(executions_table.c.extra).where(executions_table.c.id == "e2")).scalar()
    assert (done.status, done.requested_by, done.seconds, done.result) == (
        "completed",
        "schedule",
        60.0,
        {"checked": 3},
    )
    assert (done.stages[0]["title"], done.stages[0]["seconds"]) == ("fetch", 12.5)
    assert (left.status, left.error, left.finished_at) == ("cancelled", "was running when it was imported", NOW)
    assert (left.started_at, extra) == (_dated("2025-02-02T08:00:00"), {"imported_status": "running"})


def test_imported_events_are_history_in_order_and_no_news_for_consumers(store: Store, written: Written) -> None:
    with store.writing() as con:
        newest = events.append(con, "sync.completed", at=NOW)
    import_folder(store, written(), NOW)
    with store.reading() as con:
        assert [e.type for e in events.since(con, 0)] == ["sync.completed", "activity.new"]
        history = [e for e in events.since(con, -1000) if e.seq < 0]
        assert [(e.seq, e.type) for e in history] == [(-2, "workflow.started"), (-1, "workflow.completed")]
        assert (history[1].subject, history[1].data) == ("e1", {"n": 1})
        assert history[1].id.startswith("import-")
        assert [e.seq for e in events.since(con, newest)] == [newest + 1]
        assert [(e.kind, e.title) for e in activity.feed(con)][-1] == ("workflow", "Checked")


def test_a_dry_run_says_the_same_and_changes_nothing(store: Store, written: Written) -> None:
    folder = written()
    tried = import_folder(store, folder, NOW, dry_run=True)
    assert (_rows(store), folder.is_dir(), tried.backup) == ({}, True, None)
    assert _counts(import_folder(store, folder, NOW)) == _counts(tried)


def test_one_file_is_enough_and_none_is_not(store: Store, written: Written, tmp_path: Path) -> None:
    assert _counts(import_folder(store, written(activity=[]), NOW)) == {"activity.json": (0, 0)}
    (tmp_path / "empty").mkdir()
    with pytest.raises(StoreError, match=r"empty has none of projects\.json, workflows\.json"):
        import_folder(store, tmp_path / "empty", NOW)


def test_a_key_that_is_there_twice_among_many_is_found_at_once(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    keys = ", ".join(f'"k{number}": {{}}' for number in (*range(20_000), 19_999))
    (folder / "projects.json").write_text(f"{{{keys}}}")
    started = time.process_time()
    with pytest.raises(BadRecordError, match="the key 'k19999' is there twice"):
        import_folder(store, folder, NOW)
    assert time.process_time() - started < 1, "a count for each key would take many seconds"


_GOOD_PROJECT = {"id": "p1", "name": "Spring"}
_GOOD_RUN = {"id": "e1", "workflowId": "w", "status": "completed"}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"projects": [_GOOD_PROJECT, {"id": "p2"}]}, "projects.json[1] ('p2'): name: Field required"),
        ({"projects": [_GOOD_PROJECT, {"name": "x"}]}, "projects.json[1]: id: Field required"),
        ({"projects": [_GOOD_PROJECT, _GOOD_PROJECT]}, "projects.json[1] ('p1'): the id 'p1' is there twice"),
        ({"projects": {"p1": {"id": "p9", "name": "x"}}}, "projects.json[0] ('p1'): id: is 'p9', but the record"),
        ({"projects": {"p1": None}}, "projects.json[0] ('p1'): must be a record, not null"),
        ({"projects": [{**_GOOD_PROJECT, "monthlyBudget": "much"}]}, "projects.json[0] ('p1'): monthlyBudget: "),
        ({"projects": [{**_GOOD_PROJECT, "monthly_budget": -1}]}, "projects.json[0] ('p1'): "),
        ({"projects": [{**_GOOD_PROJECT, "rules": [{}]}]}, "projects.json[0] ('p1'): rules[0]: a rule needs"),
        ({"projects": [{**_GOOD_PROJECT, "name": "a\u0000b"}]}, "projects.json[0] ('p1'): has text with a NUL"),
        ({"projects": '[{"id": "p1", "name": "\\ud83d"}]'}, "projects.json[0] ('p1'): has text with half a character"),
        ({"projects": '{"p1": {"name": "a"}, "p1": {"name": "b"}}'}, "projects.json: is not valid JSON: the key 'p1'"),
        ({"projects": '[{"id": "p1", "n": NaN}]'}, "projects.json: is not valid JSON: NaN is not a number"),
        ({"projects": "[" * 100_000}, "projects.json: is nested too deeply"),
        ({"projects": '"text"'}, "projects.json: must be a list of records or a map"),
        ({"executions": [_GOOD_RUN, {**_GOOD_RUN, "id": "e2", "status": "odd"}]}, "executions.json[1] ('e2'): status"),
        (
            {"executions": [{**_GOOD_RUN, "startedAt": "soon"}]},
            "executions.json[0] ('e1'): startedAt: Input should be a valid datetime",
        ),
        ({"executions": [{**_GOOD_RUN, "startedAt": True}]}, "executions.json[0] ('e1'): startedAt: must be a date"),
        ({"events": [{"type": "x"}]}, "events.json[0]: timestamp: Field required"),
        ({"campaigns": [{"id": "c", "name": "n", "platform": "bing"}]}, "campaigns.json[0] ('c'): platform: "),
        (
            {"campaigns": [{"id": "c", "name": "n", "platform": "meta", "projectId": "p9"}]},
            "campaigns.json[0] ('c'): projectId: there is no project 'p9'",
        ),
        ({"activity": {"a": {"timestamp": 0, "title": " "}}}, "activity.json[0] ('a'): title: must not be empty"),
    ],
)  # fmt: skip
def test_a_bad_record_is_named_and_nothing_is_changed(
    store: Store, written: Written, files: dict[str, Any], said: str
) -> None:
    folder = written(workflows=[{"id": "fine", "name": "Fine"}], **files)
    with pytest.raises(BadRecordError) as caught:
        import_folder(store, folder, NOW)
    assert str(caught.value).startswith(said)
    assert (_rows(store), folder.is_dir(), folder.with_name("old-backup").exists()) == ({}, True, False)


def test_a_record_that_the_store_has_already_is_refused(store: Store, written: Written) -> None:
    folder = written(projects=[_GOOD_PROJECT])
    with store.writing() as con:
        projects.create(con, projects.ProjectFields("Own"), NOW, lambda: "p1")
    with pytest.raises(BadRecordError, match=r"projects\.json\[0\] \('p1'\): the id 'p1' is in the store already"):
        import_folder(store, folder, NOW)
    with store.reading() as con:
        assert [p.fields.name for p in projects.every(con)] == ["Own"]


def test_a_campaign_in_two_projects_is_refused(store: Store, written: Written) -> None:
    folder = written(
        projects=[{**_GOOD_PROJECT, "campaignIds": ["c"]}, {"id": "p2", "name": "x", "campaignIds": ["c"]}],
        campaigns=[{"id": "c", "platform": "meta", "externalId": "7", "name": "n"}],
    )
    with pytest.raises(BadRecordError, match="campaign 'meta-ads:7' is in project 'p1' and 'p2'"):
        import_folder(store, folder, NOW)


def test_an_older_backup_is_never_overwritten(store: Store, written: Written) -> None:
    folder = written()
    folder.with_name("old-backup").mkdir()
    with pytest.raises(StoreError, match="old-backup is there already"):
        import_folder(store, folder, NOW)
    assert (_rows(store), folder.is_dir()) == ({}, True)


def test_a_folder_that_is_in_use_is_not_taken_away(migrated_sqlite: bytes, written: Written, tmp_path: Path) -> None:
    folder = written()
    (folder / "operations.db").write_bytes(migrated_sqlite)
    with (
        Store(f"sqlite:///{folder}/operations.db") as store,
        pytest.raises(StoreError, match="db is there"),
    ):
        import_folder(store, folder, NOW)
    with Store(f"sqlite:///{tmp_path}/other.db") as store, pytest.raises(StoreError, match=r"is in use: .*old/data"):
        import_folder(store, folder, NOW, in_use=[folder / "data"])
    assert folder.is_dir()


def test_a_crash_before_the_rename_is_made_up_for_without_importing_twice(
    store: Store, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    folder = written()
    with monkeypatch.context() as patch:
        patch.setattr("adops_pipeline.operations.importing.folder._rename", crash)
        with pytest.raises(KeyboardInterrupt):
            import_folder(store, folder, NOW)
    before = _rows(store)
    again = import_folder(store, folder, NOW)
    assert (again.was_there, _rows(store), folder.exists()) == (True, before, False)
    assert all(records == stored for records, stored in _counts(again).values())


def test_counts_that_do_not_match_undo_everything(
    store: Store, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row too many, as if somebody else wrote into the table, is noticed before the commit."""
    from adops_pipeline.operations.importing import folder as module  # noqa: PLC0415

    folder = written()
    counts = iter([0, 3])
    monkeypatch.setattr(module, "_count", lambda *_: next(counts))
    with pytest.raises(StoreError, match="2 records, but 2 of them are rows of projects, which grew by 3"):
        import_folder(store, folder, NOW)
    assert (_rows(store), folder.is_dir()) == ({}, True)


def test_a_folder_that_cannot_be_renamed_says_what_to_do(
    store: Store, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    folder = written()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", refuse)
        with pytest.raises(StoreError, match=r"everything was imported, but .* \(Permission denied\): run the same"):
            import_folder(store, folder, NOW)
    assert import_folder(store, folder, NOW).was_there


def test_thousands_of_records_are_imported(store: Store, written: Written) -> None:
    runs = [{**_GOOD_RUN, "id": f"e{n}", "requestedAt": "2025-01-01T00:00:00Z"} for n in range(2500)]
    assert _counts(import_folder(store, written(executions=runs), NOW)) == {"executions.json": (2500, 2500)}
