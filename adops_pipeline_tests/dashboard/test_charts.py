"""A chart's table holds exactly what is drawn, and its JSON is safe within a page."""

from adops_pipeline.dashboard.charts import Band, Chart, Series, Unit

CHART = Chart(
    id="lift", kind="lines", title="Lift", summary="It rose.", places=["2026-11-01", "2026-11-02"], place_name="Day",
    unit=Unit("percent"), sql="FROM ab_test_results", note="By the newest data.",
    series=[Series("Lift", [0.1, None], band=Band("95 %", [0.0, None], [0.2, None])), Series("Goal", [0.1, 0.1])],
)  # fmt: skip


def test_the_table_behind_a_chart_has_a_column_for_every_series_and_both_ends_of_its_band() -> None:
    assert CHART.headings == ["Day", "Lift", "95 %, low", "95 %, high", "Goal"]
    assert CHART.rows == [("2026-11-01", [0.1, 0.0, 0.2, 0.1]), ("2026-11-02", [None, None, None, 0.1])]


def test_what_is_drawn_is_what_the_table_says() -> None:
    drawn = CHART.document
    assert drawn["places"] == [place for place, _ in CHART.rows]
    assert [one["values"] for one in drawn["series"]] == [[0.1, None], [0.1, 0.1]]
    assert drawn["series"][0]["band"] == {"name": "95 %", "low": [0.0, None], "high": [0.2, None]}
    assert not {"sql", "note", "id"} & drawn.keys()


def test_places_are_days_numbers_or_names() -> None:
    kinds = {}
    for places in (["2026-11-01"], [12.5], ["2026-11-xx"]):
        chart = Chart("c", "lines", "", "", places, "", Unit("count"), [Series("x", [1.0])], "")
        kinds[str(places[0])] = chart.document["place_kind"]
    assert kinds == {"2026-11-01": "day", "12.5": "number", "2026-11-xx": "name"}


def test_a_chart_is_empty_where_no_series_has_a_value() -> None:
    nothing = Chart("c", "bars", "", "", ["a"], "", Unit("count"), [Series("x", [None])], "")
    assert nothing.is_empty
    assert not CHART.is_empty


def test_series_are_named_beside_the_drawing_where_there_are_several_and_parts_where_they_have_colours() -> None:
    assert CHART.key == [("Lift", "chart-1", False), ("Goal", "chart-1", False)]
    parts = Chart(
        "c", "doughnut", "", "", ["a"], "", Unit("count"), [Series("x", [1.0])], "", place_colours=["chart-2"]
    )
    assert parts.key == [("a", "chart-2", False)]
