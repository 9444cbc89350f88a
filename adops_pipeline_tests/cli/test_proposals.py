"""Promises of `adops proposals`: what waits is shown and decided on, with exit codes that scripts can rely on."""

from adops_pipeline.operations import proposals
from adops_pipeline.wiring import Services
from adops_pipeline_tests.cli.commands import Command
from adops_pipeline_tests.operations.proposals.samples import new_proposal

_ACCOUNT = "304756102938475"


def _stored(services: Services, **changed: object) -> str:
    with services.store.writing() as con:
        return proposals.insert(con, new_proposal(services.clock(), **changed)).id  # type: ignore[arg-type]


def test_what_waits_is_listed_and_shown_without_letting_names_act(adops: Command, services: Services) -> None:
    hostile = dict(new_proposal(services.clock()).before or {}) | {"name": "[red]Brand\x1b[2J"}
    first = _stored(services, before=hostile, agent_id="trader")
    other = _stored(services, money_per_day=-new_proposal(services.clock()).money_per_day)
    listed = adops("proposals", "list")
    assert "[red]Brand" in listed.words
    assert "\x1b[2J" not in listed.out
    assert "daily budget: EUR 50.00 → EUR 60.00" in listed.words
    assert "only one can be applied" in listed.words
    shown = adops("proposals", "show", first[:8])
    assert "agent trader" in shown.words
    assert "EUR +10.00 a day" in shown.words
    assert {one["id"] for one in adops("proposals", "list", "--json").document} == {first, other}


def test_rejecting_needs_a_reason_and_closes(adops: Command, services: Services) -> None:
    proposal_id = _stored(services)
    assert "--why" in adops("proposals", "reject", proposal_id, code=2).words
    assert "rejected" in adops("proposals", "reject", proposal_id, "--why", "not now", "--by", "ada").words
    assert "rejected (not now)" in adops("proposals", "approve", proposal_id, code=3).words
    assert "No proposal waits" in adops("proposals", "list").words
    assert adops("proposals", "list", "--all", "--json").document[0]["decided_by"] == "ada"


def test_several_are_decided_on_whatever_becomes_of_each(adops: Command, services: Services) -> None:
    gone, closed = _stored(services, account_id=_ACCOUNT), _stored(services, account_id=_ACCOUNT)
    adops("proposals", "reject", closed, "--why", "x")
    said = adops("proposals", "approve", gone[:8], closed[:8], "--json", code=3).document
    assert [(one["id"], one["status"]) for one in said["items"]] == [(gone, "failed")]
    assert said["items"][0]["status_reason"].startswith("b: Extra inputs")
    assert len(said["refused"]) == 1


def test_wrong_use_is_named(adops: Command, services: Services) -> None:
    assert "there is no proposal 'nothing'" in adops("proposals", "show", "nothing", code=2).words
    assert "give --all-from-plan" in adops("proposals", "approve", code=2).words
    assert "No proposal of a plan waits" in adops("proposals", "approve", "--all-from-plan").words
    proposal_id = _stored(services)
    assert "reject it instead" in adops("proposals", "undo", proposal_id, "--why", "x", code=3).words


def test_from_plan_before_anything_was_published_says_what_to_do(adops: Command) -> None:
    assert "adops run" in adops("proposals", "from-plan", code=1).words
