"""A whole day's work in one process, with every logger talking: `adops run`, alerts, messages, workflow runs, digest.

`python -m …acting`: settings, secrets among them, come from the environment. Messages wait for simulated time.
"""

import logging
import os
import sys
from contextlib import redirect_stdout, suppress
from datetime import datetime

import dagster as dg

from adops_pipeline.cli import main
from adops_pipeline.cli.dagster_home import ensure_dagster_home
from adops_pipeline.definitions import build_definitions
from adops_pipeline.operations import configs
from adops_pipeline.operations.configs import NotificationFields
from adops_pipeline.settings import load_settings
from adops_pipeline.wiring import Services, build_services
from adops_pipeline_tests.integration.telling import SOURCE, MovedClock, many_alerts

STORED_ADDRESS = "PLANTED_STORED_ADDRESS"
"""The variable whose value the store keeps encrypted."""
NAMED_ADDRESS = "PLANTED_NAMED_ADDRESS"
"""The variable that a config names."""
DAY = "2025-11-16"
_NOON = datetime.fromisoformat(f"{DAY}T12:00:00Z")
WORKFLOWS = ("learning_review", "cross_channel_report")


def act(services: Services, clock: MovedClock) -> None:
    """Everything after the run that handles a secret or writes what it was told."""
    with services.store.writing() as con:
        for fields in (
            NotificationFields("kept", "discord", target=os.environ[STORED_ADDRESS], event_filter="*"),
            NotificationFields("named", "discord", target_ref=NAMED_ADDRESS, event_filter="*"),
            NotificationFields("unknown", "discord", target_ref="NOBODY_SET_THIS", event_filter="*"),
        ):
            configs.create(con, fields, services.secret_box, clock())
    _run_workflows(services)
    services.alerting.evaluate()
    services.alerting.set_firing(many_alerts(24), [SOURCE])
    services.relay.digest(clock().date())
    for _ in range(6):
        clock.forward(60)
        services.alerting.enqueue_due()
        services.relay.relay_new_events()
        services.notifier.send_due()


def _run_workflows(services: Services) -> None:
    """Two that succeed, and one that cannot."""
    definitions = build_definitions(services)
    with dg.DagsterInstance.get() as instance:
        for job in WORKFLOWS:
            definitions.resolve_job_def(job).execute_in_process(instance=instance)
        definitions.resolve_job_def("pacing_check").execute_in_process(
            instance=instance, run_config={"parameters": {"projectId": "none"}}, raise_on_error=False
        )


def _run() -> None:
    """`adops run`, as its entry point does it.

    It ends a process whose output is Python's own, so it gets another.
    """
    sys.argv = ["adops", "run", "--as-of", DAY, "--days", "2"]
    with suppress(SystemExit), open(1, "w", encoding="utf-8", closefd=False) as output, redirect_stdout(output):
        main()


if __name__ == "__main__":
    logging.basicConfig(level=logging.DEBUG)
    _run()
    own = load_settings()
    ensure_dagster_home(own.data_dir)
    moved = MovedClock(_NOON)
    act(build_services(own, clock=moved, days=2), moved)
    print(repr(own), repr(build_services(own)))
