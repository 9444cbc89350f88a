"""Calls: names, arguments, permissions and pages are checked, and refusals say how to mend the call."""

import asyncio
import json
from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Any

import pytest

from adops_pipeline.domain.access import Actor
from adops_pipeline.domain.permissions import DEFAULT_SETS, PermissionSet
from adops_pipeline.services.errors import InvalidError
from adops_pipeline.services.tools import data
from adops_pipeline.services.tools.callers import agent_caller, caller_of
from adops_pipeline.services.tools.definitions import Caller
from adops_pipeline.services.tools.errors import ToolError
from adops_pipeline.services.tools.pages import shortened
from adops_pipeline.services.tools.validation import validated
from adops_pipeline.warehouse.queries.child import JsonAnswer
from adops_pipeline.warehouse.queries.read_only import Bounds, query_snapshot
from adops_pipeline.wiring import Services
from adops_pipeline_tests.tools.conftest import ME, agent

GOOGLE = "4403110926"


def call(market: Services, tool: str, caller: Caller = ME, most_bytes: int | None = None, **arguments: Any) -> Any:
    return asyncio.run(market.tools.call(tool, arguments, caller, most_bytes))


def refusal(market: Services, tool: str, caller: Caller = ME, **arguments: Any) -> ToolError:
    with pytest.raises(ToolError) as raised:
        call(market, tool, caller, **arguments)
    return raised.value


@pytest.mark.parametrize(
    ("tool", "arguments", "code", "words"),
    [
        ("list_pacin", {}, "unknown-tool", "did you mean list_pacing?"),
        ("list_pacing", {"limitt": 1}, "invalid-arguments", "limitt: there is no such field; did you mean limit?"),
        ("list_pacing", {"limit": "many"}, "invalid-arguments", "limit: must be a whole number, not 'many'"),
        ("list_pacing", {"limit": [1]}, "invalid-arguments", "limit: must be a whole number"),
        ("list_pacing", {"limit": 0}, "invalid-arguments", "limit: must be greater than or equal to 1"),
        ("list_pacing", {"platform": "meta-ads"}, "invalid-arguments", "platform: must be a list"),
        ("list_pacing", {"platform": ["meta"]}, "invalid-arguments", "did you mean meta-ads?"),
        ("list_campaigns", {"fields": ["spendd"]}, "invalid-arguments", "did you mean spend?"),
        ("list_campaigns", {"sort": "-spendd"}, "invalid-arguments", "did you mean spend?"),
        ("list_campaigns", {"first": "soon"}, "invalid-arguments", "first: must be a date such as 2026-11-30"),
        ("get_campaign", {}, "invalid-arguments", "campaign_id: is required: `platform:campaign_id`"),
        ("get_campaign", {"campaign_id": "meta-ads:0"}, "not-found", "ids are platform:campaign_id"),
        ("list_pacing", {"cursor": "x"}, "invalid-arguments", "give nextCursor of the answer before"),
        ("describe_table", {"table": "campaign"}, "invalid-arguments", "did you mean campaigns?"),
        ("run_workflow", {"workflow": "pacing-chek"}, "not-found", "did you mean pacing-check?"),
        (
            "run_workflow",
            {"workflow": "pacing-check", "parameters": {"platform": "meta-ads"}},
            "invalid-arguments",
            "parameters.platform: pacing-check has no such parameter",
        ),
        ("get_execution", {"execution_id": "x"}, "not-found", "there is no execution 'x'"),
    ],
)
def test_a_wrong_call_is_refused_with_how_to_mend_it(
    market: Services, tool: str, arguments: dict[str, Any], code: str, words: str
) -> None:
    error = refusal(market, tool, **arguments)
    assert error.code == code
    assert words in str(error)
    assert "pydantic" not in str(error)


def test_many_wrong_values_make_a_short_message(market: Services) -> None:
    error = refusal(market, "list_pacing", platform=["x"] * 10)
    assert len(error.arguments) == 10
    unknown: dict[str, Any] = {f"field{number}": 1 for number in range(50)}
    error = refusal(market, "list_campaigns", **unknown)
    assert (len(error.arguments), str(error)[-13:]) == (20, "; and 30 more")


def test_the_pages_of_an_answer_are_all_of_its_rows_once(market: Services) -> None:
    whole = call(market, "list_pacing", limit=1000)
    assert not whole["hasMore"]
    assert whole["returned"] == len(whole["items"]) > 3
    rows, cursor = [], None
    while True:
        page = call(market, "list_pacing", limit=2, most_bytes=3000, cursor=cursor)
        assert page["bytes"] <= 3000 or page["returned"] == 1
        rows += page["items"]
        cursor = page["nextCursor"]
        if not page["hasMore"]:
            break
    assert cursor is None
    assert rows == whole["items"]


def test_an_answer_without_pages_of_its_own_is_cut_too(market: Services) -> None:
    first = call(market, "get_overview", limit=5)
    second = call(market, "get_overview", limit=5, cursor=first["nextCursor"])
    whole = call(market, "get_overview", limit=1000)
    assert first["series"] + second["series"] == whole["series"][:10]
    assert whole["totals"] == first["totals"]


def test_what_has_no_pages_is_shortened_with_a_note() -> None:
    given = {"id": "x", "result": {"rows": [{"n": number} for number in range(5_000)], "few": [1, 2]}}
    found = shortened(given, 2_000)
    assert len(json.dumps(found)) <= 2_000
    assert found["result"]["few"] == [1, 2]
    *rows, note = found["result"]["rows"]
    assert rows == given["result"]["rows"][: len(rows)]  # type: ignore[index]
    assert note == f"[cut: {5_000 - len(rows):,} more]"
    assert shortened(given, 10**6) is given


