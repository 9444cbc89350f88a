"""Overviews and comparisons: every number equals plain SQL on the tables, whatever the periods and the filters."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from adops_pipeline.services.documents.overview import Comparison, Overview, Trend
from adops_pipeline_tests.api.conftest import AS_OF
from adops_pipeline_tests.api.served import Served
from adops_pipeline_tests.integration import pipeline

FIRST = AS_OF - timedelta(days=29)
ACCOUNTS = [account for block in pipeline.ONE_ACCOUNT_EACH.values() for account in block["accounts"]]
KEYS = {
    "platform": "m.platform", "account": "m.platform || ':' || m.account_id", "project": "c.project_id",
    "currency": "m.currency", "campaign": "c.id",
}  # fmt: skip
COLUMNS = {"platform": "m.platform", "accountId": "m.account_id", "currency": "m.currency", "projectId": "c.project_id",
           "campaignId": "c.id"}  # fmt: skip
SOURCE = "analytics_metrics AS m JOIN campaigns AS c ON c.id = m.platform || ':' || m.campaign_id"
SUMS = ("impressions", "clicks", "spend", "conversions", "revenue")
RATIOS = {"ctr": ("clicks", "impressions"), "cpc": ("spend", "clicks"), "cpa": ("spend", "conversions"),
          "roas": ("revenue", "spend")}  # fmt: skip
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "platform": st.lists(st.sampled_from(["google-ads", "meta-ads", "pinterest"]), min_size=1, max_size=2),
        "accountId": st.lists(st.sampled_from(ACCOUNTS), min_size=1, max_size=2),
        "currency": st.lists(st.sampled_from(["EUR", "USD", "JPY", "GBP"]), min_size=1, max_size=3),
        "projectId": st.sampled_from(["p1", "p2", "none"]),
    },
)
PERIODS = st.tuples(st.integers(-3, 29), st.integers(0, 20))
Span = tuple[date, date]


def days(begin: int, length: int) -> Span:
    return FIRST + timedelta(days=begin), FIRST + timedelta(days=begin + length)


def where(span: Span, filters: dict[str, Any]) -> str:
    parts = [f"m.date BETWEEN '{span[0]}' AND '{span[1]}'"]
    for name, wanted in filters.items():
        values = ", ".join(f"'{value}'" for value in ([wanted] if isinstance(wanted, str) else wanted))
        parts.append(f"{COLUMNS[name]} IN ({values})")
    return " AND ".join(parts)


def sums(served: Served, span: Span, filters: dict[str, Any], key: str) -> dict[tuple[Any, ...], dict[str, float]]:
    """The sums by key and currency; ``*_final`` are nowcasts."""
    known = "coalesce(conversions_share_known, 1)"
    names = [*SUMS, "conversions_final", "revenue_final"]
    found = served.con.execute(
        f"SELECT {key}, m.currency, {', '.join(f'sum({name})::DOUBLE' for name in SUMS)},"
        f" sum(conversions / {known}), sum(revenue::DOUBLE / {known})"
        f" FROM {SOURCE} WHERE {where(span, filters)} GROUP BY 1, 2"
    ).fetchall()
    return {row[:2]: dict(zip(names, row[2:], strict=True)) for row in found}


def are_close(values: Sequence[Any], wanted: Sequence[Any]) -> bool:
    """Whether numbers are equal but for the last digits; None equals None alone."""
    pairs = zip(values, wanted, strict=True)
    return all(one is None if other is None else one == pytest.approx(other, rel=1e-9) for one, other in pairs)


def is_known(served: Served, before: Span, filters: dict[str, Any]) -> bool:
    """Whether the period to compare with was pulled as a whole."""
    names = {"platform": "platform", "accountId": "account_id", "currency": "currency"}
    return served.is_known_since(before[0], **{names[name]: filters[name] for name in names if name in filters})


def check(card: dict[str, Any], wanted: tuple[float | None, float | None, float | None]) -> None:
    """A card against the value, the nowcast and the nowcast of the other period."""
    value, final, previous = wanted
    change = None if final is None or not previous else final / previous - 1
    for name, expected in (("value", value), ("nowcast", final), ("previous", previous), ("change", change)):
        # Nowcasts are rounded by day and group to millionths of a currency unit.
        assert card[name] == (expected if expected is None else pytest.approx(expected, rel=1e-7, abs=1e-5)), name


def check_cards(row: dict[str, Any], now: dict[str, float], before: dict[str, float] | None) -> None:
    """``before`` is None where that period was not pulled as a whole."""

    def metric(found: dict[str, float], name: str, suffix: str) -> float | None:
        if name in SUMS:
            return found.get(name + suffix, found.get(name, 0.0))
        above, below = (metric(found, part, suffix) for part in RATIOS[name])
        return above / below if above is not None and below else None

    for name in (*SUMS, *RATIOS):
        previous = None if before is None else metric(before, name, "_final")
        check(row[name], (metric(now, name, ""), metric(now, name, "_final"), previous))


@settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(period=PERIODS, other=st.none() | PERIODS, filters=FILTERS, by=st.sampled_from(list(KEYS)), data=st.data())
def test_every_number_of_a_comparison_equals_plain_sql(
    served: Served, period: tuple[int, int], other: tuple[int, int] | None, filters: dict[str, Any], by: str,
    data: st.DataObject,
) -> None:  # fmt: skip
    now = days(*period)
    before = days(*other) if other else (now[0] - (now[1] - now[0]) - timedelta(days=1), now[0] - timedelta(days=1))
    if by == "campaign" or data.draw(st.booleans()):
        every = [name for (name,) in served.con.execute("SELECT id FROM campaigns ORDER BY id").fetchall()]
        campaigns = data.draw(st.lists(st.sampled_from(every), min_size=1, max_size=4))
        filters = {**filters, "campaignId": campaigns}
    query = {"from": str(now[0]), "to": str(now[1]), "by": by, **filters}
    if other:
        query |= {"compareFrom": str(before[0]), "compareTo": str(before[1])}
    found = served.get("compare", **query)
    Comparison.model_validate_json(json.dumps(found))
    assert found["previous"] == {"from": str(before[0]), "to": str(before[1])}
    of_now, of_before = (sums(served, span, filters, KEYS[by]) for span in (now, before))
    rows = {(group["key"], group["currency"]): group for group in found["groups"]}
    assert len(rows) == len(found["groups"])
    assert list(rows) == sorted(rows, key=lambda key: (key[0] is None, *map(str, key)))
    if by == "campaign":  # campaigns without delivery are listed, too
        rows = {key: row for key, row in rows.items() if key in of_now or key in of_before}
    assert rows.keys() == of_now.keys() | of_before.keys()
    for key, row in rows.items():
        check_cards(row, of_now.get(key, {}), of_before.get(key, {}) if is_known(served, before, filters) else None)


@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(period=PERIODS, filters=FILTERS)
def test_every_number_of_an_overview_equals_plain_sql(
    served: Served, period: tuple[int, int], filters: dict[str, Any]
) -> None:
    now = days(*period)
    before = now[0] - (now[1] - now[0]) - timedelta(days=1), now[0] - timedelta(days=1)
    found = served.get("overview", **{"from": str(now[0]), "to": str(now[1]), **filters})
    Overview.model_validate_json(json.dumps(found))
    of_now, of_before = (sums(served, span, filters, "NULL") for span in (now, before))
    assert [row["currency"] for row in found["totals"]] == sorted(key[1] for key in of_now.keys() | of_before.keys())
    for row in found["totals"]:
        key = None, row["currency"]
        check_cards(row, of_now.get(key, {}), of_before.get(key, {}) if is_known(served, before, filters) else None)
    series = served.con.execute(
        f"SELECT m.date::VARCHAR, m.platform, m.currency, {', '.join(f'sum({name})::DOUBLE' for name in SUMS)},"
        f" min(conversions_share_known) FROM {SOURCE} WHERE {where(now, filters)} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    ).fetchall()
    assert len(series) == len(found["series"])
    for row, wanted in zip(found["series"], series, strict=True):
        values = list(row.values())
        assert values[:3] == list(wanted[:3])
        assert are_close(values[3:], wanted[3:])


@settings(max_examples=20, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(period=PERIODS, filters=FILTERS, place=st.integers(0, 999))
def test_every_day_of_a_trend_equals_plain_sql(
    served: Served, period: tuple[int, int], filters: dict[str, Any], place: int
) -> None:
    every = [name for (name,) in served.con.execute("SELECT id FROM campaigns ORDER BY id").fetchall()]
    campaign, now = every[place % len(every)], days(*period)
    found = served.get(f"campaigns/{campaign}/trend", **{"from": str(now[0]), "to": str(now[1]), **filters})
    Trend.model_validate_json(json.dumps(found))
    known = "min(conversions_share_known)"
    wanted = served.con.execute(
        f"SELECT m.date::VARCHAR, m.currency, {', '.join(f'sum({name})::DOUBLE' for name in SUMS)}, {known},"
        f" sum(conversions) / coalesce({known}, 1), coalesce({known} < 1, false)"
        f" FROM {SOURCE} WHERE {where(now, {**filters, 'campaignId': campaign})} GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()
    names = ("date", "currency", *SUMS, "conversionsShareKnown", "conversionsNowcast", "isImmature")
    assert len(found["days"]) == len(wanted)
    for row, plain in zip(found["days"], wanted, strict=True):
        assert [row[name] for name in names[:2]] == list(plain[:2])
        assert are_close([row[name] for name in names[2:]], plain[2:])
        for name, (above, below) in RATIOS.items():
            assert row[name] == (pytest.approx(row[above] / row[below]) if row[below] else None)


@settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(period=PERIODS, filters=FILTERS)
def test_the_reporting_currency_is_null_where_a_rate_is_missing(
    served: Served, period: tuple[int, int], filters: dict[str, Any]
) -> None:
    now = days(*period)
    before = now[0] - (now[1] - now[0]) - timedelta(days=1), now[0] - timedelta(days=1)
    reporting = served.get("overview", **{"from": str(now[0]), "to": str(now[1]), **filters})["reporting"]
    without = set()
    totals = []
    for span in (now, before):
        (found,) = served.con.execute(
            "SELECT coalesce(sum(spend_reporting), 0)::DOUBLE,"
            " list(DISTINCT m.currency) FILTER (spend_reporting IS NULL AND spend > 0)"
            f" FROM {SOURCE} WHERE {where(span, filters)}"
        ).fetchall()
        totals.append(None if found[1] else pytest.approx(found[0], rel=1e-9, abs=1e-6))
        without |= set(found[1] or ())
    if not is_known(served, before, filters):
        totals[1] = None
    assert [reporting["spend"]["value"], reporting["spend"]["previous"]] == totals
    assert reporting["withoutRate"] == sorted(without)
    if None in totals:
        assert reporting["spend"]["change"] is None
        assert reporting["roas"]["change"] is None


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"compareFrom": "2026-11-01"}, "give compareFrom and compareTo, or neither"),
        ({"compareFrom": "2026-11-02", "compareTo": "2026-11-01"}, "compareTo must be on or after compareFrom"),
        ({"by": "campaign"}, "by=campaign needs campaignId"),
        ({"currency": "eur"}, "currency.0"),
    ],
)
def test_a_comparison_that_makes_no_sense_is_refused(served: Served, query: dict[str, str], said: str) -> None:
    response = served.ask("compare", query)
    assert (response.status_code, response.json()["code"]) == (422, "invalid-request")
    assert said in response.json()["detail"]
