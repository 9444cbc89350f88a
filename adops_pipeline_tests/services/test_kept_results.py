"""Results that are kept: found again for the same inputs alone, and of no consequence where their file is of no use."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

import adops_pipeline
from adops_pipeline.services import kept_results
from adops_pipeline.services.analysis import Analysis, Rules
from adops_pipeline.services.kept_results import KeptResults, digest
from adops_pipeline.wiring import Services
from adops_pipeline.wiring.past import past_world
from adops_pipeline_tests.integration.two_runs import LATER, later_run, services_of
from adops_pipeline_tests.templates import copy_into

DAILY = pl.DataFrame(
    {
        "campaign_id": ["7", "7", "8"],
        "date": [date(2026, 11, 1), date(2026, 11, 2), date(2026, 11, 1)],
        "spend": [Decimal("1.500000"), None, Decimal("2.000000")],
        "conversions": [0.5, 2.0, 0.0],
        "projects": [["a"], None, ["a", "b"]],
    },
    schema_overrides={"spend": pl.Decimal(18, 6)},
)
RESULTS = [DAILY.head(2), pl.DataFrame({"verdict": ["on-track"]}, schema={"verdict": pl.Enum(["on-track", "behind"])})]
COMPUTED_AGAIN = [RESULTS[0].clear(), RESULTS[1]]


def kept_in(folder: Path, inputs: list[object], results: list[pl.DataFrame]) -> list[pl.DataFrame]:
    return list(KeptResults(folder).frames("pacing", inputs, lambda: results))


def test_a_result_is_kept_with_its_types_for_the_same_rows_in_any_order(tmp_path: Path) -> None:
    kept_in(tmp_path, [DAILY, 3], RESULTS)
    found = kept_in(tmp_path, [DAILY.reverse(), 3], COMPUTED_AGAIN)
    assert [one.schema for one in found] == [one.schema for one in RESULTS]
    assert all(one.equals(other) for one, other in zip(found, RESULTS, strict=True))


@pytest.mark.parametrize(
    "inputs",
    [
        lambda: [DAILY.with_columns(conversions=pl.Series([0.5, 2.0, 1e-300])), 3],
        lambda: [DAILY.with_columns(conversions=pl.Series([2.0, 0.5, 0.0])), 3],
        lambda: [DAILY.with_columns(spend=pl.col("spend").fill_null(0)), 3],
        lambda: [DAILY.with_columns(spend=pl.col("spend").cast(pl.Float64)), 3],
        lambda: [DAILY.with_columns(projects=pl.Series([["a"], None, ["b", "a"]])), 3],
        lambda: [DAILY.with_columns(projects=pl.Series([["a"], [], ["a", "b"]], dtype=pl.List(pl.String))), 3],
        lambda: [DAILY.rename({"spend": "revenue"}), 3],
        lambda: [DAILY.head(2), 3],
        lambda: [pl.concat([DAILY, DAILY.head(1)]), 3],
        lambda: [DAILY.clear(), 3],
        lambda: [DAILY, 4],
        lambda: [DAILY, "3"],
        lambda: [DAILY, 3, DAILY],
        lambda: [3, DAILY],
    ],
)
def test_whatever_changes_in_the_inputs_the_result_is_computed_again(
    tmp_path: Path, inputs: Callable[[], list[object]]
) -> None:
    kept_in(tmp_path, [DAILY, 3], RESULTS)
    assert kept_in(tmp_path, inputs(), COMPUTED_AGAIN)[0].is_empty()


def test_other_code_computes_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept_in(tmp_path, [DAILY], RESULTS)
    monkeypatch.setattr(kept_results, "_code", lambda: "another version")
    assert kept_in(tmp_path, [DAILY], COMPUTED_AGAIN)[0].is_empty()


def test_the_digest_of_the_code_is_of_every_file_of_the_domain_and_of_the_analyses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = ["domain/pacing/rules.py", "domain/money.py", "services/analysis.py"]
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("LIMIT = 1")
    monkeypatch.setattr(adops_pipeline, "__file__", str(tmp_path / "__init__.py"))
    seen = {kept_results._code.__wrapped__()}
    for name in files:
        (tmp_path / name).write_text("LIMIT = 2")
        seen.add(kept_results._code.__wrapped__())
    assert len(seen) == 1 + len(files)


def test_each_computation_keeps_its_newest_result_alone(tmp_path: Path) -> None:
    kept = KeptResults(tmp_path)
    kept.frames("pacing", [1], lambda: RESULTS)
    kept.frames("forecasts", [1], lambda: COMPUTED_AGAIN)
    assert kept.frames("pacing", [1], lambda: COMPUTED_AGAIN)[0].height == 2
    kept.frames("pacing", [2], lambda: COMPUTED_AGAIN)
    assert kept.frames("pacing", [1], lambda: RESULTS)[0].height == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["forecasts.frames", "pacing.frames"]


@pytest.mark.parametrize(
    "damaged",
    [lambda whole: b"", lambda whole: whole[:-1], lambda whole: whole[:-9] + b"x" + whole[-8:],
     lambda whole: b"[]\n" + whole, lambda whole: b"{}\n", lambda whole: b"\xff\n" + whole],
)  # fmt: skip
def test_a_damaged_file_is_replaced(tmp_path: Path, damaged: Callable[[bytes], bytes]) -> None:
    kept_in(tmp_path, [DAILY], RESULTS)
    file = tmp_path / "pacing.frames"
    whole = file.read_bytes()
    file.write_bytes(damaged(whole))
    assert kept_in(tmp_path, [DAILY], RESULTS)[0].height == 2
    assert file.read_bytes() == whole


def test_where_nothing_can_be_kept_the_result_is_computed(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (None, tmp_path / "file"):
        kept = KeptResults(folder)
        assert kept.frames("pacing", [1], lambda: RESULTS)[0].height == 2
        assert kept.frames("pacing", [1], lambda: COMPUTED_AGAIN)[0].is_empty()


class Asked(KeptResults):
    """Computes nothing and notes by what each computation would be found."""

    def __init__(self, digests: dict[str, str]) -> None:
        super().__init__()
        object.__setattr__(self, "digests", digests)

    digests: dict[str, str]

    def frames(
        self, name: str, inputs: Iterable[object], compute: Callable[[], Sequence[pl.DataFrame]]
    ) -> Sequence[pl.DataFrame]:
        self.digests[name] = digest(inputs)
        raise InterruptedError


COMPUTATIONS = {"pacing", "benchmarks", "anomalies", "forecasts", "forecast-coverage", "recommendations"}


def asked(services: Services, rules: Rules | None = None) -> dict[str, str]:
    """What each computation would be found by, by the present tables."""
    found = dict[str, str]()
    kept = Asked(found)
    own = Analysis(services.warehouse, services.clock, rules or services.analysis.rules, kept)
    for compute in (
        own.pacing, own.benchmarks, own.anomalies, own.forecasts, own.forecast_coverage, own.recommendations,
    ):  # fmt: skip
        with pytest.raises(InterruptedError):
            compute()
    assert found.keys() == COMPUTATIONS
    return found


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """Two runs, without kept results."""
    folder = copy_into(later_run(tmp_path_factory).folder, tmp_path_factory.mktemp("kept"))
    return services_of(folder, LATER)


@pytest.fixture(scope="module")
def before(services: Services) -> dict[str, str]:
    """What each computation would be found by, before anything changes."""
    return asked(services)


_OVER = "date = (SELECT max(date) - 3 FROM analytics_metrics)"
_TODAY = "date = (SELECT max(date) FROM analytics_metrics)"


@pytest.mark.parametrize(
    ("change", "concerned"),
    [
        (f"UPDATE analytics_metrics SET spend = spend + 1 WHERE {_OVER}", COMPUTATIONS),
        (f"UPDATE analytics_metrics SET conversions = conversions + 1 WHERE {_OVER}", COMPUTATIONS),
        (f"UPDATE analytics_metrics SET revenue = revenue + 1 WHERE {_OVER}", COMPUTATIONS - {"anomalies"}),
        (f"UPDATE analytics_metrics SET clicks = clicks + 1 WHERE {_OVER}", {"benchmarks", "anomalies"}),
        ("UPDATE campaigns SET status = 'paused' WHERE status = 'active'", COMPUTATIONS),
        ("UPDATE campaigns SET name = name || '!'", COMPUTATIONS),
        ("UPDATE analytics_maturity SET share = share * 0.99", COMPUTATIONS),
        ("UPDATE campaign_budget_history SET daily_budget = daily_budget + 1", {"pacing", "recommendations"}),
        ("DELETE FROM campaign_changes", {"anomalies"}),
        ("DELETE FROM campaign_earlier_spend", {"pacing"}),
        ("DELETE FROM calendar_days", COMPUTATIONS - {"recommendations"}),
        ("UPDATE raw_pulls SET pulled_at = pulled_at - INTERVAL 3 DAY", COMPUTATIONS),
        # Of what these say no computation knows.
        ("UPDATE campaigns SET synced_at = synced_at + INTERVAL 1 HOUR", set()),
        ("UPDATE analytics_maturity SET created_at = created_at + INTERVAL 1 HOUR", set()),
        (f"UPDATE analytics_metrics SET spend = spend + 1 WHERE {_TODAY}", set()),
    ],
)  # fmt: skip
def test_what_a_computation_reads_decides_whether_its_result_stands(
    services: Services, before: dict[str, str], tmp_path: Path, change: str, concerned: set[str]
) -> None:
    own = services_of(copy_into(services.settings.data_dir, tmp_path), LATER)
    with own.warehouse.writing() as con:
        con.execute(change)
    after = asked(own)
    assert {name for name in COMPUTATIONS if before[name] != after[name]} == concerned


def test_other_rules_give_other_results(services: Services, before: dict[str, str]) -> None:
    rules = services.analysis.rules
    other = replace(rules, allocation=replace(rules.allocation, max_step_change=0.05))
    after = asked(services, other)
    assert before["recommendations"] != after["recommendations"]


TABLES = ("analytics_budgets", "analytics_benchmarks", "analytics_anomalies", "analytics_forecasts",
          "budget_recommendations", "budget_response_curves")  # fmt: skip


def analysed(services: Services, kept: KeptResults) -> tuple[object, ...]:
    """Rows of every table and the measured coverage, after each analysis was made."""
    own = Analysis(services.warehouse, services.clock, services.analysis.rules, kept)
    own.everything([])
    with services.warehouse.reading() as con:
        rows = [con.execute(f"SELECT * EXCLUDE (created_at) FROM {table} ORDER BY ALL").fetchall() for table in TABLES]
    return (*rows, own.forecast_coverage())


def test_kept_results_are_those_that_would_be_computed_and_nothing_of_a_day_that_is_not_over_is_in_them(
    services: Services, tmp_path: Path
) -> None:
    own = services_of(copy_into(services.settings.data_dir, tmp_path / "data"), LATER)
    kept = KeptResults(tmp_path / "kept")
    first, again = analysed(own, kept), analysed(own, kept)
    assert first == again
    with own.warehouse.writing() as con:
        more = "spend = spend * 3, conversions = conversions + 9, clicks = clicks * 2"
        con.execute(f"UPDATE analytics_metrics SET {more} WHERE {_TODAY}")
    assert analysed(own, KeptResults()) == first


def test_a_past_day_neither_uses_nor_replaces_what_is_kept_of_today(services: Services) -> None:
    assert services.analysis.kept.folder == services.settings.data_dir / "computed"
    past = past_world(services_of(services.settings.data_dir, date(2026, 11, 12)))
    assert past is not None
    assert past.analysis.kept.folder is None