def test_a_cursor_of_another_tool_is_refused(market: Services) -> None:
    cursor = call(market, "list_tables", limit=1)["nextCursor"]
    assert "not of this tool" in str(refusal(market, "list_executions", cursor=cursor))


def test_the_columns_of_campaigns_can_be_chosen(market: Services) -> None:
    (row,) = call(market, "list_campaigns", limit=1, fields=["id", "spend"])["items"]
    assert list(row) == ["id", "spend"]


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM campaigns",
        "ATTACH '/tmp/other.duckdb'",
        "COPY campaigns TO '/tmp/stolen.csv'",
        "SELECT * FROM read_text('/etc/hostname')",
        "SET memory_limit = '100GB'",
        "SELECT current_setting('home_directory')",
        "SELECT 1; SELECT 2",
    ],
)
def test_sql_that_is_no_read_of_the_snapshot_is_refused(
    market: Services, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_this_process(path: Any, sql: str, bounds: Bounds) -> JsonAnswer:
        """The same guard as in the child, without its process."""
        answer = query_snapshot(path, sql, bounds)
        return JsonAnswer(answer.columns, [list(row) for row in answer.rows])

    monkeypatch.setattr(data, "query_in_child", in_this_process)
    assert call(market, "query_snapshot", query="SELECT 42 AS answer")["rows"] == [[42]]
    assert refusal(market, "query_snapshot", query=query).code == "invalid-arguments"


def test_a_caller_sees_and_calls_what_its_role_and_its_permissions_allow(market: Services) -> None:
    reader, analyst = Caller("r", "reader"), agent("a", "list_*")
    assert "run_workflow" not in {tool.name for tool in market.tools.tools(reader)}
    assert {tool.name.partition("_")[0] for tool in market.tools.tools(analyst)} == {"list"}
    assert "needs the role operator; r has reader" in str(refusal(market, "run_workflow", reader, workflow="x"))
    error = refusal(market, "query_snapshot", analyst, query="SELECT 1")
    assert error.code == "not-permitted"
    assert "its tools are list_*" in str(error)
    assert "[agents.a] in adops.toml" in str(error)


def test_an_agent_with_accounts_reads_rows_of_these_alone(market: Services) -> None:
    one = agent("a", "*", accounts=(GOOGLE,))
    rows = call(market, "list_campaigns", one)["items"]
    assert {row["accountId"] for row in rows} == {GOOGLE}
    assert len(call(market, "list_campaigns")["items"]) > len(rows)
    assert "may not read 123" in str(refusal(market, "list_campaigns", one, account_id=["123"]))
    for tool, arguments in (
        ("query_snapshot", {"query": "FROM campaigns"}),
        ("get_campaign", {"campaign_id": "meta-ads:1"}),
    ):
        assert "use a list such as list_campaigns" in str(refusal(market, tool, one, **arguments))


def test_a_change_is_recorded_with_who_made_it(market: Services) -> None:
    made = call(market, "run_workflow", agent("trader", "*"), workflow="pacing-check", key="k")
    assert call(market, "run_workflow", agent("trader", "*"), workflow="pacing-check", key="k")["id"] == made["id"]
    assert market.executions.get(made["id"]).requested_by == "agent"
    with market.store.reading() as con:
        found = con.exec_driver_sql("SELECT count(*) FROM events WHERE data LIKE '%trader: run_workflow%'").scalar()
    assert found == 2


def test_a_token_that_settings_bind_to_an_agent_acts_as_it() -> None:
    sets = DEFAULT_SETS | {"trader": PermissionSet("trader", ("list_*",), tokens=("bot",))}
    assert caller_of(Actor("bot", "admin"), sets).agent == "trader"
    assert caller_of(Actor("alice", "operator"), sets).agent is None
    with pytest.raises(InvalidError, match="did you mean trader"):
        agent_caller("me", "tradr", sets)


NONSENSE: tuple[Any, ...] = (
    None, True, -1, 10**30, 1.5, "", "x", "\x00", "\ud800", "'; DROP TABLE campaigns; --", "9999-12-31", [], [[]],
    ["x"], [None], {}, {"x": {"y": [1]}}, "x" * 30_000,
)  # fmt: skip


def code_of(act: Callable[[], object]) -> str:
    """The code of the error that the call is refused with; empty where it is answered."""
    try:
        act()
    except ToolError as error:
        return error.code
    return ""


def test_nonsense_is_refused_before_anything_is_called(market: Services) -> None:
    for tool in market.tools.tools(ME):
        for value in NONSENSE:
            given = dict.fromkeys(tool.input_schema["properties"], value)
            code = code_of(partial(validated, tool.name, tool.input_model, given))
            assert code in ("", "invalid-arguments"), (tool.name, value)


@pytest.mark.parametrize("tool", ["list_campaigns", "list_pacing", "get_overview", "list_proposals", "recall"])
def test_what_is_valid_and_senseless_is_answered_or_refused_and_never_fails(market: Services, tool: str) -> None:
    for name, value in product(market.tools.get(tool).input_schema["properties"], NONSENSE):
        assert code_of(partial(call, market, tool, **{name: value})) != "failed", (name, value)


@pytest.mark.parametrize("value", ["a\x00", "\ud800", ["\ud800"], {"\x00": 1}])
def test_what_is_no_text_is_refused(market: Services, value: object) -> None:
    assert "half a surrogate pair" in str(refusal(market, "list_campaigns", search=value))
