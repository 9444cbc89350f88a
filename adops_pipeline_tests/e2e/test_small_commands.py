"""`adops sql`, `tables`, `normalize`, `doctor`, `raw`: what they print and what they refuse."""

import json
from pathlib import Path

import pytest

from adops_pipeline.warehouse.schema import TABLES
from adops_pipeline_tests.e2e.command import adops


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    assert adops(folder, "run", "--as-of", "2026-11-16", "--days", "3").returncode == 0
    return folder


def test_sql_answers_as_json_with_exact_money(data_dir: Path) -> None:
    done = adops(data_dir, "sql", "SELECT max(spend) AS s, max(date) AS d FROM analytics_metrics", "--format", "json")
    (row,) = json.loads(done.stdout)
    assert row["d"] == "2026-11-16"
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
def test_sql_can_neither_change_the_snapshot_nor_reach_another_file(query: str, data_dir: Path) -> None:
    done = adops(data_dir, "sql", query)
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr


def test_sql_without_a_snapshot_says_what_makes_it(tmp_path: Path) -> None:
    done = adops(tmp_path, "sql", "SELECT 1")
    assert done.returncode == 1
    assert "`adops run` makes it" in done.stderr


def test_the_dictionary_describes_every_column(tmp_path: Path) -> None:
    tables = json.loads(adops(tmp_path, "tables", "--json").stdout)
    assert [table["table"] for table in tables] == list(TABLES)
    for table in tables:
        assert [column["name"] for column in table["columns"]] == list(TABLES[table["table"]].column_names)
        for column in table["columns"]:
            assert column["description"].strip().endswith("."), (table["table"], column["name"])
            assert column["type"]
    told = {table["table"]: {column["name"]: column for column in table["columns"]} for table in tables}
    spend, status = told["analytics_metrics"]["spend"], told["campaigns"]["status"]
    assert (spend["type"], spend["unit"], spend["required"]) == ("DECIMAL(18,6)", "account currency", True)
    assert status["allowed"] == ["draft", "active", "paused", "ended", "removed"]
    keys = {table["table"]: table["key"] for table in tables}
    assert keys["analytics_metrics"] == ["platform", "account_id", "campaign_id", "date"]
    assert "analytics_metric_revisions" in adops(tmp_path, "tables").stdout


def test_normalize_prints_good_rows_and_names_bad_ones(tmp_path: Path) -> None:
    answer = [
        {"CAMPAIGN_ID": 2, "DATE": "2026-11-01", "SPEND_IN_MICRO_DOLLAR": 30000001, "PAID_IMPRESSION": 10},
        {"CAMPAIGN_ID": "1", "DATE": "2026-11-01", "SPEND_IN_MICRO_DOLLAR": 5, "CAMPAIGN_NAME": 'Ünïcode "x"\n🎉'},
        {"CAMPAIGN_ID": "1", "DATE": "yesterday"},
    ]
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(answer))
    arguments = ("normalize", "pinterest", str(file), "--account-id", "9", "--account-currency", "EUR", "--json")
    done = adops(tmp_path, *arguments)
    assert done.returncode == 3
    rows = json.loads(done.stdout)
    assert list(rows[0]) == list(TABLES["analytics_metrics"].column_names)
    assert [(r["campaign_id"], r["spend"], r["currency"]) for r in rows] == [
        ("1", "0.000005", "EUR"),
        ("2", "30.000001", "EUR"),
    ]
    assert rows[0]["campaign_name"] == 'Ünïcode "x"\n🎉'
    assert "date is not a day: yesterday" in done.stderr


def test_an_html_page_is_refused_in_words(tmp_path: Path) -> None:
    page = tmp_path / "page.json"
    page.write_text("<html><body>502</body></html>")
    done = adops(tmp_path, "normalize", "meta-ads", str(page))
    assert done.returncode == 1
    assert "not JSON" in done.stderr


def test_the_doctor_asks_every_platform(data_dir: Path) -> None:
    done = adops(data_dir, "doctor")
    assert done.returncode == 0, done.stdout
    for words in ("google-ads (test)", "meta-ads (test)", "pinterest (test)", "ads_read", "can be written to"):
        assert words in done.stdout


def test_the_doctor_finds_a_broken_rates_file_and_a_refused_platform(data_dir: Path, tmp_path: Path) -> None:
    rates = tmp_path / "rates.csv"
    rates.write_text("date,currency,rate_to_usd\n2026-11-01,EUR,abc\n")
    done = adops(data_dir, "doctor", ADOPS_FX_RATES_FILE=str(rates))
    assert done.returncode == 1
    assert "line 2" in done.stdout


def test_tables_rebuilt_from_raw_files_and_pruned_files_change_nothing(data_dir: Path) -> None:
    query = ("sql", "SELECT * FROM analytics_metrics ORDER BY ALL", "--format", "csv")
    before = adops(data_dir, *query).stdout
    assert adops(data_dir, "raw", "prune", "--keep-days", "0").returncode == 0
    rebuilt = adops(data_dir, "raw", "rebuild")
    assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr
    assert adops(data_dir, *query).stdout == before
    assert len(before.splitlines()) > 100
