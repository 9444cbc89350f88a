"""Promises of `adops workflow` but for running one in this process: what is told, asked for, followed, refused."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adops_pipeline.cli.workflow_progress import StageLines, follow
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.workflows import TEMPLATES, WORKFLOWS
from adops_pipeline.domain.workflows.results import Finding, Subject, WorkflowResult
from adops_pipeline.operations import executions
from adops_pipeline.operations.executions import Execution
from adops_pipeline.wiring import Services
from adops_pipeline_tests.cli.commands import Command
from adops_pipeline_tests.patience import wait_until

_AT = datetime(2026, 11, 24, 8, tzinfo=UTC)


def _result(severity: Severity = Severity.INFO) -> WorkflowResult:
    finding = Finding(severity, Subject("meta-ads", campaign_name="Rain [sale]"), "Overpacing.")
    return WorkflowResult("pacing-check", "Of 3 budgets, 1 overpaces.", found=(finding,))


def _complete(services: Services, execution_id: str, severity: Severity = Severity.INFO) -> None:
    stages = [stage.name for stage in WORKFLOWS["pacing-check"].stages]
    with services.store.writing() as con:
        executions.mark_started(con, execution_id, "run-1", _AT)
        for name in stages:
            executions.step_event(con, execution_id, name, "started", _AT)
            executions.step_event(con, execution_id, name, "succeeded", _AT.replace(second=3))
        executions.complete(con, execution_id, _result(severity).to_document(), _AT.replace(minute=1))


def test_every_workflow_and_template_is_listed(adops: Command) -> None:
    said = adops("workflow", "list").words
    assert all(name in said for name in (*WORKFLOWS, *TEMPLATES))
    document = adops("workflow", "list", "--json").document
    assert [one["id"] for one in document["workflows"]] == list(WORKFLOWS)
    assert document["workflows"][1]["parameters"]["properties"]["lookbackDays"]["maximum"] == 400


def test_a_workflow_is_shown_with_limits_defaults_stages_and_templates(adops: Command) -> None:
    said = adops("workflow", "show", "pacing-check").words
    assert "thresholds.overspendProbability 0.0 a number from 0 to 1" in said
    assert "2. Find budgets that are off pace" in said
    assert "month-end-close" in said


def test_a_template_is_shown_with_what_it_fills_in(adops: Command) -> None:
    said = adops("workflow", "show", "quick-pacing-check").words
    assert "google-ads, meta-ads, pinterest" in said
    assert "lookbackDays 7" in said


def test_parameters_come_from_template_file_and_set_in_that_order(adops: Command, tmp_path: Path) -> None:
    file = tmp_path / "given.json"
    file.write_text(json.dumps({"lookback_days": 9, "minSeverity": "warning", "thresholds": {"underRatio": 0.5}}))
    arguments = ("--params", str(file), "--set", "lookbackDays=4", "--set", "thresholds.overRatio=1.4", "--queue")
    said = adops("workflow", "run", "month-end-close", *arguments, "--set", "platforms=meta-ads,pinterest", "--json")
    given = said.document["parameters"]
    assert (given["lookbackDays"], given["minSeverity"]) == (4, "warning")
    assert given["platforms"] == ["meta-ads", "pinterest"]
    assert given["thresholds"]["overRatio"] == 1.4
    assert given["thresholds"]["underRatio"] == 0.5
    assert given["thresholds"]["overspendPct"] == 2
    assert said.document["template_id"] == "month-end-close"
    assert said.document["requested_by"] == "cli"


def test_parameters_may_be_piped_in(adops: Command) -> None:
    piped = adops("workflow", "run", "pacing-check", "--params", "-", "--queue", "--json", stdin='{"lookbackDays": 3}')
    assert piped.document["parameters"]["lookbackDays"] == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("pacing-check", "--set", "lookbackDays=0"), "lookbackDays: must be greater than or equal to 1, not 0"),
        (("pacing-check", "--set", "lookbackDays=NaN"), 'lookbackDays: must be a whole number, not "NaN"'),
        (("pacing-check", "--set", "platforms=googl"), "did you mean google-ads?"),
        (("pacing-check", "--set", "lookbackDays"), "is not name=value"),
        (("pacing-check", "--set", "asOf=2026-11-01", "--set", "asOf=2026-11-02"), "asOf is given twice"),
        (
            ("pacing-check", "--set", "thresholds=1", "--set", "thresholds.overRatio=2"),
            "thresholds already has a value",
        ),
        (("pacing-chek",), "did you mean pacing-check?"),
        (("pacing-check", "--params", "nowhere.json"), "nowhere.json: there is no such file"),
    ],
)
def test_what_is_typed_wrong_ends_with_code_2_and_nothing_is_asked_for(
    adops: Command, arguments: tuple[str, ...], words: str
) -> None:
    assert words in adops("workflow", "run", *arguments, "--queue", code=2).err
    assert adops("workflow", "executions", "--json").document == []


def test_every_wrong_parameter_has_a_line(adops: Command) -> None:
    said = adops("workflow", "run", "pacing-check", "--set", "lookbackDays=0", "--set", "asOf=monday", code=2)
    assert sorted(line.split()[1] for line in said.err.splitlines()) == ["asOf:", "lookbackDays:"]


def test_queue_prints_the_id_and_leaves_the_run_to_the_daemon(adops: Command, services: Services) -> None:
    execution_id = adops("workflow", "run", "quick-pacing-check", "--queue").out.strip()
    with services.store.reading() as con:
        (waiting,) = executions.pending(con)
    assert (waiting.id, waiting.template_id) == (execution_id, "quick-pacing-check")
    assert waiting.timeout_seconds == WORKFLOWS["pacing-check"].timeout_seconds


def test_wait_follows_the_stages_to_the_result_and_a_critical_finding_ends_with_3(
    adops: Command, services: Services
) -> None:
    def pending() -> list[Execution]:
        with services.store.reading() as con:
            return executions.pending(con)

    def play_the_daemon() -> None:
        wait_until(pending)
        _complete(services, pending()[0].id, Severity.CRITICAL)

    daemon = threading.Thread(target=play_the_daemon)
    daemon.start()
    said = adops("workflow", "run", "pacing-check", "--wait", code=3)
    daemon.join()
    assert "Of 3 budgets, 1 overpaces." in said.out
    assert "Rain [sale] (meta-ads): Overpacing." in said.out
    assert "✓ Find budgets that are off pace  3.0 s" in said.err


def test_whoever_waits_in_vain_is_told_what_starts_executions(
    adops: Command, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    execution_id = adops("workflow", "run", "pacing-check", "--queue").out.strip()
    now = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        if now > 20:
            _complete(services, execution_id)

    with StageLines(visible=True) as lines:
        assert follow(services, execution_id, lines, sleep, lambda: now).status == "completed"
    assert capsys.readouterr().err.count("`adops up` starts queued executions") == 1


def test_an_execution_is_shown_by_the_beginning_of_its_id(adops: Command, services: Services) -> None:
    execution_id = adops("workflow", "run", "pacing-check", "--queue").out.strip()
    _complete(services, execution_id)
    said = adops("workflow", "show", execution_id[:6]).words
    assert execution_id in said
    assert "Find budgets that are off pace succeeded 3.0 s" in said
    assert "Rain [sale] (meta-ads): Overpacing." in said
    assert adops("workflow", "show", execution_id, "--json").document["seconds"] == 60
    assert "Of 3 budgets, 1 overpaces." in adops("workflow", "executions").words
    assert "no execution 'abc'" in adops("workflow", "show", "abc", code=2).err


def test_executions_are_filtered_by_status_and_workflow(adops: Command, services: Services) -> None:
    first = adops("workflow", "run", "pacing-check", "--queue").out.strip()
    second = adops("workflow", "run", "anomaly-scan", "--queue").out.strip()
    with services.store.writing() as con:
        executions.fail(con, second, "the disk is full", _AT)
    failed = adops("workflow", "executions", "--status", "failed", "--json").document
    assert [one["id"] for one in failed] == [second]
    assert [one["id"] for one in adops("workflow", "executions", "--workflow", "pacing-check", "--json").document] == [
        first
    ]
    assert "No running execution yet" in adops("workflow", "executions", "--status", "running").out
    adops("workflow", "executions", "--workflow", "pacing", code=2)


def test_cancel_ends_what_waits_and_retry_asks_for_it_once_more(adops: Command) -> None:
    execution_id = adops("workflow", "run", "month-end-close", "--set", "lookbackDays=3", "--queue").out.strip()
    assert "is cancelled" in adops("workflow", "cancel", execution_id[:8]).out
    again = adops("workflow", "retry", execution_id, "--json").document
    assert (again["retry_of"], again["attempt"], again["status"]) == (execution_id, 2, "pending")
    assert again["parameters"]["lookbackDays"] == 3
    assert "was retried already" in adops("workflow", "retry", execution_id, code=1).err
    assert "only a failed or cancelled execution" in adops("workflow", "retry", again["id"], code=1).err


def test_what_has_completed_cannot_be_cancelled(adops: Command, services: Services) -> None:
    execution_id = adops("workflow", "run", "pacing-check", "--queue").out.strip()
    _complete(services, execution_id)
    assert "it cannot be cancelled" in adops("workflow", "cancel", execution_id, code=1).err
