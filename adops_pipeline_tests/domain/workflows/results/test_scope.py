"""Which rows a selection means."""

import polars as pl
import pytest

from adops_pipeline.domain.workflows.parameters import Selection
from adops_pipeline.domain.workflows.results.scope import Scope, conform, last_day
from adops_pipeline_tests.domain.workflows.results.frames import END, before

_ROWS = pl.DataFrame(
    {"platform": ["google-ads", "google-ads", "meta-ads"], "campaign_id": ["1", "2", "1"], "n": [1, 2, 3]}
)


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ({}, [1, 2, 3]),
        ({"platforms": ["meta-ads"]}, [3]),
        ({"campaignIds": ["1"]}, [1, 3]),
        ({"campaignIds": ["google-ads:1"]}, [1]),
        ({"campaignIds": ["1"], "platforms": ["google-ads"]}, [1]),
        ({"projectId": "p"}, [2, 3]),
        ({"projectId": "p", "campaignIds": ["1"]}, [3]),
    ],
)
def test_every_part_of_a_selection_narrows_it(raw: dict[str, object], kept: list[int]) -> None:
    scope = Scope(Selection.model_validate(raw), {("google-ads", "2"), ("meta-ads", "1"), ("pinterest", "1")})
    assert scope.select(_ROWS)["n"].to_list() == kept


def test_a_project_without_campaigns_means_nothing() -> None:
    assert Scope(Selection(project_id="p"), ()).select(_ROWS).is_empty()


def test_a_selection_is_put_into_words() -> None:
    many = Selection.model_validate({"platforms": "meta-ads", "projectId": "p", "campaignIds": list(range(12))})
    assert Scope(many, ()).described() == "meta-ads, project p, campaigns 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …"
    assert Scope(many, ()).unmatched(_ROWS) == ["No data for campaigns 0, 3, 4, 5, 6, 7, 8, 9, 10 and 11."]
    assert Scope(Selection()).described() == ""


def test_frames_take_the_types_asked_for_and_empty_ones_any_columns() -> None:
    kinds = {"platform": pl.String(), "n": pl.Float64(), "name": pl.String()}
    rows = conform(_ROWS.with_columns(n=pl.Series([1.0, float("nan"), float("-inf")])), kinds, ("name",))
    assert rows.schema == kinds
    assert rows["n"].to_list() == [1.0, None, None]
    assert conform(pl.DataFrame(), kinds).schema == kinds


def test_the_last_day_is_the_one_asked_for_or_the_newest() -> None:
    rows = pl.DataFrame({"date": [before(3), END]})
    assert last_day(rows, "date", None) == END
    assert last_day(rows, "date", before(9)) == before(9)
    assert last_day(rows.clear(), "date", None) is None
