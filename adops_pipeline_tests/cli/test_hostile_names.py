"""Commands over data with the names that strangers choose: every name is printed, as text."""

import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from adops_pipeline.cli import agent, memory_views, workflow_views
from adops_pipeline.domain.terminal import for_terminal, lines_for_terminal
from adops_pipeline.operations.executions import Execution
from adops_pipeline_tests.api.conftest import published
from adops_pipeline_tests.cli.commands import Command, command_over
from adops_pipeline_tests.hostile_names import STORABLE, obeyed
from adops_pipeline_tests.templates import copy_into

__all__ = ["published"]
NAMES = {what: name for what, name in STORABLE.items() if name.strip() and len(name) < 1_000}


@pytest.fixture(scope="module")
def data_dir(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published market with an action for a campaign of each name."""
    folder = copy_into(published, tmp_path_factory.mktemp("hostile"))
    with duckdb.connect(str(folder / "adops.duckdb")) as con:
        newest = "FROM analytics_budgets WHERE platform = 'meta-ads' ORDER BY as_of DESC LIMIT 1"
        account, day = con.execute(f"SELECT account_id, as_of {newest}").fetchone() or ("", None)
        con.execute("UPDATE ad_accounts SET name = $name", {"name": NAMES["rich markup"]})
        con.execute("DELETE FROM todo")
        for rank, (what, name) in enumerate(NAMES.items(), start=1):
            con.execute(
                "INSERT INTO todo BY NAME SELECT $day::DATE AS as_of, 'meta-ads' AS platform, $account AS account_id,"
                " $what AS campaign_id, $name AS campaign_name, 'EUR' AS currency, $rank AS rank,"
                " 'set-budget' AS action, 'warning' AS severity, $name AS instruction, $name AS supersedes,"
                " now()::TIMESTAMP AS created_at",
                {"day": day, "account": account, "rank": rank, "what": what, "name": name},
            )
    return folder


@pytest.fixture
def adops(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    return command_over(data_dir, monkeypatch)


def without_blanks(text: str) -> str:
    return "".join(text.split())


def test_the_list_of_actions_prints_every_name_as_text(adops: Command) -> None:
    said = adops("todo").out
    assert obeyed(said) == []
    assert said.startswith(f"{NAMES['rich markup']} (meta-ads)")
    shown = without_blanks(said)
    assert [what for what, name in NAMES.items() if without_blanks(lines_for_terminal(name)) not in shown] == []
    document = adops("todo", "--json")
    assert obeyed(document.out) == []
    assert {row["campaign_name"] for row in document.document} == set(NAMES.values())


@pytest.mark.parametrize("form", ["table", "vertical", "markdown", "json"])
def test_a_query_prints_every_name_as_text(adops: Command, form: str) -> None:
    said = adops("sql", "SELECT campaign_id, campaign_name FROM todo ORDER BY rank", "--format", form).out
    assert obeyed(said) == []
    if form == "json":
        assert [row["campaign_name"] for row in json.loads(said)] == list(NAMES.values())
    elif form == "table":
        assert [what for what, name in NAMES.items() if for_terminal(name).rstrip() not in said] == []


def test_an_error_repeats_what_was_typed_as_text(adops: Command) -> None:
    for name in ("[bold]x[/]", "\x1b]52;c;cm0=\x07", "\u202egpj"):
        for command in (
            ("workflow", "run", name),
            ("budget-test", name),
            ("tables", name),
            ("sql", f"SELECT '{name}' x y"),
        ):
            said = adops(*command, code=None)
            assert said.code in (1, 2), command
            assert obeyed(said.err) == [], command


@pytest.mark.parametrize("what", NAMES)
def test_views_of_agents_learnings_and_executions_print_a_name_as_text(
    what: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = NAMES[what]
    wanted = without_blanks(lines_for_terminal(name))
    found = {"outcome": "proposed", "kind": "budget", "subject": name, "reason": name, "detail": name}
    services = SimpleNamespace(agents=SimpleNamespace(run=lambda *_, **__: [found]))
    monkeypatch.setattr(agent, "load_services", lambda: services)
    monkeypatch.setattr("adops_pipeline.services.documents.agents.result_document", lambda one: one)
    agent.run("pacing")
    printed = [capsys.readouterr().out]
    learning = {"passes": True, "lower_bound": 0.5, "pattern_key": "k" * 12, "insight": name, "counter_evidence": name}
    memory_views.list_learnings([learning])
    printed.append(capsys.readouterr().out)
    execution = Execution(
        id="e" * 12, workflow_id="pacing-check", template_id=None, status="failed", parameters={"accounts": [name]},
        requested_by=name, requested_at=datetime(2026, 11, 1, tzinfo=UTC), error=name, started_at=None,
        finished_at=None, timeout_seconds=None, run_id=None, attempt=1, retry_of=None,
    )  # fmt: skip
    workflow_views.show_execution(execution)
    printed.append(capsys.readouterr().out)
    for text in printed:
        assert obeyed(text) == []
        assert without_blanks(text).count(wanted) >= 2
