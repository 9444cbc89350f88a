"""`adops tool` and `adops mcp --print-config`: lists, calls, refusals, configurations."""

import json
import tomllib

import pytest

from adops_pipeline_tests.cli.commands import Command


def test_the_tools_are_listed_as_an_agent_sees_them(adops: Command) -> None:
    everything = {tool["name"] for tool in adops("tool", "list", "--json").document}
    strategist = {tool["name"] for tool in adops("tool", "list", "--agent", "creative-strategist", "--json").document}
    assert strategist < everything
    assert "list_pacing" in adops("tool", "list").out


def test_a_tool_is_called_with_json(adops: Command) -> None:
    answer = adops("tool", "call", "describe_table", "--json", '{"table": "campaigns"}').document
    assert answer["name"] == "campaigns"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("call", "list_tables", "--json", "[]"), 'must be an object, such as {"limit": 5}'),
        (("call", "list_tables", "--json", "{"), "--json is no JSON"),
        (("call", "list_tabels"), "did you mean list_tables?"),
        (("call", "list_tables", "--json", '{"limit": "x"}'), "limit: must be a whole number"),
        (("list", "--agent", "analist"), "did you mean analyst?"),
    ],
)
def test_a_wrong_call_ends_with_code_2_and_one_clear_line(
    arguments: tuple[str, ...], words: str, adops: Command
) -> None:
    assert words in adops("tool", *arguments, code=2).err


def test_the_configuration_of_a_client_starts_this_command(adops: Command) -> None:
    desktop = json.loads(adops("mcp", "--print-config", "claude-desktop", "--agent", "trader").out)
    server = desktop["mcpServers"]["adops"]
    assert server["command"].endswith("adops")
    assert server["args"] == ["mcp", "--agent", "trader"]
    assert server["env"]["ADOPS_DATA_DIR"]
    assert "servers" in json.loads(adops("mcp", "--print-config", "vscode").out)
    codex = tomllib.loads(adops("mcp", "--print-config", "codex").out)
    assert codex["mcp_servers"]["adops"]["args"] == ["mcp"]
    assert " -- " in adops("mcp", "--print-config", "claude-code").out


def test_the_configuration_over_http_names_the_address_and_no_token(adops: Command) -> None:
    cursor = json.loads(adops("mcp", "--print-config", "cursor", "--http").out)["mcpServers"]["adops"]
    assert cursor["url"] == "http://127.0.0.1:8000/mcp"
    assert cursor["headers"] == {"Authorization": "Bearer ${env:ADOPS_MCP_TOKEN}"}
    assert "the clients are" in adops("mcp", "--print-config", "emacs", code=2).err
