"""Matchers."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.alerts.matchers import Matcher, parse_matcher
from adops_pipeline_tests.domain.alerts.scenes import alert


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("platform=meta-ads", True),
        ('platform="google-ads"', False),
        ("platform!=google-ads", True),
        ('campaign_name=~"Summer.*"', True),
        ('campaign_name=~"Summer"', False),
        ('campaign_name!~"Summer"', True),
        ("severity=warning", True),
        ("alertname=~over.+", True),
        ("metric=", True),
        ('metric=~"cpa|"', True),
        ("metric!=cpa", True),
        ('account_id=""', False),
    ],
)
def test_operators_mean_what_alertmanagers_do(text: str, holds: bool) -> None:
    assert parse_matcher(text).matches(alert("A", campaign_name="Summer Sale")) is holds


@pytest.mark.parametrize("text", ["platform", "=x", "plat form=x", 'a="b', "a=~(", "a=~x)|(y", 'a==b"c'])
def test_what_is_no_matcher_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"matcher|regular expression"):
        parse_matcher(text)


@given(st.text())
def test_a_matcher_reads_back_as_it_is_written(value: str) -> None:
    matcher = Matcher("campaign_name", "=", value)
    assert parse_matcher(str(matcher)) == matcher


@pytest.mark.parametrize(
    "text", ["a=b" + " " * 100_000 + '"', "a=" + "b " * 50_000 + '"', " " * 100_000 + "!", 'a="' + "\\" * 99_999]
)
def test_a_long_text_is_refused_as_quickly_as_a_short_one(text: str) -> None:
    started = time.process_time()
    with pytest.raises(ValueError, match="is not a matcher"):
        parse_matcher(text)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "expression", ["(a+)+b", "(a|a)*b", "(.*)*(.*)*b", "([a-z]+)*[0-9]", "(a?){60}a{60}b", "(?:a*)*c"]
)
def test_no_expression_takes_more_than_linear_time(expression: str) -> None:
    matcher = Matcher("campaign_name", "=~", expression)
    started = time.process_time()
    assert not matcher.holds("a" * 100_000 + "!")
    assert time.process_time() - started < 1


def test_an_expression_that_grows_without_end_is_refused() -> None:
    with pytest.raises(ValueError, match="exceeds size limit"):
        Matcher("campaign_name", "=~", "((a{1000}){1000}){1000}")


def test_an_expression_that_backtracks_forever_elsewhere_is_matched_at_once() -> None:
    matcher = Matcher("campaign_name", "=~", "(a+)+b")
    assert not matcher.holds("a" * 50_000)
    assert matcher.holds("a" * 50_000 + "b")
