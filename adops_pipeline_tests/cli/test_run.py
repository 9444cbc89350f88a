"""`adops run` in this process: its record, its JSON, its exit codes, and what it refuses before it starts."""

import signal
import subprocess
import sys
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from adops_pipeline.domain.severity import Severity
from adops_pipeline.operations import alerts, deliveries, executions
from adops_pipeline.services.past import PastSummary, PastWorld
from adops_pipeline.supervision.interrupts import Terminated
from adops_pipeline.warehouse.connection import open_snapshot
from adops_pipeline_tests.cli.commands import Command, command_over, services_of
from adops_pipeline_tests.e2e.command import RUN, first_run
from adops_pipeline_tests.integration.pipeline import dump
from adops_pipeline_tests.integration.remains import left_behind
from adops_pipeline_tests.templates import copy_into


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return first_run(tmp_path_factory)


def test_a_second_run_at_the_same_moment_leaves_the_tables_identical_and_is_an_execution_of_its_own(
    ran: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adops = command_over(copy_into(ran, tmp_path), monkeypatch)
    before = dump(ran / "adops.duckdb")
    told = adops(*RUN, "--json").document
    assert dump(tmp_path / "adops.duckdb") == before
    spend = {row["currency"]: Decimal(row["spend"]) for row in told["platforms"] if row["platform"] == "meta-ads"}
    stored = {
        currency: sum(Decimal(str(r[8])) for r in before["analytics_metrics"] if (r[0], r[5]) == ("meta-ads", currency))
        for currency in spend
    }
    assert spend == stored
    with open_snapshot(tmp_path / "adops.duckdb") as con:
        outcomes = con.execute("SELECT DISTINCT run_id FROM action_outcomes WHERE verdict <> 'pending'").fetchall()
    assert told["failed_accounts"] == told["failed_checks"] == []
    with services_of(tmp_path).store.reading() as con:
        newest, first = executions.latest(con)
        firing = alerts.firing(con)
        assert deliveries.latest(con) == []
    for execution in (newest, first):
        assert (execution.workflow_id, execution.status) == ("sync-platforms", "completed")
        assert execution.requested_by == "cli"
        assert {stage["status"] for stage in execution.stages} == {"succeeded"}
        assert execution.result is not None
        assert execution.result["summary"]
    assert outcomes == [(first.run_id,)]
    assert isinstance(first.finished_at, datetime)
    assert first.finished_at < newest.requested_at
    critical = sum(record.alert.severity is Severity.CRITICAL for record in firing)
    assert (told["alerts"]["total"], told["alerts"]["critical"]) == (len(firing), critical)
    assert (told["alerts"]["newest"] is None) == (not firing)
    assert told["not_recorded"] is None


def test_wrong_data_are_not_published_and_said_in_lines_with_the_way_out(
    ran: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adops = command_over(copy_into(ran, tmp_path), monkeypatch)
    services = services_of(tmp_path)
    with services.warehouse.writing() as con:
        (campaign,) = con.execute("SELECT min(campaign_id) FROM analytics_metrics").fetchall()[0]
        con.execute("UPDATE analytics_metrics SET spend = -1, clicks = -1 WHERE campaign_id = ?", [campaign])
    services.snapshot_path.unlink()  # every day is checked again
    lines = adops(*RUN, code=1).out.splitlines()
    assert lines[0].startswith("failed nothing was published, because the checks below found wrong data; `adops raw re")
    assert lines[1].startswith(
        "check failed analytics_metrics.spend_reconciles: not so in 4 rows: spend and impressions"
    )
    assert lines[2] == "check failed analytics_metrics.columns_keep_their_promises:"
    assert [line.split(";")[0] for line in lines[3:5]] == [
        "  not so in 4 rows: clicks is at least 0",
        "  not so in 4 rows: spend is at least 0",
    ]
    assert not [line for line in lines if "|" in line or "Error" in line]
    assert not services.snapshot_path.exists()
    adops("raw", "rebuild")
    assert services.snapshot_path.exists()


@pytest.mark.parametrize(("interrupt", "name"), [(KeyboardInterrupt, "Ctrl-C"), (Terminated, "SIGTERM")])
def test_an_interrupt_before_the_run_begins_or_after_it_ended_is_said_in_one_line(
    interrupt: type[KeyboardInterrupt], name: str, data_dir: Path, adops: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = data_dir / "adops.duckdb"

    def stopped(*_: object, **__: object) -> None:
        raise interrupt

    def published_and_stopped(*_: object) -> None:
        snapshot.write_bytes(b"new")
        raise interrupt

    def turned_into_an_error(*_: object, **__: object) -> None:
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM if interrupt is Terminated else signal.SIGINT)
        raise TypeError("a validator could not be built")

    said = f"stopped by {name}; nothing was published. Run the same command again to continue\n"
    with monkeypatch.context() as patch:
        patch.setattr("adops_pipeline.cli.main_job.turn", turned_into_an_error)
        assert adops("run", code=130).out == said
    for place in ("turn", "_execute"):
        with monkeypatch.context() as patch:
            patch.setattr(f"adops_pipeline.cli.main_job.{place}", stopped)
            assert adops("run", code=130).out == said
    monkeypatch.setattr("adops_pipeline.cli.main_job._execute", published_and_stopped)
    assert adops("run", code=130).out.startswith(f"stopped by {name}; the new snapshot is published. ")


def test_a_revoked_account_and_a_missing_rate_are_named_with_exit_code_3_and_cost_nothing_else(
    ran: Path, adops: Command, before_first_run: Path, tmp_path: Path
) -> None:
    rates = tmp_path / "rates.csv"
    rates.write_text("date,currency,rate_to_usd\n2025-11-01,EUR,1.1\n2025-11-01,GBP,1.3\n")
    settings = {"ADOPS_SANDBOX__REVOKED_ACCOUNTS": "549761220488", "ADOPS_FX_RATES_FILE": str(rates)}
    done = adops(*RUN, code=3, **settings)
    assert "account failed pinterest account 549761220488" in done.out
    assert "google-ads" in done.out
    assert "fx_rates_cover" in done.out
    assert "a rate for JPY is known" in done.out
    rows = dump(before_first_run / "adops.duckdb")["analytics_metrics"]
    every_account = {row[1] for row in dump(ran / "adops.duckdb")["analytics_metrics"]}
    assert {row[1] for row in rows} == every_account - {"549761220488"}
    reporting = {(row[5], row[15] is None) for row in rows}
    assert reporting == {("GBP", False), ("USD", False), ("JPY", True)}


def test_a_store_that_cannot_be_reached_costs_the_record_and_not_the_metrics_and_leaks_no_password(
    ran: Path, adops: Command, before_first_run: Path
) -> None:
    address = "postgresql://adops:planted-store-password@127.0.0.1:1/adops"
    done = adops(*RUN, code=3, ADOPS_STORE_URL=address)
    assert "not recorded" in done.out
    assert "cannot be reached" in done.out
    assert "workflow_executions.store_was_read" in done.out
    assert "Traceback" not in done.err
    published, whole = dump(before_first_run / "adops.duckdb"), dump(ran / "adops.duckdb")
    assert published.pop("alerts") == [], "without the store there is nothing to keep alerts in"
    whole.pop("alerts")  # four days may hold nothing that calls for one
    assert published == whole
    assert left_behind(before_first_run, done.out + done.err).holding("planted-store-password") == set()


def test_a_past_day_is_shown_in_a_file_of_its_own_and_says_what_it_is(
    ran: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adops = command_over(copy_into(ran, tmp_path), monkeypatch)
    computed: list[PastSummary] = []
    publish = PastWorld.publish

    def publish_once(world: PastWorld) -> PastSummary:
        """What the first command computed: as text and as JSON the same is shown."""
        computed.append(computed[0] if computed else publish(world))
        return computed[0]

    monkeypatch.setattr(PastWorld, "publish", publish_once)
    before = dump(tmp_path / "adops.duckdb")
    query = ("sql", "SELECT max(date)::VARCHAR AS newest FROM analytics_metrics", "--format", "json")
    assert "`adops run --as-of 2025-11-15` creates it" in adops(*query, "--as-of", "2025-11-15", code=1).err
    done = adops("run", "--as-of", "2025-11-15")
    assert "2025-11-15 is past, and nothing had been pulled by then" in done.words
    assert "adops sql --as-of 2025-11-15" in done.words
    assert adops(*query, "--as-of", "2025-11-15").document == [{"newest": "2025-11-15"}]
    assert adops(*query).document == [{"newest": "2025-11-16"}]
    assert dump(tmp_path / "adops.duckdb") == before
    told = adops("run", "--as-of", "2025-11-15", "--json").document
    assert told["snapshot"].endswith("as_of/2025-11-15/adops.duckdb")
    assert told["headlines"]["pacing"]["sentence"] in done.words
    with services_of(tmp_path).store.reading() as con:
        assert len(executions.latest(con)) == 1, "a look at the past is no execution"


@pytest.mark.parametrize(
    ("arguments", "settings", "words"),
    [
        (("--as-of", "2999-01-01"), {}, "is in the future"),
        (("--as-of", "2025-11-16", "--days", "1000"), {"ADOPS_START_DATE": "2025-01-01"}, "earliest day"),
        (("--days", "0"), {}, "--days"),
        ((), {"ADOPS_GOOGLE_ADS__MODE": "lve"}, "ADOPS_GOOGLE_ADS__MODE=live"),
        ((), {"ADOPS_META_ADS__MODE": "live"}, "meta_ads.access_token"),
        ((), {"ADOPS_SANDBOX__FAULTS": "throtled=0.1"}, "unknown fault 'throtled'"),
    ],
)
def test_wrong_input_ends_with_code_2_and_one_clear_line(
    arguments: tuple[str, ...], settings: dict[str, str], words: str, adops: Command
) -> None:
    done = adops("run", *arguments, code=2, **settings)
    assert words in done.err
    assert "Traceback" not in done.err


_ENDS = """
import atexit
from adops_pipeline.cli import run

class Freed:
    def __del__(self):
        print("freed one by one")

freed = Freed()
atexit.register(print, "files are closed")
print("the summary")
run._end_at_once(3, after=atexit._run_exitfuncs)
"""


def test_a_run_ends_with_its_exit_handlers_and_without_freeing_each_object() -> None:
    done = subprocess.run([sys.executable, "-c", _ENDS], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (3, "the summary\nfiles are closed\n")
