"""Parameters as people type them, and what they are told."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic.alias_generators import to_snake

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.domain.workflows import WORKFLOWS, ParameterError, parameter_schema, to_document, validate
from adops_pipeline.domain.workflows.parameters import AnomalyParameters, PacingParameters, SyncParameters


def _told(workflow_id: str, raw: object) -> list[str]:
    with pytest.raises(ParameterError) as caught:
        validate(workflow_id, raw)
    assert caught.value.workflow_id == workflow_id
    assert str(caught.value) == "\n".join(caught.value.lines)
    return list(caught.value.lines)


def test_camel_case_and_snake_case_mean_the_same() -> None:
    camel = validate("pacing-check", {"lookbackDays": 3, "thresholds": {"overRatio": 1.2}, "projectId": "p1"})
    snake = validate("pacing-check", {"lookback_days": "3", "thresholds": {"over_ratio": 1.2}, "project_id": "p1"})
    assert camel == snake
    assert isinstance(camel, PacingParameters)
    assert (camel.lookback_days, camel.thresholds.over_ratio, camel.project_id) == (3, 1.2, "p1")


def test_lists_may_be_typed_with_commas_and_ids_as_numbers_and_each_counts_once() -> None:
    read = validate("pacing-check", {"platforms": "google-ads, meta-ads,google-ads", "campaignIds": [77, "77", "m:1"]})
    assert isinstance(read, PacingParameters)
    assert read.platforms == (Platform.GOOGLE_ADS, Platform.META_ADS)
    assert read.campaign_ids == ("77", "m:1")


def test_null_means_not_given() -> None:
    nothing = {"platforms": None, "lookbackDays": None, "thresholds": None, "asOf": None, "project_id": None}
    assert validate("pacing-check", nothing) == PacingParameters()
    assert validate("sync-platforms", {"lookbackDays": None}) == SyncParameters()


def test_currencies_are_read_in_any_case_and_money_stays_exact() -> None:
    read = validate("anomaly-scan", {"thresholds": {"leastMoney": {"eur": "50.10"}}, "asOf": "2026-11-23"})
    assert isinstance(read, AnomalyParameters)
    assert read.thresholds.least_money == {"EUR": Decimal("50.10")}
    assert read.as_of == date(2026, 11, 23)


_PACING_THRESHOLDS = "overRatio, underRatio, overspendProbability and overspendPct"
_TOLD: list[tuple[str, Any, str]] = [
    (
        "pacing-check",
        {"platforms": ["google-ads", "gogle-ads"]},
        "platforms[1]: must be 'google-ads', 'meta-ads' or 'pinterest', not \"gogle-ads\"; did you mean google-ads?",
    ),
    ("pacing-check", {"lookback_days": 0}, "lookback_days: must be greater than or equal to 1, not 0"),
    ("pacing-check", {"lookbackDays": "soon"}, 'lookbackDays: must be a whole number, not "soon"'),
    ("pacing-check", {"lookbackDays": True}, "lookbackDays: must be a number, not true"),
    ("sync-platforms", {"lookbackDays": 5000}, "lookbackDays: must be less than or equal to 1110, not 5000"),
    (
        "sync-platforms",
        {"look": 3},
        "look: sync-platforms has no such parameter; it has platforms and lookbackDays; did you mean lookbackDays?",
    ),
    (
        "sync-platforms",
        {" \n": 3},
        '" \\n": sync-platforms has no such parameter; it has platforms and lookbackDays',
    ),
    ("sync-platforms", {"[key]": 3}, "[key]: sync-platforms has no such parameter; it has platforms and lookbackDays"),
    (
        "pacing-check",
        {"thresholds": {"ratio": 2}},
        f"thresholds.ratio: thresholds has no such parameter; it has {_PACING_THRESHOLDS}; did you mean overRatio?",
    ),
    (
        "pacing-check",
        {"thresholds": {"over_ratio": 0.5}},
        "thresholds.over_ratio: must be greater than or equal to 1, not 0.5",
    ),
    ("pacing-check", {"thresholds": [1]}, "thresholds: must be an object, not [1]"),
    ("pacing-check", {"asOf": "31.12.2026"}, 'asOf: must be a date such as 2026-11-23, not "31.12.2026"'),
    ("pacing-check", {"asOf": "2026-02-30"}, 'asOf: must be a date such as 2026-11-23, not "2026-02-30"'),
    ("pacing-check", {"asOf": 1_700_000_000}, "asOf: must be a date such as 2026-11-23, not 1700000000"),
    ("pacing-check", {"projectId": " "}, "projectId: must not be empty"),
    (
        "pacing-check",
        {"minSeverity": "warn"},
        "minSeverity: must be 'info', 'warning' or 'critical', not \"warn\"; did you mean warning?",
    ),
    ("pacing-check", {"campaignIds": [False]}, "campaignIds[0]: must be text, not false"),
    (
        "pacing-check",
        {"platforms": {"a": 1}},
        'platforms: must be a list, not {"a": 1}',
    ),
    (
        "anomaly-scan",
        {"thresholds": {"leastMoney": {"EURO": 5}}},
        'thresholds.leastMoney.EURO: must be a three-letter currency code such as EUR, not "EURO"',
    ),
    (
        "anomaly-scan",
        {"thresholds": {"least_money": {"EUR": -1}}},
        "thresholds.least_money.EUR: must be greater than or equal to 0, not -1",
    ),
    (
        "anomaly-scan",
        {"thresholds": {"leastMoney": 5}},
        "thresholds.leastMoney: must be an object, not 5",
    ),
    ("anomaly-scan", {"thresholds": {"score": float("nan")}}, "thresholds.score: must be a finite number, not NaN"),
    ("budget-reallocation", {"maxChangePct": 0}, "maxChangePct: must be greater than 0, not 0"),
    (
        "budget-reallocation",
        {"currency": "euros"},
        'currency: must be a three-letter currency code such as EUR, not "euros"',
    ),
    (
        "budget-reallocation",
        {"method": "heuristics"},
        "method: must be 'response-curve' or 'heuristic', not \"heuristics\"; did you mean heuristic?",
    ),
    (
        "learning-review",
        {"outcomeDays": 20, "lookbackDays": 10},
        "outcomeDays (20) must be at most lookbackDays (10), else no outcome lies within the days looked at",
    ),
    ("pacing-check", [1], 'parameters: must be given by name, e.g. {"platforms": ["google-ads"]}, not [1]'),
    ("pacing-check", None, 'parameters: must be given by name, e.g. {"platforms": ["google-ads"]}, not null'),
]


@pytest.mark.parametrize(("workflow_id", "raw", "line"), _TOLD)
def test_what_is_wrong_is_named_as_it_was_typed_with_what_is_allowed(workflow_id: str, raw: object, line: str) -> None:
    assert _told(workflow_id, raw) == [line]


def test_a_parameter_given_in_both_spellings_is_refused() -> None:
    raw = {"lookbackDays": 3, "lookback_days": 4, "thresholds": {"overRatio": 2, "over_ratio": 3}}
    assert sorted(_told("pacing-check", raw)) == [
        "lookback_days: given twice, also as lookbackDays",
        "thresholds.over_ratio: given twice, also as overRatio",
    ]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    lines = _told("pacing-check", {"platforms": ["x"], "lookbackDays": -1, "wrong": 1})
    assert [line.split(":")[0] for line in lines] == ["platforms[0]", "lookbackDays", "wrong"]


def test_a_long_value_is_shown_shortened() -> None:
    (line,) = _told("pacing-check", {"asOf": "9" * 500})
    assert len(line) < 130


@pytest.mark.parametrize("workflow_id", WORKFLOWS)
def test_the_json_schema_names_every_parameter_with_a_description_and_refuses_others(workflow_id: str) -> None:
    schema = parameter_schema(workflow_id)
    model = WORKFLOWS[workflow_id].parameters
    assert {to_snake(name) for name in schema["properties"]} == set(model.model_fields)
    assert schema["additionalProperties"] is False
    assert schema["description"] == WORKFLOWS[workflow_id].description
    assert all("description" in field for field in schema["properties"].values())


def test_the_json_schema_holds_the_limits_and_words() -> None:
    schema = parameter_schema("pacing-check")
    lookback = schema["properties"]["lookbackDays"]
    assert (lookback["minimum"], lookback["maximum"], lookback["default"]) == (1, 400, 7)
    assert schema["$defs"]["Platform"]["enum"] == ["google-ads", "meta-ads", "pinterest"]
    assert schema["$defs"]["Severity"]["enum"] == ["info", "warning", "critical"]


_DAYS = st.dates(date(2024, 1, 1), date(2030, 1, 1)).map(date.isoformat)
_PACING = st.fixed_dictionaries(
    {},
    optional={
        "platforms": st.lists(st.sampled_from([p.value for p in Platform]), max_size=4),
        "campaignIds": st.lists(st.integers(0, 10**18) | st.from_regex(r"[a-z]{1,5}:\d+", fullmatch=True), max_size=4),
        "lookbackDays": st.integers(1, 400),
        "asOf": _DAYS,
        "thresholds": st.fixed_dictionaries(
            {}, optional={"overRatio": st.floats(1, 10), "underRatio": st.floats(0, 1)}
        ),
    },
)


@given(_PACING)
def test_parameters_survive_the_way_through_json(raw: dict[str, Any]) -> None:
    parameters = validate("pacing-check", raw)
    assert validate("pacing-check", to_document(parameters)) == parameters


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_NAMES = sorted({name for workflow in WORKFLOWS for name in parameter_schema(workflow)["properties"]})


@given(
    st.sampled_from(sorted(WORKFLOWS)),
    st.dictionaries(st.sampled_from(_NAMES) | st.text(max_size=5), _JSON, max_size=4),
)
def test_whatever_is_typed_is_read_or_answered_in_words(workflow_id: str, raw: dict[str, Any]) -> None:
    try:
        parameters = validate(workflow_id, raw)
    except ParameterError as error:
        told = error.lines
    else:
        told = ("well",)
        assert validate(workflow_id, to_document(parameters)) == parameters
    assert told
    assert all(line and "\n" not in line for line in told)
