"""`adops sql`, `tables`, `normalize`, `doctor`, `raw`: what they print and what they refuse."""

import gzip
import json
from pathlib import Path

import pytest

from adops_pipeline.domain.tables import ROLLUPS, TABLES, VIEWS
from adops_pipeline_tests.cli.commands import Command, command_over
from adops_pipeline_tests.e2e.command import AS_OF, first_run
from adops_pipeline_tests.templates import copy_into


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after its first run, for tests that change nothing in it."""
    return first_run(tmp_path_factory)


@pytest.fixture
def adops_after_run(ran: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    return command_over(ran, monkeypatch)


def test_sql_answers_as_json_with_exact_money(adops_after_run: Command) -> None:
    query = "SELECT max(spend) AS s, max(date) AS d FROM analytics_metrics"
    (row,) = adops_after_run("sql", query, "--format", "json").document
    assert row["d"] == AS_OF
    assert row["s"].split(".")[1].isdigit()


@pytest.mark.parametrize(
    "query",
    [
        "DROP TABLE campaigns",
        "INSERT INTO fx_rates SELECT * FROM fx_rates",
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY campaigns TO '/tmp/stolen.csv'",
        "SET enable_external_access = true",
        "ATTACH '/tmp/other.duckdb'",
        "SELEC 1",
    ],
)
def test_sql_can_neither_change_the_snapshot_nor_reach_another_file(query: str, adops_after_run: Command) -> None:
    done = adops_after_run("sql", query, code=1)
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ("FROM range(11)", "--rows", "10"),
            "10 rows; add a LIMIT or a condition, or allow more with --rows",
        ),
        (("SELECT sleep_ms(60000)", "--timeout", "0.1"), "longer than 0.1 s; narrow it, or allow more with --timeout"),
        (("SELECT count(DISTINCT range) FROM range(9999999)", "--memory", "16"), "allow more with --memory MEGABYTES"),
        (("SELECT length(repeat('x', 3000000000))", "--memory", "16"), "allow more with --memory MEGABYTES"),
    ],
)
def test_sql_names_the_bound_that_a_query_passed_and_its_option(
    arguments: tuple[str, ...], words: str, adops_after_run: Command
) -> None:
    assert words in adops_after_run("sql", *arguments, code=1).words


def test_sql_prints_a_wide_answer_row_by_row(adops_after_run: Command) -> None:
    printed = adops_after_run("sql", "FROM budgets_now LIMIT 2").out
    assert "── row 2 ─" in printed
    assert max(map(len, printed.splitlines())) <= 120
    assert adops_after_run("sql", "SELECT 1 AS a", "--format", "markdown").out == "| a |\n| --- |\n| 1 |\n"


def test_sql_without_a_snapshot_says_what_makes_it(adops: Command) -> None:
    assert "`adops run` creates it" in adops("sql", "SELECT 1", code=1).err


def test_the_dictionary_describes_every_column(adops: Command) -> None:
    tables = adops("tables", "--json").document
    assert [(table["table"], table["is_view"]) for table in tables] == [
        *((name, False) for name in TABLES),
        *((name, True) for name in VIEWS),
        *((name, False) for name in ROLLUPS),
    ]
    for table in tables:
        assert [column["name"] for column in table["columns"]] == list(
            (TABLES | VIEWS | ROLLUPS)[table["table"]].column_names
        )
        for column in table["columns"]:
            assert column["description"].strip().endswith("."), (table["table"], column["name"])
            assert column["type"]
    told = {table["table"]: {column["name"]: column for column in table["columns"]} for table in tables}
    spend, status = told["analytics_metrics"]["spend"], told["campaigns"]["status"]
    assert (spend["type"], spend["unit"], spend["required"]) == ("DECIMAL(18,6)", "account currency", True)
    assert status["allowed"] == ["draft", "active", "paused", "ended", "removed"]
    keys = {table["table"]: table["key"] for table in tables}
    assert keys["analytics_metrics"] == ["platform", "account_id", "campaign_id", "date"]
    assert "analytics_metric_revisions" in adops("tables").out
    assert "current_daily" in adops("tables", "budgets_now").out


def test_normalize_prints_good_rows_and_names_bad_ones(adops: Command, tmp_path: Path) -> None:
    answer = [
        {"CAMPAIGN_ID": 2, "DATE": "2026-11-01", "SPEND_IN_MICRO_DOLLAR": 30000001, "PAID_IMPRESSION": 10},
        {"CAMPAIGN_ID": "1", "DATE": "2026-11-01", "SPEND_IN_MICRO_DOLLAR": 5, "CAMPAIGN_NAME": 'Ünïcode "x"\n🎉'},
        {"CAMPAIGN_ID": "1", "DATE": "yesterday"},
    ]
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(answer))
    arguments = ("normalize", "pinterest", str(file), "--account-id", "9", "--account-currency", "EUR", "--json")
    done = adops(*arguments, code=3)
    rows = done.document
    assert list(rows[0]) == list(TABLES["analytics_metrics"].column_names)
    assert [(r["campaign_id"], r["spend"], r["currency"]) for r in rows] == [
        ("1", "0.000005", "EUR"),
        ("2", "30.000001", "EUR"),
    ]
    assert rows[0]["campaign_name"] == 'Ünïcode "x"\n🎉'
    assert "date is not a day: yesterday" in done.err
    packed = tmp_path / "answer.json.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    assert adops("normalize", "pinterest", str(packed), *arguments[3:], code=3).document == rows


def test_a_row_that_is_stored_without_one_value_is_no_rejected_row(adops: Command, tmp_path: Path) -> None:
    row = {"campaign": {"id": "13"}, "segments": {"date": "2026-11-01"}, "metrics": {"costMicros": "7", "clicks": "-4"}}
    lost = row | {"campaign": {"id": "abc"}}
    file = tmp_path / "rows.json"
    file.write_text(json.dumps([row, lost]))
    done = adops("normalize", "google-ads", str(file), "--account-id", "1", "--account-currency", "EUR", code=3)
    assert [one["campaign_id"] for one in done.document] == ["13"]
    assert done.err.splitlines()[-1] == "1 of 2 rows rejected, 1 read in part"
    assert "in part: metrics.clicks is negative: -4; the rest of the row is stored" in done.err


def test_an_html_page_is_refused_in_words(adops: Command, tmp_path: Path) -> None:
    page = tmp_path / "page.json"
    page.write_text("<html><body>502</body></html>")
    assert "not JSON" in adops("normalize", "meta-ads", str(page), code=1).err


def test_the_doctor_asks_every_platform(adops: Command) -> None:
    done = adops("doctor")
    for words in ("google-ads (test)", "meta-ads (test)", "pinterest (test)", "ads_read", "can be written to"):
        assert _flat(words) in _flat(done.out)


def test_the_doctor_finds_a_broken_rates_file(adops: Command, tmp_path: Path) -> None:
    rates = tmp_path / "rates.csv"
    rates.write_text("date,currency,rate_to_usd\n2026-11-01,EUR,abc\n")
    assert _flat("line 2") in _flat(adops("doctor", code=1, ADOPS_FX_RATES_FILE=str(rates)).out)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("2999-01-01,EUR,1.1", "EUR (pinterest:549761220488) has no rate in"),
        (
            "2020-01-01,EUR,1.1",
            "the newest rate of EUR (pinterest:549761220488) is of 2020-01-01",
        ),
        ("2020-01-01,EUO,1.1", "has rates of EUO, which is no currency of ISO 4217"),
    ],
)
def test_the_doctor_finds_currencies_that_are_unknown_or_have_no_rate_in_force(
    lines: str, words: str, adops_after_run: Command, tmp_path: Path
) -> None:
    rates = tmp_path / "rates.csv"
    rates.write_text(f"date,currency,rate_to_usd\n{lines}\n")
    assert _flat(words) in _flat(adops_after_run("doctor", code=1, ADOPS_FX_RATES_FILE=str(rates)).out)


def test_the_doctor_names_the_settings_file_in_force(adops: Command, data_dir: Path) -> None:
    file = data_dir / "adops.toml"
    assert _flat(f"from the environment; there is no {file};") in _flat(adops("doctor").out)
    file.write_text("history_days = 30\n")
    assert _flat(f"from {file} and the environment;") in _flat(adops("doctor").out)


def _flat(text: str) -> str:
    """The text without the lines of a table and the places where it wraps."""
    return "".join(text.replace("│", "").split())


def test_tables_rebuilt_from_raw_files_and_pruned_files_change_nothing(
    ran: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adops = command_over(copy_into(ran, tmp_path), monkeypatch)
    query = ("sql", "SELECT * FROM analytics_metrics ORDER BY ALL", "--format", "csv")
    before = adops(*query).out
    adops("raw", "prune", "--keep-days", "0")
    adops("raw", "rebuild")
    assert adops(*query).out == before
    assert len(before.splitlines()) > 100


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("tables", "analytics_metric"), "there is no table"),
        (("normalize", "google-ads", "/nowhere.json"), "no such file"),
        (("normalize", "google-ads", __file__, "--account-id", "mine"), "--account-id 'mine' is not an id"),
    ],
)
def test_wrong_input_ends_with_code_2_and_one_clear_line(
    arguments: tuple[str, ...], words: str, adops: Command
) -> None:
    done = adops(*arguments, code=2)
    assert words in done.err
    assert "Traceback" not in done.err
