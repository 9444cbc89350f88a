"""Promises of the answers: the market's truth in Google's wire form, selected fields only, limits kept."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from adops_pipeline.domain.vocabulary import CampaignStatus
from adops_pipeline_tests.sandbox.google_ads.conftest import (
    DE,
    EMPTY,
    JP,
    MANAGER,
    NOW,
    US,
    Caller,
    Clock,
    caller_of,
    market,
    reason,
)

WEEK = "segments.date BETWEEN '2026-11-01' AND '2026-11-07'"
START, END = date(2026, 11, 1), date(2026, 11, 7)


async def test_only_selected_fields_and_resource_names_come_back(caller: Caller) -> None:
    row = (await caller.rows(DE, "SELECT campaign.name, campaign_budget.amount_micros FROM campaign LIMIT 1"))[0]
    assert set(row) == {"campaign", "campaignBudget"}
    assert set(row["campaign"]) == {"resourceName", "name"}
    assert set(row["campaignBudget"]) == {"resourceName", "amountMicros"}
    assert row["campaign"]["resourceName"].startswith(f"customers/{DE}/campaigns/")


async def test_64_bit_integers_are_text_and_doubles_are_numbers(caller: Caller) -> None:
    fields = "campaign.id, segments.date, metrics.clicks, metrics.cost_micros, metrics.conversions, metrics.ctr"
    rows = await caller.rows(US, f"SELECT {fields} FROM campaign WHERE {WEEK}")
    for row in rows:
        assert isinstance(row["campaign"]["id"], str)
        assert isinstance(row["metrics"]["clicks"], str)
        assert isinstance(row["metrics"]["costMicros"], str)
        assert isinstance(row["metrics"]["conversions"], int | float)
        assert isinstance(row["metrics"]["ctr"], int | float)
    assert any(isinstance(row["metrics"]["conversions"], float) for row in rows)


@pytest.mark.parametrize("account", [US, DE, JP])
async def test_daily_rows_are_the_markets_days_to_the_last_digit(caller: Caller, account: str) -> None:
    metrics = "metrics.impressions, metrics.clicks, metrics.cost_micros, metrics.conversions, metrics.conversions_value"
    query = f"SELECT ad_group.id, campaign.id, segments.date, {metrics} FROM ad_group WHERE {WEEK}"
    told = {
        (row["segments"]["date"], row["campaign"]["id"], row["adGroup"]["id"]): (
            int(row["metrics"]["impressions"]),
            int(row["metrics"]["clicks"]),
            Decimal(row["metrics"]["costMicros"]) / 1_000_000,
            Decimal(str(row["metrics"]["conversions"])),
            Decimal(str(row["metrics"]["conversionsValue"])),
        )
        for row in await caller.rows(account, query)
    }
    days = market().ad_group_days(account, START, END, NOW)
    assert told == {
        (d.date.isoformat(), d.campaign_id, d.ad_group_id): (d.impressions, d.clicks, d.spend, d.conversions, d.revenue)
        for d in days
    }
    assert len(told) > 50


async def test_without_the_date_selected_the_window_is_summed_and_idle_campaigns_show_zeros(caller: Caller) -> None:
    rows = await caller.rows(DE, f"SELECT campaign.id, metrics.cost_micros FROM campaign WHERE {WEEK}")
    truth: Counter[str] = Counter()
    for day in market().campaign_days(DE, START, END, NOW):
        truth[day.campaign_id] += int(day.spend * 1_000_000)
    told = {row["campaign"]["id"]: int(row["metrics"]["costMicros"]) for row in rows}
    assert told == {c.campaign_id: truth[c.campaign_id] for c in market().campaigns(DE, NOW)}
    assert 0 in told.values()


async def test_an_account_and_a_shared_budget_add_up_their_campaigns(caller: Caller) -> None:
    (total,) = await caller.rows(US, f"SELECT customer.id, metrics.cost_micros FROM customer WHERE {WEEK}")
    query = f"SELECT campaign_budget.id, metrics.cost_micros FROM campaign_budget WHERE {WEEK}"
    budgets = await caller.rows(US, query)
    spend = sum(d.spend for d in market().campaign_days(US, START, END, NOW)) * 1_000_000
    assert int(total["metrics"]["costMicros"]) == spend
    assert sum(int(row["metrics"]["costMicros"]) for row in budgets) == spend
    assert len(budgets) == len(market().campaigns(US, NOW)) - 1


async def test_by_day_rows_whose_selected_metrics_are_all_zero_are_left_out(caller: Caller) -> None:
    month = "segments.date BETWEEN '2026-10-24' AND '2026-11-22'"
    selected = "SELECT ad_group.id, segments.date, metrics.{} FROM ad_group WHERE {}"
    with_clicks = await caller.rows(JP, selected.format("clicks", month))
    with_conversions = await caller.rows(JP, selected.format("conversions", month))
    assert all(row["metrics"]["conversions"] for row in with_conversions)
    assert 0 < len(with_conversions) < len(with_clicks)


async def test_campaigns_of_every_status_come_back_and_an_ended_one_is_enabled_with_its_end(caller: Caller) -> None:
    query = "SELECT campaign.id, campaign.status, campaign.primary_status, campaign.end_date_time FROM campaign"
    rows = {row["campaign"]["id"]: row["campaign"] for row in await caller.rows(DE, query)}
    assert {row["status"] for row in rows.values()} == {"ENABLED", "PAUSED", "REMOVED"}
    campaigns = market().campaigns(DE, NOW)
    assert list(rows) == [c.campaign_id for c in campaigns]
    for campaign in campaigns:
        row = rows[campaign.campaign_id]
        assert ("endDateTime" in row) == (campaign.end_date is not None)
        if campaign.status is CampaignStatus.ENDED:
            assert (row["status"], row["primaryStatus"]) == ("ENABLED", "ENDED")
            assert row["endDateTime"] == f"{campaign.end_date} 23:59:59"


async def test_a_campaign_that_starts_later_is_pending(caller: Caller) -> None:
    query = (
        "SELECT campaign.primary_status, campaign.serving_status FROM campaign WHERE campaign.start_date_time > '2029'"
    )
    (row,) = await caller.rows(JP, query)
    assert (row["campaign"]["primaryStatus"], row["campaign"]["servingStatus"]) == ("PENDING", "PENDING")


async def test_budgets_are_micros_a_day_or_in_total_and_a_shared_one_repeats(caller: Caller) -> None:
    fields = ["id", "amount_micros", "total_amount_micros", "period", "explicitly_shared", "reference_count"]
    selected = ", ".join(f"campaign_budget.{name}" for name in fields)
    rows = await caller.rows(DE, f"SELECT campaign.id, {selected} FROM campaign")
    budgets = {row["campaign"]["id"]: row["campaignBudget"] for row in rows}
    shared: list[str] = []
    for campaign in market().campaigns(DE, NOW):
        budget = budgets[campaign.campaign_id]
        assert campaign.budget is not None
        micros = str(int(campaign.budget * 1_000_000))
        if campaign.budget_kind == "lifetime":
            assert (budget["totalAmountMicros"], budget["period"]) == (micros, "CUSTOM_PERIOD")
            assert "amountMicros" not in budget
        else:
            assert (budget["amountMicros"], budget["period"]) == (micros, "DAILY")
            assert "totalAmountMicros" not in budget
        assert budget["explicitlyShared"] == (campaign.budget_kind == "shared_daily")
        shared += [budget["id"]] if budget["explicitlyShared"] else []
    assert len(shared) == 2
    assert len(set(shared)) == 1
    assert len({budget["id"] for budget in budgets.values()}) == len(budgets) - 1


async def test_yen_budgets_are_micros_too(caller: Caller) -> None:
    rows = await caller.rows(JP, "SELECT campaign_budget.amount_micros FROM campaign")
    amounts = {int(row["campaignBudget"]["amountMicros"]) for row in rows}
    assert amounts == {int((c.budget or 0) * 1_000_000) for c in market().campaigns(JP, NOW)}


async def test_a_managers_clients_and_itself_are_listed(caller: Caller) -> None:
    query = "SELECT customer_client.id, customer_client.manager, customer_client.level FROM customer_client"
    clients = [row["customerClient"] for row in await caller.rows(MANAGER, query)]
    assert [(c["id"], c["manager"], c["level"]) for c in clients] == [
        (MANAGER, True, "0"),
        *((account, False, "1") for account in (US, DE, JP, EMPTY)),
    ]
    assert [row["customerClient"]["id"] for row in await caller.rows(US, query)] == [US]


async def test_a_manager_has_settings_but_no_metrics(caller: Caller) -> None:
    assert await caller.rows(MANAGER, "SELECT campaign.id FROM campaign") == []
    refused = await caller.refusal(MANAGER, f"SELECT campaign.id, metrics.clicks FROM campaign WHERE {WEEK}")
    assert refused == "400 queryError.REQUESTED_METRICS_FOR_MANAGER"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT metrics.conversion_value FROM campaign", "UNRECOGNIZED_FIELD"),
        ("SELECT campaign.start_date FROM campaign", "UNRECOGNIZED_FIELD"),
        ("SELECT campaign.id FROM campaign WHERE campaign.nothing = 1", "UNRECOGNIZED_FIELD"),
        ("SELECT campaign.id FROM campaigns", "BAD_RESOURCE_TYPE_IN_FROM_CLAUSE"),
        ("SELECT ad_group.id FROM campaign", "PROHIBITED_RESOURCE_TYPE_IN_SELECT_CLAUSE"),
        ("SELECT campaign.id FROM campaign WHERE ad_group.id = 1", "PROHIBITED_RESOURCE_TYPE_IN_WHERE_CLAUSE"),
        ("SELECT campaign.id FROM campaign ORDER BY ad_group.id", "PROHIBITED_FIELD_IN_ORDER_BY_CLAUSE"),
        ("SELECT metrics.clicks FROM customer_client", "PROHIBITED_METRIC_IN_SELECT_OR_WHERE_CLAUSE"),
        ("SELECT segments.date FROM customer_client", "PROHIBITED_SEGMENT_IN_SELECT_OR_WHERE_CLAUSE"),
        ("SELECT campaign.id FROM campaign ORDER BY metrics.clicks", "EXPECTED_REFERENCED_FIELD_IN_SELECT_CLAUSE"),
        ("SELECT campaign.id, segments.date FROM campaign", "EXPECTED_FILTERS_ON_DATE_RANGE"),
        (
            "SELECT segments.date FROM campaign WHERE segments.date >= '2026-11-01'",
            "EXPECTED_FILTERS_ON_DATE_RANGE",
        ),
        ("SELECT campaign.id FROM campaign WHERE segments.date = '01/11/2026'", "INVALID_DATE_FORMAT"),
        ("SELECT campaign.id FROM campaign WHERE segments.date = '2026-02-30'", "INVALID_DATE_FORMAT"),
        ("SELECT campaign.id FROM campaign WHERE segments.date IN ('2026-11-01')", "OPERATOR_FIELD_MISMATCH"),
        (
            "SELECT campaign.id FROM campaign WHERE segments.date BETWEEN '2026-11-02' AND '2026-11-01'",
            "INVALID_VALUE_WITH_BETWEEN_OPERATOR",
        ),
        (
            "SELECT campaign.id FROM campaign WHERE segments.date DURING LAST_YEAR",
            "INVALID_VALUE_WITH_DURING_OPERATOR",
        ),
        ("SELECT campaign.id FROM campaign WHERE campaign.id DURING TODAY", "OPERATOR_FIELD_MISMATCH"),
        ("SELECT campaign.id FROM campaign WHERE campaign.status = 'ACTIVE'", "BAD_ENUM_CONSTANT"),
        ("SELECT campaign.id FROM campaign WHERE campaign.status > 'ENABLED'", "OPERATOR_FIELD_MISMATCH"),
        ("SELECT campaign.id FROM campaign WHERE campaign.id = 'abc'", "BAD_NUMBER"),
        ("SELECT campaign.id FROM campaign WHERE campaign_budget.explicitly_shared = 'maybe'", "BAD_VALUE"),
    ],
)
async def test_a_query_google_refuses_is_refused_by_the_same_name(caller: Caller, query: str, code: str) -> None:
    assert await caller.refusal(DE, query) == f"400 queryError.{code}"


@pytest.mark.parametrize(
    ("condition", "keep"),
    [
        ("campaign.status = 'REMOVED'", lambda c: c.status is CampaignStatus.REMOVED),
        ("campaign.status != 'REMOVED'", lambda c: c.status is not CampaignStatus.REMOVED),
        ("campaign.status IN ('PAUSED', 'REMOVED')", lambda c: c.status.name in ("PAUSED", "REMOVED")),
        ("campaign.status NOT IN ('PAUSED', 'REMOVED')", lambda c: c.status.name not in ("PAUSED", "REMOVED")),
        ("campaign.name = 'Zelte & Schlafsäcke'", lambda c: c.name == "Zelte & Schlafsäcke"),
        ("""campaign.name = 'Schuhe, "wasserdicht"'""", lambda c: c.name == 'Schuhe, "wasserdicht"'),
        ("campaign.id >= 21483481060", lambda c: int(c.campaign_id) >= 21483481060),
        ("campaign.id BETWEEN 21483481018 AND '21483481032'", lambda c: 18 <= int(c.campaign_id) - 21483481000 <= 32),
        ("campaign.id < 21483481018", lambda c: int(c.campaign_id) < 21483481018),
        ("campaign.end_date_time IS NULL", lambda c: c.end_date is None),
        ("campaign.end_date_time IS NOT NULL", lambda c: c.end_date is not None),
        ("campaign_budget.explicitly_shared = TRUE", lambda c: c.budget_kind == "shared_daily"),
        ("campaign_budget.explicitly_shared = false", lambda c: c.budget_kind != "shared_daily"),
    ],
)
async def test_conditions_keep_what_they_say(caller: Caller, condition: str, keep) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    rows = await caller.rows(DE, f"SELECT campaign.id FROM campaign WHERE {condition}")
    expected = [c.campaign_id for c in market().campaigns(DE, NOW) if keep(c)]
    assert [row["campaign"]["id"] for row in rows] == expected
    assert expected


async def test_rows_are_sorted_by_several_keys_numbers_as_numbers_and_cut(caller: Caller) -> None:
    query = f"SELECT campaign.id, segments.date, metrics.clicks FROM campaign WHERE {WEEK}"
    every = await caller.rows(US, query)
    first = await caller.rows(US, f"{query} ORDER BY segments.date DESC, metrics.clicks LIMIT 12")
    key = [(row["segments"]["date"], -int(row["metrics"]["clicks"])) for row in every]
    assert [(row["segments"]["date"], -int(row["metrics"]["clicks"])) for row in first] == sorted(key, reverse=True)[
        :12
    ]


@pytest.mark.parametrize(
    ("condition", "first", "last"),
    [
        ("DURING TODAY", "2026-11-23", "2026-11-23"),
        ("DURING YESTERDAY", "2026-11-22", "2026-11-22"),
        ("DURING LAST_7_DAYS", "2026-11-16", "2026-11-22"),
        ("DURING LAST_14_DAYS", "2026-11-09", "2026-11-22"),
        ("DURING LAST_30_DAYS", "2026-10-24", "2026-11-22"),
        ("DURING THIS_MONTH", "2026-11-01", "2026-11-23"),
        ("DURING LAST_MONTH", "2026-10-01", "2026-10-31"),
        ("= '20261105'", "2026-11-05", "2026-11-05"),
        ("> '2026-11-05' AND segments.date < '2026-11-09'", "2026-11-06", "2026-11-08"),
        (">= '2026-11-05' AND segments.date <= '2026-11-09'", "2026-11-05", "2026-11-09"),
        ("BETWEEN '2026-11-01' AND '2026-11-09' AND segments.date > '2026-11-04'", "2026-11-05", "2026-11-09"),
    ],
)
async def test_date_conditions_give_these_days(caller: Caller, condition: str, first: str, last: str) -> None:
    query = f"SELECT segments.date, metrics.clicks FROM customer WHERE segments.date {condition}"
    days = [row["segments"]["date"] for row in await caller.rows(US, query)]
    assert (days[0], days[-1], len(days)) == (
        first,
        last,
        (date.fromisoformat(last) - date.fromisoformat(first)).days + 1,
    )


async def test_days_are_the_accounts_own_and_none_lies_in_its_future() -> None:
    caller = caller_of(Clock(datetime(2026, 11, 22, 20, 0, tzinfo=UTC)))
    await caller.log_in()
    query = (
        "SELECT segments.date, metrics.clicks FROM customer WHERE segments.date BETWEEN '2026-11-20' AND '2026-12-31'"
    )
    last = {account: (await caller.rows(account, query))[-1]["segments"]["date"] for account in (US, DE, JP)}
    assert last == {US: "2026-11-22", DE: "2026-11-22", JP: "2026-11-23"}


async def test_days_more_than_37_months_back_are_not_told() -> None:
    caller = caller_of(Clock(datetime(2028, 3, 31, 12, 0, tzinfo=UTC)))
    await caller.log_in()
    query = (
        "SELECT segments.date, metrics.clicks FROM customer WHERE segments.date BETWEEN '2024-01-01' AND '2025-03-31'"
    )
    assert (await caller.rows(US, query))[0]["segments"]["date"] == "2025-02-28"


async def test_the_same_day_shows_more_conversions_when_asked_later(caller: Caller) -> None:
    query = "SELECT metrics.conversions FROM customer WHERE segments.date = '2026-11-20'"
    (before,) = await caller.rows(US, query)
    caller.clock.now += timedelta(days=20)
    await caller.log_in()
    (after,) = await caller.rows(US, query)
    assert after["metrics"]["conversions"] > before["metrics"]["conversions"]


async def test_leads_count_among_all_conversions_only(caller: Caller) -> None:
    metrics = "metrics.conversions, metrics.all_conversions, metrics.conversions_value, metrics.all_conversions_value"
    (row,) = await caller.rows(JP, f"SELECT {metrics} FROM customer WHERE {WEEK}")
    leads = sum(d.leads for d in market().campaign_days(JP, START, END, NOW))
    told = row["metrics"]
    assert leads > 0
    assert told["allConversions"] - told["conversions"] == pytest.approx(leads)
    assert told["allConversionsValue"] == told["conversionsValue"]


async def test_ratios_on_nothing_are_zero_not_infinite(caller: Caller) -> None:
    metrics = "metrics.ctr, metrics.average_cpc, metrics.cost_per_conversion"
    rows = await caller.rows(DE, f"SELECT {metrics} FROM campaign WHERE {WEEK} AND metrics.impressions = 0")
    assert rows
    assert all(row["metrics"] == {"ctr": 0, "averageCpc": 0, "costPerConversion": 0} for row in rows)


async def test_a_stream_comes_in_several_chunks_of_at_most_their_size(caller: Caller) -> None:
    dates = "segments.date BETWEEN '2026-09-01' AND '2026-11-22'"
    query = f"SELECT ad_group.id, segments.date, metrics.clicks FROM ad_group WHERE {dates}"
    chunks = (await caller.ask(US, "searchStream", {"query": query})).json()
    sizes = [len(chunk["results"]) for chunk in chunks]
    assert len(sizes) >= 2
    assert sizes[:-1] == [1000] * (len(sizes) - 1)
    assert len({chunk["requestId"] for chunk in chunks}) == 1
    assert {chunk["fieldMask"] for chunk in chunks} == {"adGroup.id,segments.date,metrics.clicks"}


async def test_nothing_found_is_a_chunk_without_results(caller: Caller) -> None:
    chunks = (await caller.ask(EMPTY, "searchStream", {"query": "SELECT campaign.id FROM campaign"})).json()
    assert [set(chunk) for chunk in chunks] == [{"fieldMask", "requestId"}]


async def test_search_pages_lead_through_all_rows() -> None:
    caller = caller_of(Clock(), page_rows=10)
    await caller.log_in()
    query = "SELECT campaign.id FROM campaign"
    found, token = [], ""
    while True:
        page = (await caller.ask(DE, "search", {"query": query, "pageToken": token})).json()
        found += [row["campaign"]["id"] for row in page["results"]]
        if "nextPageToken" not in page:
            break
        assert len(page["results"]) == 10
        token = page["nextPageToken"]
    assert found == [c.campaign_id for c in market().campaigns(DE, NOW)]
    other = await caller.ask(DE, "search", {"query": "SELECT campaign.name FROM campaign", "pageToken": token})
    assert reason(other) == "400 requestError.INVALID_PAGE_TOKEN"
    broken = await caller.ask(DE, "search", {"query": query, "pageToken": "%%%"})
    assert reason(broken) == "400 requestError.INVALID_PAGE_TOKEN"


async def test_a_page_size_may_not_be_set(caller: Caller) -> None:
    asked = {"query": "SELECT campaign.id FROM campaign", "pageSize": 1000}
    assert reason(await caller.ask(DE, "search", asked)) == "400 requestError.PAGE_SIZE_NOT_SUPPORTED"


async def test_an_answer_repeats_byte_for_byte(caller: Caller) -> None:
    body = {"query": f"SELECT campaign.id, segments.date, metrics.clicks FROM campaign WHERE {WEEK}"}
    first, second = [(await caller.ask(US, "searchStream", body)).content for _ in range(2)]
    assert first == second
