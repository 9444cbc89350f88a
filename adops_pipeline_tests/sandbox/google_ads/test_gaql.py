"""Promises of the GAQL parser: Google's grammar in, a plain query out, refusals named as Google names them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.sandbox.google_ads.gaql import Condition, GaqlError, Ordering, Query, parse


def test_every_clause_is_read() -> None:
    query = parse(
        """SELECT campaign.id, metrics.clicks
        FROM campaign
        WHERE campaign.status IN ('ENABLED', "PAUSED") AND segments.date BETWEEN '2026-11-01' AND '2026-11-07'
          AND metrics.clicks >= 10 AND campaign.name != 'a' AND campaign.end_date_time IS NOT NULL
        ORDER BY metrics.clicks DESC, campaign.id ASC LIMIT 50
        PARAMETERS include_drafts=true, omit_unselected_resource_names = true"""
    )
    assert query == Query(
        ("campaign.id", "metrics.clicks"),
        "campaign",
        (
            Condition("campaign.status", "IN", ("ENABLED", "PAUSED")),
            Condition("segments.date", "BETWEEN", ("2026-11-01", "2026-11-07")),
            Condition("metrics.clicks", ">=", ("10",)),
            Condition("campaign.name", "!=", ("a",)),
            Condition("campaign.end_date_time", "IS NOT NULL", ()),
        ),
        (Ordering("metrics.clicks", True), Ordering("campaign.id", False)),
        50,
    )


def test_keywords_have_any_case_and_need_no_line_breaks() -> None:
    query = parse(
        "select campaign.id from campaign where campaign.status not in (ENABLED) order by campaign.id limit 1"
    )
    assert query.conditions == (Condition("campaign.status", "NOT IN", ("ENABLED",)),)
    assert query.limit == 1


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ("'plain'", "plain"),
        ('"double"', "double"),
        (r"'it\'s'", "it's"),
        (r"'back\\slash'", "back\\slash"),
        ("'AND FROM , ( ='", "AND FROM , ( ="),
        ("'雪 🏕'", "雪 🏕"),
        ("''", ""),
        ("ENABLED", "ENABLED"),
        ("-12.50", "-12.50"),
    ],
)
def test_a_value_is_what_stands_between_the_quotes(literal: str, value: str) -> None:
    assert parse(f"SELECT a.b FROM a WHERE a.c = {literal}").conditions[0].values == (value,)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "UNEXPECTED_END_OF_QUERY"),
        ("SELECT", "UNEXPECTED_END_OF_QUERY"),
        ("SELECT a.b", "UNEXPECTED_END_OF_QUERY"),
        ("UPDATE a SET b", "EXPECTED_SELECT"),
        ("SELECT a.b a.c FROM a", "EXPECTED_FROM"),
        ("SELECT 'a.b' FROM a", "BAD_FIELD_NAME"),
        ("SELECT a.b FROM 'a'", "BAD_RESOURCE_TYPE_IN_FROM_CLAUSE"),
        ("SELECT a.b FROM a WHERE a.c = 'x", "STRING_NOT_TERMINATED"),
        ("SELECT a.b FROM a WHERE a.c = 'x\ny'", "STRING_NOT_TERMINATED"),
        ("SELECT a.b FROM a WHERE a.c ~ 1", "BAD_SYMBOL"),
        ("SELECT a.b FROM a WHERE a.c LIKE '%x%'", "BAD_OPERATOR"),
        ("SELECT a.b FROM a WHERE a.c NOT LIKE '%x%'", "BAD_OPERATOR"),
        ("SELECT a.b FROM a WHERE a.c (", "BAD_OPERATOR"),
        ("SELECT a.b FROM a WHERE a.c = )", "BAD_VALUE"),
        ("SELECT a.b FROM a WHERE a.c IN ()", "PROHIBITED_EMPTY_LIST_IN_CONDITION"),
        ("SELECT a.b FROM a WHERE a.c IN 'x'", "EXPECTED_LIST"),
        ("SELECT a.b FROM a WHERE a.c BETWEEN 1 OR 2", "EXPECTED_VALUE_WITH_BETWEEN_OPERATOR"),
        ("SELECT a.b FROM a WHERE a.c = 1 OR a.d = 2", "UNEXPECTED_INPUT"),
        ("SELECT a.b FROM a; DROP TABLE a", "BAD_SYMBOL"),
        ("SELECT a.b FROM a ORDER a.b", "EXPECTED_BY"),
        ("SELECT a.b FROM a LIMIT x", "BAD_LIMIT_VALUE"),
        ("SELECT a.b FROM a LIMIT 1.5", "BAD_LIMIT_VALUE"),
        ("SELECT a.b FROM a LIMIT 0", "LIMIT_VALUE_TOO_LOW"),
        ("SELECT a.b FROM a LIMIT 5 LIMIT 6", "UNEXPECTED_INPUT"),
    ],
)
def test_a_query_that_is_not_gaql_is_refused_by_googles_name_for_the_fault(text: str, code: str) -> None:
    with pytest.raises(GaqlError) as caught:
        parse(text)
    assert caught.value.code == code
    assert caught.value.message


@given(st.text(max_size=60))
def test_any_text_is_a_query_or_a_named_refusal(text: str) -> None:
    for attempt in (text, f"SELECT a.b FROM a WHERE a.c = {text}"):
        with contextlib.suppress(GaqlError):
            parse(attempt)


@given(st.text().filter(lambda text: "\n" not in text))
def test_any_text_survives_quoting(text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace("'", "\\'")
    assert parse(f"SELECT a.b FROM a WHERE a.c = '{quoted}'").conditions[0].values == (text,)
