"""Promises of `adops project`: what the API does with projects, from a terminal."""

import pytest

from adops_pipeline.operations import activity
from adops_pipeline.wiring import Services
from adops_pipeline_tests.cli.commands import Command
from adops_pipeline_tests.e2e.command import first_run
from adops_pipeline_tests.templates import copy_into


def test_a_project_is_created_changed_listed_and_deleted(adops: Command, services: Services) -> None:
    arguments = ("--client", "Acme", "--currency", "EUR", "--monthly-budget", "12000.50", "--rule", "name=Spring*")
    made = adops("project", "create", "Spring sale", *arguments, "--json").document
    assert (made["name"], made["client"], made["monthly_budget"], made["status"]) == (
        "Spring sale", "Acme", 12000.5, "active",
    )  # fmt: skip
    assert made["rules"] == [{"platform": None, "name_pattern": "Spring*", "objective": None}]
    changed = adops("project", "change", "Spring sale", "--client", "", "--status", "paused", "--json").document
    assert changed == made | {"client": None, "status": "paused", "updated_at": changed["updated_at"]}
    assert "EUR 12,000.50" in adops("project", "list").out
    assert adops("project", "list", "--status", "active", "--json").document == []
    assert adops("project", "change", made["id"][:8], "--without-rules", "--json").document["rules"] == []
    assert "Deleted Spring sale" in adops("project", "delete", "Spring sale").out
    assert services.projects.every() == []
    with services.store.reading() as con:
        titles = [entry.title for entry in activity.feed(con, 20)]
    done = [title.split(": ")[1].split()[0] for title in titles if title.startswith("cli ")]
    assert done[::-1] == ["create_project", "change_project", "change_project", "delete_project"]


def test_campaigns_are_assigned_by_rule_and_by_hand(
    adops: Command, services: Services, tmp_path_factory: pytest.TempPathFactory
) -> None:
    copy_into(first_run(tmp_path_factory), services.settings.data_dir)
    adops("project", "create", "Meta", "--rule", "platform=meta-ads")
    by_rule = adops("project", "show", "Meta", "--json").document["campaigns"]
    assert {one["assigned_by"] for one in by_rule} == {"rule"}
    assert {one["id"].split(":")[0] for one in by_rule} == {"meta-ads"}
    adops("project", "create", "Other")
    moved = by_rule[0]["id"]
    assert "Moved 1 campaign into Other by hand" in adops("project", "assign", "Other", moved).out
    assert adops("project", "show", "Other", "--json").document["campaigns"] == [by_rule[0] | {"assigned_by": "hand"}]
    assert f"{moved}  {by_rule[0]['name']} (by hand)" in adops("project", "show", "Other").out
    adops("project", "unassign", "Other", moved)
    assert adops("project", "show", "Other", "--json").document["campaigns"] == []
    refused = adops("project", "assign", "Other", "meta-ads:1", code=2).err
    assert "there is no campaign 'meta-ads:1'" in refused
