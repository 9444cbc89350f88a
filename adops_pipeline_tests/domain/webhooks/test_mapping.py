"""Mappings: paths, constants, defaults, conversions; wrong ones are named when they are registered."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.webhooks.coercion import COERCIONS, CoercionError, Kind, coerce
from adops_pipeline.domain.webhooks.json_path import MISSING, PathError, parse_path
from adops_pipeline.domain.webhooks.mapping import MappingError, read_mapping
from adops_pipeline.domain.workflows import UnknownWorkflowError

PAYLOAD = {
    "id": "23851", "days": "7", "total": {"amount": 12.5, "a.b": 1}, "none": None, "empty": [],
    "campaigns": [{"id": "1", "tags": ["x", "y"]}, {"id": "2", "tags": ["z"]}, {"name": "no id"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$", PAYLOAD),
        ("$.id", "23851"),
        ("$.total.amount", 12.5),
        ("$['total']['a.b']", 1),
        ('$["total"]["amount"]', 12.5),
        ("$.campaigns[0].id", "1"),
        ("$.campaigns[-1].name", "no id"),
        ("$.campaigns[-3].id", "1"),
        ("$.campaigns[-4].id", MISSING),
        ("$.campaigns[*].id", ["1", "2"]),
        ("$.campaigns[*].tags[*]", ["x", "y", "z"]),
        ("$.campaigns[*].tags[0]", ["x", "z"]),
        ("$.empty[*]", []),
        ("$.campaigns[*].nothing", []),
        ("$.none", None),
        ("$.nothing", MISSING),
        ("$.id.more", MISSING),
        ("$.id[0]", MISSING),
        ("$.id[*]", MISSING),
        ("$.campaigns[3]", MISSING),
        ("$.campaigns.id", MISSING),
    ],
)
def test_a_path_finds_its_value(path: str, expected: object) -> None:
    found = parse_path(path).find(PAYLOAD)
    assert found == expected or found is expected


@pytest.mark.parametrize(
    "path",
    ["", "id", ".id", "$id", "$.", "$..id", "$.a b", "$[", "$[]", "$['']", "$[1:2]", "$[?(@.a)]", "$.a[", "$.a[*",
     "$['a\\'b']", "$.*", "$." + "a" * 300, "$[-]", "$[00000001]"],
)  # fmt: skip
def test_a_malformed_path_is_refused(path: str) -> None:
    with pytest.raises(PathError):
        parse_path(path)


@given(st.text(alphabet="$.[]'\"*-01ab ", max_size=60))
def test_any_path_is_read_or_refused(path: str) -> None:
    with suppress(PathError):
        parse_path(path).find(PAYLOAD)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("text", 7, "7"), ("text", True, "true"), ("text", 1.5, "1.5"), ("text", "a", "a"),
        ("int", "7", 7), ("int", " -7 ", -7), ("int", 7.0, 7), ("int", 7, 7),
        ("float", "7.5", 7.5), ("float", "1e3", 1000.0), ("float", 7, 7.0), ("float", 0.5, 0.5),
        ("bool", "Yes", True), ("bool", "off", False), ("bool", 1, True), ("bool", False, False),
        ("date", "2026-11-23", "2026-11-23"), ("date", "2026-11-23T23:30:00-05:00", "2026-11-23"),
        ("date", "2026-11-23T08:00:00Z", "2026-11-23"), ("date", 1_763_856_000, "2025-11-23"),
        ("list", "a, b,,c", ["a", "b", "c"]), ("list", ["a"], ["a"]), ("list", 7, [7]), ("list", "", []),
    ],
)  # fmt: skip
def test_a_value_is_converted(kind: Kind, value: object, expected: object) -> None:
    found = coerce(kind, value)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", []), ("int", "7.5"), ("int", 7.5), ("int", True), ("int", ""), ("int", 10**16), ("int", "٣"),
        ("float", "inf"), ("float", "1e999"), ("float", True), ("float", 10**400), ("bool", "maybe"), ("bool", 2),
        ("date", "soon"), ("date", "2026-02-30"), ("date", 1e300), ("date", True), ("list", {}),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_converted_is_refused(kind: Kind, value: object) -> None:
    with pytest.raises(CoercionError, match="must be "):
        coerce(kind, value)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.sampled_from(tuple(COERCIONS)), _JSON)
def test_no_value_raises_another_error(kind: Kind, value: object) -> None:
    with suppress(CoercionError):
        coerce(kind, value)


def _mapped(mapping: Mapping[str, Any], target: str = "pacing-check") -> dict[str, Any]:
    return read_mapping(target, mapping).request(PAYLOAD).document


def test_paths_constants_defaults_and_groups_become_parameters() -> None:
    found = _mapped(
        {
            "campaignIds": "$.campaigns[*].id",
            "lookbackDays": {"path": "$.days", "type": "int"},
            "minSeverity": {"value": "warning"},
            "platforms": {"path": "$.platforms", "default": ["pinterest"]},
            "thresholds.overspendPct": {"path": "$.total.amount"},
            "projectId": {"path": "$.none", "optional": True},
        }
    )
    assert (found["campaignIds"], found["lookbackDays"], found["minSeverity"]) == (["1", "2"], 7, "warning")
    assert (found["platforms"], found["thresholds"]["overspendPct"]) == (["pinterest"], 12.5)
    assert "projectId" not in found


def test_what_is_not_mapped_stays_as_the_template_says() -> None:
    optional = {"platforms": {"path": "$.none", "optional": True}}
    assert _mapped(optional, "quick-pacing-check")["platforms"] == ["google-ads", "meta-ads", "pinterest"]
    assert _mapped({"platforms": {"value": ["pinterest"]}}, "quick-pacing-check")["platforms"] == ["pinterest"]


def test_an_amount_by_currency_can_be_mapped() -> None:
    found = _mapped({"thresholds.leastMoney.EUR": "$.total.amount"}, "anomaly-scan")
    assert found["thresholds"]["leastMoney"] == {"EUR": "12.5"}


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"campainIds": "$.id"}, "campainIds: pacing-check has no such parameter.*did you mean campaignIds"),
        ({"thresholds.overRate": "$.id"}, "thresholds.overRate: .*did you mean overRatio"),
        ({"thresholds.over.ratio.x": "$.id"}, "nested"),
        ({"lookbackDays": {"value": "soon"}}, 'lookbackDays: must be a whole number, not "soon"'),
        ({"lookbackDays": {"path": "$.id", "default": 0}}, "lookbackDays: must be greater than or equal to 1"),
        ({"lookbackDays": {"path": "$.id", "type": "int", "default": "x"}}, "lookbackDays: default must be a whole"),
        ({"lookbackDays": {"path": "$.id", "type": "integer"}}, "type must be one of text, int.*did you mean int"),
        ({"lookbackDays": {"pth": "$.id"}}, "no field 'pth'.*did you mean path"),
        ({"lookbackDays": {}}, "give either path or value"),
        ({"lookbackDays": {"path": "$.id", "value": 7}}, "give either path or value"),
        ({"lookbackDays": {"value": 7, "default": 8}}, "belong to a path"),
        ({"lookbackDays": {"value": None}}, "must not be null"),
        ({"lookbackDays": {"path": 7}}, "path must be text"),
        ({"lookbackDays": {"path": "$.id", "optional": "yes"}}, "optional must be true or false"),
        ({"lookbackDays": {"path": "$.id", "type": []}}, "type must be one of"),
        ({"lookbackDays": 7}, "must be a path such as"),
        ({"lookbackDays": "days"}, "paths begin with \\$"),
        ({"lookbackDays": {"value": 7}, "lookback_days": {"value": 8}}, "given twice"),
        ({"thresholds": {"value": {}}, "thresholds.overRatio": "$.id"}, "thresholds.overRatio"),
        ({"projectId": {"value": "a\x00"}}, "NUL"),
        ({"projectId": {"value": "a\ud800"}}, "surrogate"),
        ({"projectId": {"value": "x" * 20_001}}, "longer than"),
        ({f"p{number}": "$" for number in range(101)}, "more than 100"),
    ],
)
def test_a_wrong_mapping_is_named_when_it_is_registered(mapping: dict[str, Any], said: str) -> None:
    with pytest.raises(MappingError, match=said):
        read_mapping("pacing-check", mapping)


def test_every_wrong_parameter_is_named_at_once() -> None:
    with pytest.raises(MappingError) as caught:
        read_mapping("pacing-check", {"campainIds": "$.id", "lookbackDays": "days", "asOf": {"value": "soon"}})
    assert len(caught.value.lines) == 3
    with pytest.raises(UnknownWorkflowError, match="did you mean pacing-check"):
        read_mapping("pacing-chek", {})


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"lookbackDays": "$.nothing"}, "lookbackDays: the payload has nothing at \\$.nothing"),
        ({"lookbackDays": "$.none"}, "lookbackDays: the payload has nothing at \\$.none"),
        ({"lookbackDays": {"path": "$.total", "type": "int"}}, "lookbackDays: \\$.total must be a whole number"),
        ({"lookbackDays": "$.id"}, "lookbackDays: must be less than or equal to 400"),
        ({"platforms": "$.id"}, "platforms"),
    ],
)
def test_a_payload_that_does_not_fit_is_named_by_parameter(mapping: dict[str, Any], said: str) -> None:
    with pytest.raises(MappingError, match=said):
        _mapped(mapping)
