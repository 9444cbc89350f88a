"""What people get without asking: one digest a morning, one report a week, to those who listen to it."""

from datetime import UTC, datetime

import dagster as dg

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.severity import Severity
from adops_pipeline_tests.defs.automation.conftest import NOW, Stage, listening

GRAVE = Alert("overpacing", "pacing", Severity.CRITICAL, {"campaign_id": "1"}, "Brand has spent 240 % of plan.", NOW)


def test_the_morning_digest_says_how_things_are_and_what_fires_once_a_day(stage: Stage) -> None:
    stage.services.alerting.set_firing([GRAVE], ["pacing"])
    assert stage.run("send_digest").success
    assert stage.run("send_digest").success
    (digest,) = stage.messages()
    assert digest.title == "Morning digest · 2026-11-10"
    assert digest.summary == "1 alert is firing, 1 of them critical."
    assert [item.text for item in digest.items] == ["Critical · Brand has spent 240 % of plan."]
    assert {field.name for field in digest.fields} >= {"Pacing", "Anomalies", "Allocation"}
    stage.clock.forward(24 * 3600)
    assert stage.run("send_digest").success
    assert len(stage.messages()) == 2


def test_the_weekly_report_of_the_schedule_is_told_to_those_who_listen_to_reports(stage: Stage) -> None:
    stage.services = listening(stage.services.settings.data_dir, stage.clock, stage.receiver, "report.*")
    schedule = stage.definitions.resolve_schedule_def("weekly_report_schedule")
    monday = datetime(2026, 11, 9, 7, 30, tzinfo=UTC)
    with dg.build_schedule_context(stage.instance, scheduled_execution_time=monday) as context:
        (request,) = schedule.evaluate_tick(context).run_requests or []
    config = dict(request.run_config)
    assert stage.run("cross_channel_report", {"dagster/schedule_name": schedule.name}, **config).success
    assert stage.services.relay.relay_new_events() == 1
    assert stage.services.relay.relay_new_events() == 0, "an event is told once"
    (report,) = stage.messages()
    (execution,) = stage.every_execution()
    assert (execution.requested_by, execution.status) == ("schedule", "completed")
    assert execution.result is not None
    assert report.summary == execution.result["summary"]
    assert stage.run("cross_channel_report").success
    assert stage.services.relay.relay_new_events() == 0, (
        "a report that somebody asked for is read where it was asked for"
    )


def test_a_workflow_that_fails_is_told_to_those_who_listen_to_failures(stage: Stage) -> None:
    stage.services = listening(stage.services.settings.data_dir, stage.clock, stage.receiver, "workflow.failed")
    assert not stage.run("pacing_check", parameters={"projectId": "no-such-project"}).success
    assert stage.run("learning_review").success
    assert stage.services.relay.relay_new_events() == 1
    (message,) = stage.messages()
    assert "failed" in message.title
    assert "no-such-project" in message.summary
