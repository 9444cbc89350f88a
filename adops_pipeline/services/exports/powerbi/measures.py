"""The measures: ratios as quotients of sums, amounts in one currency only, comparisons with the period before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from adops_pipeline.domain.money import NO_MINOR_UNIT
from adops_pipeline.services.exports.powerbi.labels import MOMENT, NUMBER, PERCENT, RATIO, WHOLE, money_format
from adops_pipeline.services.exports.powerbi.model import Measure, ModelTable
from adops_pipeline.services.exports.powerbi.star_schema import NEWEST

MEASURES_TABLE = "_Measures"
_ON_PACE = ("on-track", "limited", "delivering")
_JUDGED = (
    *_ON_PACE,
    "overpacing",
    "underpacing",
    "overspend-likely",
    "over-delivering",
    "under-delivering",
    "no-delivery",
)


@dataclass(frozen=True)
class References:
    """DAX names of columns, by table of the model and registered name: what a measure refers to must exist."""

    tables: Mapping[str, ModelTable]

    def __call__(self, table: str, source: str) -> str:
        """``'Metrics'[Spend]``. Raises KeyError for an unknown column."""
        return f"'{table}'[{self.tables[table].column_of(source).name}]"

    def newest(self, table: str) -> str:
        """The condition that a row is of the newest day."""
        return f"'{table}'[{NEWEST}] = TRUE()"


def build_measures(tables: Iterable[ModelTable], reporting_currency: str) -> tuple[Measure, ...]:
    """Every measure of the model. Raises KeyError if one refers to a column that the model does not have."""
    refer = References({table.name: table for table in tables})
    money = money_format(reporting_currency)
    return (
        *_results(refer, money, reporting_currency),
        *_own_currency(refer),
        *_comparison(refer, money),
        *_pacing(refer),
        *_outlook(refer),
        *_findings(refer, money),
        *_data(refer),
    )


def _results(refer: References, money: str, currency: str) -> Iterable[Measure]:
    folder = "Results"
    spend, revenue = refer("Metrics", "spend_reporting"), refer("Metrics", "revenue_reporting")
    rated = f"NOT(ISBLANK({spend}))"
    where = f"In {currency}, of days with a known exchange rate."

    def total(name: str, column: str, what: str, kind: str = WHOLE) -> Measure:
        return Measure(name, f"SUM({column})", what, folder, kind)

    def price(name: str, numerator: str, counted: str, what: str) -> Measure:
        expression = f"DIVIDE({numerator}, CALCULATE([{counted}], {rated}))"
        return Measure(name, expression, f"{what} {where}", folder, money)

    yield total("Spend", spend, f"Amount charged by the platforms. {where}", money)
    yield total("Revenue", revenue, f"Value of the conversions. {where}", money)
    yield total("Impressions", refer("Metrics", "impressions"), "Times an ad was shown.")
    yield total("Clicks", refer("Metrics", "clicks"), "Outbound clicks.")
    yield total(
        "Conversions", refer("Metrics", "conversions"), "Conversions known so far; recent days still gain some.", NUMBER
    )
    yield Measure("ROAS", "DIVIDE([Revenue], [Spend])", "Revenue over spend, as a quotient of sums.", folder, RATIO)
    yield Measure("CTR", "DIVIDE([Clicks], [Impressions])", "Clicks over impressions.", folder, "0.00%")
    yield Measure("Conversion rate", "DIVIDE([Conversions], [Clicks])", "Conversions over clicks.", folder, "0.00%")
    yield price("CPC", "[Spend]", "Clicks", "Spend over clicks.")
    yield price("CPA", "[Spend]", "Conversions", "Spend over conversions.")
    yield price("CPM", "1000 * [Spend]", "Impressions", "Spend over a thousand impressions.")


def _own_currency(refer: References) -> Iterable[Measure]:
    for name in ("spend", "revenue"):
        yield _in_one_currency(
            f"{name.capitalize()} (account currency)",
            "Metrics",
            f"SUM({refer('Metrics', name)})",
            f"{name.capitalize()} in the accounts' currency.",
            "Results\\Account currency",
            refer,
        )


def _comparison(refer: References, money: str) -> Iterable[Measure]:
    folder = "Comparison"
    for name, kind in (("Spend", money), ("Revenue", money), ("Conversions", NUMBER), ("ROAS", RATIO)):
        before = f"{name} previous period"
        yield Measure(before, _previous(name, refer), f"{name} of as many days right before the period.", folder, kind)
        yield Measure(
            f"{name} change",
            f"DIVIDE([{name}] - [{before}], [{before}])",
            f"{name} against the period before.",
            folder,
            "+0.0%;-0.0%;0.0%",
        )


def _previous(name: str, refer: References) -> str:
    """The measure over the days before. The period ends with the newest day that has data, if it is not over."""
    day, known = refer("Date", "date"), refer("Metrics", "date")
    return (
        f"VAR NewestDay = CALCULATE(MAX({known}), REMOVEFILTERS())\n"
        f"VAR OldestDay = CALCULATE(MIN({known}), REMOVEFILTERS())\n"
        f"VAR FirstDay = MAX(MIN({day}), OldestDay)\n"
        f"VAR LastDay = MIN(MAX({day}), NewestDay)\n"
        "VAR DayCount = INT(LastDay - FirstDay) + 1\n"
        "RETURN IF(\n"
        "    DayCount > 0,\n"
        f"    CALCULATE([{name}], DATESBETWEEN({day}, FirstDay - DayCount, FirstDay - 1))\n"
        ")"
    )


def _pacing(refer: References) -> Iterable[Measure]:
    folder = "Pacing"
    newest, verdict = refer.newest("Pacing"), refer("Pacing", "verdict")

    def among(verdicts: tuple[str, ...]) -> str:
        listed = ", ".join(f'"{one}"' for one in verdicts)
        return f"{verdict} IN {{{listed}}}"

    def amount(name: str, column: str, what: str) -> Measure:
        # Of the others the spend so far is not known, or nothing is planned: sums would not belong together.
        expression = f"CALCULATE(SUM({refer('Pacing', column)}), {newest}, {among(_JUDGED)})"
        return _in_one_currency(
            name, "Pacing", expression, f"{what} Of budgets whose pace can be judged.", folder, refer
        )

    def budgets(name: str, verdicts: tuple[str, ...], what: str) -> Measure:
        expression = f"CALCULATE(COUNTROWS('Pacing'), {newest}, {among(verdicts)})"
        return Measure(name, expression, what, folder, WHOLE)

    yield amount("Budget", "budget", "Budget of the period that is running.")
    yield amount("Spent to date", "spent_to_date", "Spend of the period so far.")
    yield amount("Target to date", "seasonal_target", "Expected spend so far with the usual weekday weights.")
    yield amount("Projected total", "projected_total", "Projected spend at the end of the period.")
    yield amount("Money at stake", "money_at_stake", "Expected overspend, or spend that budgets will miss.")
    yield Measure(
        "Pacing ratio",
        "DIVIDE([Spent to date], [Target to date])",
        "Spend so far over the expected spend so far; 1 is on pace. One currency at a time.",
        folder,
        RATIO,
    )
    yield Measure(
        "Projected over budget",
        "DIVIDE([Projected total] - [Budget], [Budget])",
        "Projected spend at the end of the period against the budget. One currency at a time.",
        folder,
        "+0.0%;-0.0%;0.0%",
    )
    yield budgets("Budgets judged", _JUDGED, "Budgets whose pace can be judged.")
    yield budgets("Budgets on pace", _ON_PACE, "Budgets that are spent as planned.")
    yield budgets(
        "Budgets overpacing", ("overpacing", "overspend-likely", "over-delivering"), "Budgets spent too fast."
    )
    yield budgets(
        "Budgets underpacing", ("underpacing", "under-delivering", "no-delivery"), "Budgets spent too slowly."
    )
    yield Measure(
        "Share on pace",
        "DIVIDE([Budgets on pace], [Budgets judged])",
        "Budgets on pace over those whose pace can be judged, in all currencies.",
        folder,
        PERCENT,
    )


def _outlook(refer: References) -> Iterable[Measure]:
    metric, month = refer("Forecasts", "metric"), refer("Forecasts", "period_start")
    of_month = f"VAR ThisMonth = MAX({month})\nRETURN "

    def forecast(name: str, kind: str) -> str:
        return f'CALCULATE(SUM({refer("Forecasts", name)}), {metric} = "{kind}", {month} = ThisMonth)'

    def in_one_currency(name: str, expression: str, what: str) -> Measure:
        return _in_one_currency(name, "Forecasts", expression, what, "Forecasts", refer, first=of_month)

    yield in_one_currency("Forecast spend", forecast("total", "spend"), "Spend that the month is likely to end with.")
    yield in_one_currency("Forecast revenue", forecast("total", "revenue"), "Likely revenue of the month.")
    yield Measure(
        "Forecast conversions",
        of_month + forecast("total", "conversions"),
        "Likely conversions of the month.",
        "Forecasts",
        NUMBER,
    )
    newest, folder = refer.newest("Recommendations"), "Recommendations"
    for name, column, what in (
        ("Current daily spend", "current_daily", "Spend a day of the campaigns in the newest plan."),
        ("Suggested daily spend", "suggested_daily", "Suggested spend a day in the newest plan."),
        (
            "Expected revenue change",
            "expected_revenue_change",
            "Expected change in revenue a day under the newest plan.",
        ),
    ):
        expression = f"CALCULATE(SUM({refer('Recommendations', column)}), {newest})"
        yield _in_one_currency(name, "Recommendations", expression, what, folder, refer)


def _findings(refer: References, money: str) -> Iterable[Measure]:
    def rows(name: str, table: str, what: str, folder: str, condition: str = "") -> Measure:
        counted = f"COUNTROWS('{table}')"
        return Measure(name, f"CALCULATE({counted}, {condition})" if condition else counted, what, folder, WHOLE)

    severity, status = refer("Anomalies", "severity"), refer("Experiments", "status")
    yield rows("Anomaly count", "Anomalies", "Days of campaigns that left their usual range.", "Anomalies")
    yield rows(
        "Critical anomalies", "Anomalies", "Those of severity critical.", "Anomalies", f'{severity} = "critical"'
    )
    effect = f"SUM({refer('Anomalies', 'money_effect')})"
    yield _in_one_currency(
        "Anomaly money effect", "Anomalies", effect, "Money value of the differences.", "Anomalies", refer
    )
    yield rows("Tests", "Experiments", "Declared A/B tests.", "Experiments")
    yield rows("Tests running", "Experiments", "Tests without a decision yet.", "Experiments", f'{status} = "running"')
    yield rows("Changes made", "Changes", "Changes of budgets, status and bids.", "Changes")
    yield rows("Alerts firing", "Alerts", "Alerts that fired when the snapshot was published.", "To do")
    yield rows("Actions to do", "To do", "Actions of today's list.", "To do")
    stake = f"SUM({refer('To do', 'money_at_stake_reporting')})"
    yield Measure("Money at stake today", stake, "Of today's list, in the reporting currency.", "To do", money)


def _data(refer: References) -> Iterable[Measure]:
    missing = f"CALCULATE(COUNTROWS('Metrics'), ISBLANK({refer('Metrics', 'spend_reporting')}))"
    yield Measure("Rows without exchange rate", missing, "Rows that Spend and Revenue leave out.", "Data", WHOLE)
    newest = f"MAX({refer('Metrics', 'synced_at')})"
    yield Measure("Data as of", newest, "Time of the newest pull, UTC.", "Data", MOMENT)


def _in_one_currency(
    name: str, table: str, expression: str, what: str, folder: str, refer: References, *, first: str = "RETURN "
) -> Measure:
    """An amount that is blank where the rows have several currencies, and shows the one that they have."""
    currency = refer(table, "currency")
    guarded = first + f"IF(HASONEVALUE({currency}), {expression})"
    whole = ", ".join(f'"{code}"' for code in sorted(NO_MINOR_UNIT))
    shown = (
        f"VAR CurrencyCode = SELECTEDVALUE({currency})\n"
        f'VAR AmountFormat = IF(CurrencyCode IN {{{whole}}}, "{WHOLE}", "{NUMBER}")\n'
        'RETURN IF(ISBLANK(CurrencyCode), AmountFormat, AmountFormat & " """ & CurrencyCode & """")'
    )
    return Measure(
        name,
        guarded.removeprefix("RETURN "),
        f"{what} In the account's currency; blank where several are selected.",
        folder,
        format_expression=shown,
    )
