"""Promises of the projects: what is kept comes back, what cannot be is refused by field, each change is told."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from adops_pipeline.domain.projects import AssignmentRule, ProjectStatus
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.operations import activity, events, projects
from adops_pipeline.operations.errors import InvalidError, NotFoundError
from adops_pipeline.operations.projects import ProjectFields
from adops_pipeline.operations.store import Store
from adops_pipeline_tests.operations.conftest import NOW

_SPRING = ProjectFields(
    "Spring", "Sale of spring", "Acme", "Retail", "EUR", Decimal("12000.50"),
    rules=(AssignmentRule(Platform.GOOGLE_ADS, "Spring*"), AssignmentRule(objective="SALES")),
)  # fmt: skip
LATER = NOW + timedelta(hours=1)


def test_a_project_comes_back_as_it_was_kept_and_changed(store: Store) -> None:
    with store.writing() as con:
        made = projects.create(con, _SPRING, NOW, lambda: "p1")
        changed = projects.change(con, "p1", replace(_SPRING, monthly_budget=Decimal("0.000001")), LATER)
    with store.reading() as con:
        assert projects.get(con, "p1") == changed
        assert (made.fields, made.updated_at) == (_SPRING, NOW)
        assert (changed.fields.monthly_budget, changed.created_at, changed.updated_at) == (
            Decimal("0.000001"),
            NOW,
            LATER,
        )
        assert [e.type for e in events.since(con, 0)] == ["project.created", "project.updated"]
        assert activity.feed(con)[0].title == "Project Spring was changed"


def test_a_change_to_the_same_is_no_change(store: Store) -> None:
    with store.writing() as con:
        made = projects.create(con, _SPRING, NOW)
        assert projects.change(con, made.id, _SPRING, LATER) == made
        assert len(events.since(con, 0)) == 1


def test_archived_projects_are_out_of_sight_and_their_rules_out_of_force(store: Store) -> None:
    with store.writing() as con:
        projects.create(con, _SPRING, NOW, lambda: "p1")
        projects.create(con, replace(_SPRING, name="Old", status=ProjectStatus.ARCHIVED), NOW, lambda: "p0")
        assert [p.id for p in projects.every(con)] == ["p1"]
        assert [p.id for p in projects.every(con, archived=True)] == ["p0", "p1"]
        assert projects.rules(con) == {"p1": _SPRING.rules}


def test_a_campaign_is_in_one_project_by_hand_and_leaves_with_it(store: Store) -> None:
    with store.writing() as con:
        for name in ("p1", "p2"):
            projects.create(con, _SPRING, NOW, lambda name=name: name)  # type: ignore[misc]
        projects.assign_by_hand(con, "google-ads:1", "p1", NOW)
        projects.assign_by_hand(con, "google-ads:1", "p2", NOW)
        projects.assign_by_hand(con, "google-ads:2", "p1", NOW)
        projects.assign_by_hand(con, "google-ads:2", None, NOW)
        assert projects.by_hand(con) == {"google-ads:1": "p2"}
        projects.remove(con, "p2", LATER)
        assert projects.by_hand(con) == {}
        with pytest.raises(NotFoundError, match="there is no project 'p2'"):
            projects.assign_by_hand(con, "google-ads:1", "p2", NOW)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (replace(_SPRING, name="  "), "name: must not be empty"),
        (replace(_SPRING, currency="eur"), "currency: must be an ISO 4217 code such as EUR, got 'eur'"),
        (replace(_SPRING, currency=None), "currency: is required with a monthly_budget"),
        (replace(_SPRING, monthly_budget=Decimal(-1)), "monthly_budget: must be zero or more, got -1"),
        (replace(_SPRING, monthly_budget=Decimal("NaN")), "monthly_budget: must be zero or more, got NaN"),
        (replace(_SPRING, monthly_budget=Decimal("0.0000001")), "monthly_budget: must be below 10^12 and have at most"),
    ],
)
def test_what_cannot_be_is_refused_by_field(store: Store, fields: ProjectFields, said: str) -> None:
    with store.writing() as con, pytest.raises(InvalidError) as caught:
        projects.create(con, fields, NOW)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("*", "rules: must be a list"),
        ([{"name_pattern": "a*"}, "x"], "rules[1]: must be {platform, name_pattern, objective}"),
        ([{"platform": "bing"}], "rules[0].platform: must be one of google-ads, meta-ads, pinterest, got 'bing'"),
        ([{"pattern": "a*"}], "rules[0].pattern: unknown field"),
        ([{"name_pattern": 3}], "rules[0].name_pattern: must be text, got 3"),
        ([{}], "rules[0]: a rule needs a platform, a name_pattern or an objective"),
    ],
)
def test_a_wrong_rule_is_named_by_its_place(rules: object, said: str) -> None:
    with pytest.raises(InvalidError) as caught:
        projects.rules_from(rules)
    assert str(caught.value).startswith(said)
