"""Promises of `adops token`."""

from adops_pipeline.wiring import Services
from adops_pipeline_tests.cli.commands import Command


def test_a_token_is_printed_once_and_listed_without_its_secret(adops: Command) -> None:
    said = adops("token", "create", "n8n", "--role", "operator", "--days", "90")
    secret = said.out.strip()
    assert secret.startswith("adops_")
    assert secret not in said.err
    listed = adops("token", "list")
    assert "n8n" in listed.out
    assert secret not in listed.out
    (document,) = adops("token", "list", "--json").document
    assert (document["role"], document["status"], document["last_used_at"]) == ("operator", "active", None)
    assert secret not in str(document)


def test_a_token_is_revoked_by_name_and_its_name_can_be_used_again(adops: Command) -> None:
    adops("token", "create", "n8n")
    assert "already" in adops("token", "create", "n8n", code=1).err
    adops("token", "revoke", "n8n")
    adops("token", "revoke", "n8n", code=2)
    adops("token", "create", "n8n")
    assert [one["status"] for one in adops("token", "list", "--json").document] == ["active", "revoked"]


def test_a_purge_says_when_no_token_is_left(adops: Command) -> None:
    adops("token", "create", "n8n")
    assert "0 tokens were deleted" in adops("token", "purge").out
    adops("token", "revoke", "n8n")
    assert "No token is left" in adops("token", "purge").out
    assert "adops token create" in adops("token", "list").out


def test_changes_at_the_terminal_are_recorded_too(adops: Command, services: Services) -> None:
    adops("token", "create", "n8n")
    adops("token", "revoke", "n8n")
    titles = [entry.title for entry in services.live_events.feed(5)]
    assert ["revoke_token" in titles[0], "create_token" in titles[1]] == [True, True]
