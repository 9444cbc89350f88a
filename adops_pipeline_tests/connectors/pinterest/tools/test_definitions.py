"""The tools as they are defined: the names of the issue, inputs that refuse what Pinterest would, exact money."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from adops_pipeline.connectors.pinterest.tools import TOOLS
from adops_pipeline.connectors.pinterest.tools.audiences import CreateAudienceInput
from adops_pipeline.connectors.pinterest.tools.columns import COLUMNS, row_of
from adops_pipeline.connectors.pinterest.tools.money import as_text, check_amounts, from_micros, to_micros
from adops_pipeline.connectors.tools import ReadTool, RefusedInputError, WriteTool
from adops_pipeline_tests.connectors.pinterest.tools.conftest import ACCOUNT, READS, WRITES, Bench
from adops_pipeline_tests.contract.pinterest_spec import columns

NAMES = """list_ad_accounts get_ad_account list_campaigns create_campaign update_campaign list_ad_groups create_ad_group
list_ads create_ad list_pins create_pin get_analytics get_campaign_analytics list_audiences create_audience
get_targeting list_boards get_delivery_metrics update_ad_group"""


def test_the_tools_are_the_promised_ones_and_creates_and_updates_write() -> None:
    assert sorted(tool.name for tool in TOOLS) == sorted(f"pinterest_{name}" for name in NAMES.split())
    for tool in TOOLS:
        is_change = tool.name.startswith(("pinterest_create", "pinterest_update"))
        assert isinstance(tool, WriteTool if is_change else ReadTool)
        assert tool.scope.endswith(":write" if is_change else ":read")
    assert {tool.name for tool in TOOLS} == READS.keys() | WRITES.keys()


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_argument_is_described_in_a_sentence_and_unknown_ones_are_refused(tool: Any) -> None:
    schema = tool.input_model.model_json_schema()
    assert schema["additionalProperties"] is False
    for name, part in schema["properties"].items():
        assert part.get("description", "").endswith("."), f"{tool.name}.{name}"
    arguments = {"account_id": ACCOUNT, **WRITES[tool.name]} if tool.name in WRITES else READS[tool.name]
    with pytest.raises(ValidationError, match="colour"):
        tool.input_model.model_validate({**arguments, "colour": "red"})


CAMPAIGN = {"account_id": ACCOUNT, **WRITES["pinterest_create_campaign"]}
UPDATE = {"account_id": ACCOUNT, "campaign_id": "1"}
GROUP = {"account_id": ACCOUNT, **WRITES["pinterest_create_ad_group"]}
AUDIENCE = {"account_id": ACCOUNT, **WRITES["pinterest_create_audience"]}
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("pinterest_create_campaign", {**CAMPAIGN, "lifetime_budget": 5}, "not both"),
    ("pinterest_create_campaign", {**CAMPAIGN, "daily_budget": 0}, "greater than 0"),
    ("pinterest_create_campaign", {**CAMPAIGN, "daily_budget": "1.2345678"}, "6 decimal places"),
    ("pinterest_create_campaign", {**CAMPAIGN, "status": "ACTIVE"}, "paused"),
    ("pinterest_create_campaign", {**CAMPAIGN, "start_time": "2026-12-01T00:00:00"}, "UTC offset"),
    (
        "pinterest_create_campaign",
        {**CAMPAIGN, "start_time": "2026-12-02T00:00:00Z", "end_time": "2026-12-01T00:00:00Z"},
        "end_time must be after",
    ),
    ("pinterest_update_campaign", UPDATE, "at least one value"),
    ("pinterest_update_campaign", {**UPDATE, "daily_budget": 5, "lifetime_budget": 5}, "not both"),
    ("pinterest_update_ad_group", {"account_id": ACCOUNT, "ad_group_id": "1"}, "at least one value"),
    ("pinterest_create_ad_group", {**GROUP, "bid": 2}, "bid belongs to"),
    ("pinterest_create_ad_group", {**GROUP, "conversion_event": None}, "belong together"),
    ("pinterest_create_ad_group", {**GROUP, "targeting": {"age": ["18-24"]}}, "age"),
    ("pinterest_create_audience", {**AUDIENCE, "percentage": None}, "needs percentage"),
    ("pinterest_create_audience", {**AUDIENCE, "retention_days": 30}, "has no retention_days"),
    ("pinterest_list_ads", {"account_id": ACCOUNT, "campaign_ids": ["1"], "ad_group_ids": ["2"]}, "not both"),
    ("pinterest_get_targeting", {"account_id": ACCOUNT, "targeting_type": "PLACEMENT"}, "no values to choose from"),
    ("pinterest_list_campaigns", {"account_id": "act_1"}, "account_id"),
    ("pinterest_list_campaigns", {"account_id": ACCOUNT, "limit": 251}, "250"),
]


@pytest.mark.parametrize(("name", "arguments", "words"), REFUSED)
def test_what_pinterest_would_refuse_is_refused_before_it_is_asked(
    name: str, arguments: dict[str, Any], words: str
) -> None:
    tool = next(tool for tool in TOOLS if tool.name == name)
    with pytest.raises(ValidationError, match=words):
        tool.input_model.model_validate(arguments)


RULES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {"audience_type": "ENGAGEMENT", "engagement_domains": ["shop.example"], "engagement_type": "save"},
        {"engagement_domain": ["shop.example"], "engagement_type": "save", "retention_days": 180},
    ),
    ({"audience_type": "CUSTOMER_LIST", "customer_list_id": "7"}, {"customer_list_id": "7"}),
    (
        {"audience_type": "ACTALIKE", "seed_audience_ids": ["1"], "country": "GB", "percentage": 2},
        {"seed_id": ["1"], "country": "GB", "percentage": 2},
    ),
]


@pytest.mark.parametrize(("given", "rule"), RULES)
def test_the_rule_of_an_audience_has_pinterests_names(given: dict[str, Any], rule: dict[str, Any]) -> None:
    assert CreateAudienceInput.model_validate({"account_id": ACCOUNT, "name": "New", **given}).rule() == rule


async def test_an_unknown_field_is_named_with_the_nearest_and_pinterest_is_not_asked(bench: Bench) -> None:
    for name in ("pinterest_list_campaigns", "pinterest_get_analytics"):
        with pytest.raises(RefusedInputError, match="did you mean"):
            await bench.read(name, **{**READS[name], "fields": ["objectiv_type" if "list" in name else "spent"]})
    assert not bench.switch.sent


@pytest.mark.parametrize("amount", ["0.01", "12.5", "999999999.99", "1200"])
def test_money_is_micros_exactly_for_every_currency(amount: str) -> None:
    assert from_micros(to_micros(Decimal(amount))) == Decimal(amount)
    assert as_text(from_micros(to_micros(Decimal(amount)))) == amount
    assert to_micros(Decimal("0.000001")) == 1


def test_an_amount_with_more_decimals_than_the_currency_is_refused() -> None:
    check_amounts("USD", daily_budget=Decimal("1.25"))
    check_amounts("JPY", daily_budget=Decimal(1200), bid=None)
    for currency, amount in (("USD", "1.255"), ("JPY", "1200.5")):
        with pytest.raises(RefusedInputError, match=f"daily_budget: {amount} is not an amount of {currency}"):
            check_amounts(currency, daily_budget=Decimal(amount))


def test_figures_have_money_as_text_in_units_and_counts_as_numbers() -> None:
    sent: dict[str, object] = {
        "SPEND_IN_MICRO_DOLLAR": 12_500_000,
        "CAMPAIGN_DAILY_SPEND_CAP": 31_000_000,
        "PAID_IMPRESSION": 1200,
    }
    sent |= {"CPC_IN_MICRO_DOLLAR": 250_000, "CHECKOUT_ROAS": 1.25, "CAMPAIGN_LIFETIME_SPEND_CAP": None}
    assert row_of(sent, [name for name, column in COLUMNS.items() if column in sent], "USD") == {
        "spend": "12.5",
        "cpc": "0.25",
        "campaign_daily_spend_cap": "31",
        "campaign_lifetime_spend_cap": None,
        "paid_impression": 1200,
        "checkout_roas": "1.25",
        "currency": "USD",
    }


def test_every_field_of_the_figures_is_a_column_of_both_versions_of_pinterest() -> None:
    for official in columns("sync"):
        assert set(COLUMNS.values()) <= official
    assert COLUMNS["spend"] == "SPEND_IN_MICRO_DOLLAR"
