"""Secrets stay where they were put: nothing that is written, logged, stored or printed repeats one."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import quote

import pytest
from cryptography.fernet import Fernet

from adops_pipeline.sandbox.google_ads import oauth as google
from adops_pipeline.sandbox.meta_ads import tokens as meta
from adops_pipeline.sandbox.pinterest import oauth as pinterest
from adops_pipeline_tests.cli.commands import command_over
from adops_pipeline_tests.e2e.command import environment
from adops_pipeline_tests.integration import acting, pipeline
from adops_pipeline_tests.integration.remains import Remains, left_behind
from adops_pipeline_tests.notifications.mailboxes import PASSWORD, USERNAME, running_mailboxes
from adops_pipeline_tests.notifications.receivers import SECRET, Reply, running_receiver
from adops_pipeline_tests.operations.processes import python

PLATFORM_SECRETS = {
    "ADOPS_GOOGLE_ADS__CLIENT_SECRET": "planted-google-client-5f2c",
    "ADOPS_GOOGLE_ADS__REFRESH_TOKEN": "planted-google-refresh-81ab",
    "ADOPS_GOOGLE_ADS__DEVELOPER_TOKEN": "planted-google-developer-77d0",
    "ADOPS_META_ADS__ACCESS_TOKEN": "planted-meta-access-09ee",
    "ADOPS_META_ADS__APP_SECRET": "planted-meta-app-c41b",
    "ADOPS_PINTEREST__APP_SECRET": "planted-pinterest-app-2d9f",
    "ADOPS_PINTEREST__REFRESH_TOKEN": "planted-pinterest-refresh-b3a6",
}
"""What live mode would sign in with."""
EMULATED = (
    google.SANDBOX_CLIENT_SECRET, google.SANDBOX_REFRESH_TOKEN, google.SANDBOX_DEVELOPER_TOKEN,
    meta.SANDBOX_APP_SECRET, meta.SANDBOX_ACCESS_TOKEN, pinterest.SANDBOX_REFRESH_TOKEN,
)  # fmt: skip
"""What test mode does sign in with: these travel through the clients."""
STORED, NAMED = "PlantedStoredWebhookToken", "PlantedNamedWebhookToken"
ONE_ACCOUNT_EACH = {
    f"ADOPS_{platform.upper()}__ACCOUNTS": ",".join(settings["accounts"])
    for platform, settings in pipeline.ONE_ACCOUNT_EACH.items()
}
_ACT = 'import runpy, sys; runpy.run_module(sys.argv[1], run_name="__main__")'
FAULTS = "expired_token=0.1,server_error=0.05,throttled=0.05;seed=5"


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remains]:
    data_dir = tmp_path_factory.mktemp("secrets")
    key = Fernet.generate_key().decode()
    with (
        running_receiver() as slack,
        running_receiver() as discord,
        running_receiver() as other,
        running_mailboxes(auth=True) as mail,
    ):
        signed_in = f"{quote(USERNAME)}:{quote(PASSWORD, safe='')}"
        hook = other.discord_url.removesuffix(SECRET)
        settings = {
            **PLATFORM_SECRETS,
            "ADOPS_NOTIFICATIONS__SLACK_WEBHOOK_URL": slack.slack_url,
            "ADOPS_NOTIFICATIONS__DISCORD_WEBHOOK_URL": discord.discord_url,
            "ADOPS_NOTIFICATIONS__EMAIL_URL": (
                f"smtp+plain://{signed_in}@127.0.0.1:{mail.port}?from=ads@example.com&to=team@example.com"
            ),
            "ADOPS_NOTIFICATIONS__ALLOW_LOOPBACK": "true",
            "ADOPS_NOTIFICATIONS__EVENTS": "*",
            "ADOPS_NOTIFICATIONS__MIN_SEVERITY": "info",
            "ADOPS_SANDBOX__FAULTS": FAULTS,
            **ONE_ACCOUNT_EACH,
            "ADOPS_SECRET_KEYS": key,
            acting.STORED_ADDRESS: hook + STORED,
            acting.NAMED_ADDRESS: hook + NAMED,
        }
        slack.plan(Reply(500, body=f"cannot serve {slack.slack_url}"), Reply(400, body=f"no_service {SECRET}"))
        discord.plan(Reply(400, body=f'{{"message": "bad webhook {discord.discord_url}"}}'))
        mail.data_answer = f"451 not now, {USERNAME} with {PASSWORD}"
        acted = python(_ACT, acting.__name__, environment={**environment(data_dir), **settings})
        assert acted.returncode == 0, acted.stderr
        with pytest.MonkeyPatch.context() as patch:
            shown = command_over(data_dir, patch)("doctor", code=None, **settings)
        assert slack.arrived
        assert discord.arrived
        said = acted.stdout + acted.stderr + shown.out + shown.err
        secrets = (SECRET, STORED, NAMED, PASSWORD, key, *PLATFORM_SECRETS.values(), *EMULATED)
        yield left_behind(data_dir, said, secrets)


def test_a_day_with_every_kind_of_secret_leaves_none_in_any_file_table_log_or_output(day: Remains) -> None:
    assert {secret: day.holding(secret) for secret in day.secrets if day.holding(secret)} == {}


def test_the_day_did_what_could_have_leaked(day: Remains) -> None:
    with closing(sqlite3.connect(day.store)) as con:
        deliveries = dict(con.execute("SELECT status, count(*) FROM notification_deliveries GROUP BY 1"))
        executions = dict(con.execute("SELECT status, count(*) FROM workflow_executions GROUP BY 1"))
        errors = [error for (error,) in con.execute("SELECT last_error FROM notification_deliveries") if error]
    assert deliveries["sent"] > 5
    assert deliveries["failed"] > 1
    assert executions["completed"] >= 2
    assert executions["failed"] >= 1
    assert any("***" in error for error in errors), "services repeated secrets, and they were struck out"


def test_the_search_finds_what_is_there(day: Remains) -> None:
    assert "operations.db" in day.holding("settings-slack")
    assert any(place.startswith("dagster/storage") for place in day.holding("learning_review"))
    assert {"warehouse.duckdb", "adops.duckdb"} <= day.holding("meta-ads")
    assert any(place.endswith(".zst") for place in day.holding("campaign"))
    assert "the terminal" in day.holding("SecretStr('**********')")
    assert "the terminal" in day.holding("Conversions"), "`adops run` printed its summary"
