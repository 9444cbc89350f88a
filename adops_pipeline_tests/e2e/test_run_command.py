"""`adops run` as a user sees it: exit codes, summary, the same result twice, and after a crash."""

import json
import signal
import subprocess
import time
from decimal import Decimal
from pathlib import Path

import pytest

from adops_pipeline.domain.severity import Severity
from adops_pipeline.operations import alerts, deliveries, executions
from adops_pipeline.operations.store import Store
from adops_pipeline.settings import load_settings
from adops_pipeline_tests.e2e.command import ADOPS, adops, environment
from adops_pipeline_tests.integration.pipeline import dump

AS_OF = ("--as-of", "2026-11-16", "--days", "4")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data_dir = tmp_path_factory.mktemp("first")
    done = adops(data_dir, "run", *AS_OF)
    assert done.returncode == 0, done.stdout + done.stderr
    for word in ("Platform", "Spend", "Conversions", "Revenue", "Rejects", "Pulls", "Seconds", "pinterest", "JPY"):
        assert word in done.stdout
    return data_dir


def test_a_second_run_at_the_same_moment_leaves_the_tables_identical_and_tells_them_as_json(first: Path) -> None:
    before = dump(first / "adops.duckdb")
    done = adops(first, "run", *AS_OF, "--json")
    assert done.returncode == 0, done.stderr
    assert dump(first / "adops.duckdb") == before
    told = json.loads(done.stdout)
    spend = {row["currency"]: Decimal(row["spend"]) for row in told["platforms"] if row["platform"] == "meta-ads"}
    stored = {
        c: sum(Decimal(str(r[8])) for r in before["analytics_metrics"] if r[0] == "meta-ads" and r[5] == c)
        for c in spend
    }
    assert spend == stored
    assert told["failed_accounts"] == told["failed_checks"] == []


def test_a_run_is_an_execution_with_its_stages_and_result_and_says_what_fires(tmp_path: Path) -> None:
    done = adops(tmp_path, "run", *AS_OF, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    with _store(tmp_path).reading() as con:
        (execution,) = executions.latest(con)
        firing = alerts.firing(con)
        assert deliveries.latest(con) == []
    assert (execution.workflow_id, execution.status, execution.requested_by) == ("sync-platforms", "completed", "cli")
    assert {stage["status"] for stage in execution.stages} == {"succeeded"}
    assert execution.result is not None
    assert execution.result["summary"]
    critical = sum(record.alert.severity is Severity.CRITICAL for record in firing)
    assert (told["alerts"]["total"], told["alerts"]["critical"]) == (len(firing), critical)
    assert (told["alerts"]["newest"] is None) == (not firing)
    assert told["not_recorded"] is None


def test_a_store_that_cannot_be_used_costs_the_record_and_not_the_metrics(first: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_text("this is no database, whatever its name says " * 30)
    done = adops(tmp_path, "run", *AS_OF, ADOPS_STORE_URL=f"sqlite:///{broken}")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "not recorded" in done.stdout
    assert "workflow_executions.store_was_read" in done.stdout
    assert "Traceback" not in done.stderr
    assert dump(tmp_path / "adops.duckdb") == dump(first / "adops.duckdb")


def _store(data_dir: Path) -> Store:
    return Store(load_settings(data_dir=data_dir).operations_url)


def test_a_revoked_account_is_named_with_exit_code_3(tmp_path: Path) -> None:
    done = adops(tmp_path, "run", *AS_OF, ADOPS_SANDBOX__REVOKED_ACCOUNTS="549755885175")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "account failed pinterest account 549755885175" in done.stdout
    assert "google-ads" in done.stdout
    accounts = {row[1] for row in dump(tmp_path / "adops.duckdb")["analytics_metrics"]}
    assert "549755885175" not in accounts
    assert len(accounts) == 7


def test_a_missing_rate_leaves_the_value_empty_and_fails_a_check(tmp_path: Path) -> None:
    rates = tmp_path / "rates.csv"
    rates.write_text("date,currency,rate_to_usd\n2026-11-01,EUR,1.1\n2026-11-01,GBP,1.3\n")
    done = adops(tmp_path, "run", *AS_OF, ADOPS_FX_RATES_FILE=str(rates))
    assert done.returncode == 3, done.stdout + done.stderr
    assert "fx_rates_cover" in done.stdout
    assert "a rate for JPY is known" in done.stdout
    reporting = {(row[5], row[15] is None) for row in dump(tmp_path / "adops.duckdb")["analytics_metrics"]}
    assert reporting == {("EUR", False), ("GBP", False), ("USD", False), ("JPY", True)}


@pytest.mark.parametrize("moment", ["pull meta-ads:", "steps: ", "pull pinterest:"])
def test_a_run_that_is_killed_does_not_hold_up_the_next_one(moment: str, first: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [ADOPS, "run", *AS_OF], env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith(moment):
            break
    time.sleep(0.3)  # somewhere in the work that follows
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    done = adops(tmp_path, "run", *AS_OF)
    assert done.returncode == 0, done.stdout + done.stderr
    assert dump(tmp_path / "adops.duckdb") == dump(first / "adops.duckdb")
    with _store(tmp_path).reading() as con:
        ends = {(execution.status, execution.error) for execution in executions.latest(con)}
    assert ends == {("completed", None), ("failed", "the process of this run ended before the run did")}


@pytest.mark.parametrize(
    ("arguments", "settings", "words"),
    [
        (("run", "--as-of", "2999-01-01"), {}, "lies in the future"),
        (("run", "--days", "1100"), {"ADOPS_START_DATE": "2026-01-01"}, "earliest day"),
        (("run", "--days", "0"), {}, "--days"),
        (("run",), {"ADOPS_GOOGLE_ADS__MODE": "lve"}, "ADOPS_GOOGLE_ADS__MODE=live"),
        (("run",), {"ADOPS_META_ADS__MODE": "live"}, "meta_ads.access_token"),
        (("run",), {"ADOPS_SANDBOX__FAULTS": "throtled=0.1"}, "unknown fault 'throtled'"),
        (("tables", "analytics_metric"), {}, "there is no table"),
        (("normalize", "google-ads", "/nowhere.json"), {}, "no such file"),
    ],
)
def test_wrong_input_ends_with_code_2_and_one_clear_line(
    arguments: tuple[str, ...], settings: dict[str, str], words: str, tmp_path: Path
) -> None:
    done = adops(tmp_path, *arguments, **settings)
    assert done.returncode == 2, done.stdout + done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
