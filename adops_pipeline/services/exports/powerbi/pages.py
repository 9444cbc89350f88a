"""The two pages of the report: what was spent and what came of it, and whether budgets are on pace."""

from adops_pipeline.services.exports.powerbi.measures import MEASURES_TABLE
from adops_pipeline.services.exports.powerbi.report import Field, Page, Visual, VisualType, literal, properties, text

_MARGIN, _GAP = 16, 12
_HEADER = ((_MARGIN, 12), (420, 52))
_WIDE = 1280 - 2 * _MARGIN


def _measure(name: str) -> Field:
    return Field(MEASURES_TABLE, name, is_measure=True)


def _heading(title: str) -> Visual:
    at, size = _HEADER
    run = {"value": title, "textStyle": {"fontSize": "20pt", "fontWeight": "bold"}}
    paragraphs = {"paragraphs": [{"textRuns": [run]}]}
    return Visual("textbox", title, at, size, objects={"general": [{"properties": paragraphs}]}, has_title=False)


def _slicers(*chosen: tuple[str, Field, str]) -> tuple[Visual, ...]:
    """Slicers side by side at the right: title, column and mode of each."""
    width = 196
    left = 1280 - _MARGIN - len(chosen) * width - (len(chosen) - 1) * _GAP
    return tuple(
        Visual(
            "slicer",
            title,
            (left + place * (width + _GAP), 8),
            (width, 60),
            {"Values": [column]},
            objects={"data": properties(mode=text(mode)), "header": properties(show=literal("false"))},
        )
        for place, (title, column, mode) in enumerate(chosen)
    )


def _cards(title: str, *names: str, width: int = _WIDE) -> Visual:
    return Visual(
        "cardVisual", title, (_MARGIN, 76), (width, 112), {"Data": [_measure(name) for name in names]}, has_title=False
    )


def _table(title: str, at: tuple[int, int], size: tuple[int, int], columns: list[Field], sort_by: str) -> Visual:
    kind: VisualType = "tableEx"
    return Visual(kind, title, at, size, {"Values": columns}, sort_by=_measure(sort_by))


_DATE = ("Days", Field("Date", "Date"), "Between")
_PLATFORM = ("Platform", Field("Platform", "Platform name"), "Dropdown")
_PROJECT = ("Project", Field("Project", "Project name"), "Dropdown")
_CURRENCY = ("Currency", Field("Currency", "Currency"), "Dropdown")
_CAMPAIGN = Field("Campaign", "Campaign name")
_BUDGET = Field("Pacing", "Campaign name")
"""A shared budget has a name here and is no campaign."""

OVERVIEW = Page(
    "Overview",
    (
        _heading("Overview"),
        *_slicers(_DATE, _PLATFORM, _PROJECT),
        _cards("Key figures", "Spend", "Spend change", "Revenue", "ROAS", "ROAS change", "Conversions", "CPA", "CTR"),
        Visual(
            "stackedAreaChart",
            "Spend by platform",
            (_MARGIN, 200),
            (_WIDE, 220),
            {"Category": [Field("Date", "Date")], "Series": [_PLATFORM[1]], "Y": [_measure("Spend")]},
        ),
        _table(
            "Campaigns",
            (_MARGIN, 432),
            (_WIDE, 272),
            [
                _CAMPAIGN, _PLATFORM[1], Field("Campaign", "Campaign status"),
                *map(_measure, ("Spend", "Spend change", "Impressions", "Clicks", "CTR", "CPC", "Conversions", "CPA",
                                "Revenue", "ROAS", "ROAS change")),
            ],
            "Spend",
        ),
    ),
)  # fmt: skip
PACING = Page(
    "Pacing",
    (
        _heading("Pacing"),
        *_slicers(_CURRENCY, _PLATFORM, _PROJECT),
        _cards("Budgets", "Budgets judged", "Budgets overpacing", "Budgets underpacing", "Actions to do",
               "Money at stake today"),
        Visual(
            "gauge",
            "Share of budgets on pace",
            (_MARGIN, 200),
            (360, 220),
            {"Y": [_measure("Share on pace")]},
            objects={"axis": properties(min=literal("0D"), max=literal("1D"), target=literal("0.9D"))},
        ),
        Visual(
            "clusteredBarChart",
            "Spent and expected to date, by campaign (choose a currency)",
            (_MARGIN + 360 + _GAP, 200),
            (_WIDE - 360 - _GAP, 220),
            {"Category": [_BUDGET], "Y": [_measure("Spent to date"), _measure("Target to date")]},
            sort_by=_measure("Spent to date"),
        ),
        _table(
            "Budgets",
            (_MARGIN, 432),
            (_WIDE, 272),
            [
                _BUDGET, _PLATFORM[1], Field("Pacing", "Verdict"),
                Field("Pacing", "Severity"), Field("Pacing", "Period end"),
                *map(_measure, ("Pacing ratio", "Budget", "Spent to date", "Target to date", "Projected total",
                                "Projected over budget", "Money at stake")),
            ],
            "Money at stake",
        ),
    ),
)  # fmt: skip
PAGES = (OVERVIEW, PACING)
