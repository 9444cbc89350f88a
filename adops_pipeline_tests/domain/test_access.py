"""Roles: each allows what the ones before it allow."""

from adops_pipeline.domain.access import LOCAL, ROLES, SETTINGS, Actor


def test_a_role_includes_those_below_it() -> None:
    allowed = {role: [needed for needed in ROLES if Actor("n8n", role).may(needed)] for role in ROLES}
    assert allowed == {
        "reader": ["reader"],
        "operator": ["reader", "operator"],
        "admin": ["reader", "operator", "admin"],
    }


def test_without_a_token_and_with_that_of_the_settings_everything_is_allowed() -> None:
    assert (Actor("local", "admin"), Actor("settings", "admin")) == (LOCAL, SETTINGS)
