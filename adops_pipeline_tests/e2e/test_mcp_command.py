"""`adops mcp` as a client starts it: the official client over standard input and output."""

from pathlib import Path

from mcp import Client
from mcp.client.stdio import StdioServerParameters

from adops_pipeline_tests.e2e.command import ADOPS, environment


async def test_the_official_client_works_over_stdio_as_an_agent(data_dir: Path) -> None:
    server = StdioServerParameters(command=ADOPS, args=["mcp", "--agent", "analyst"], env=environment(data_dir))
    async with Client(server) as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
        table = await client.call_tool("describe_table", {"table": "campaigns"})
        unpublished = await client.call_tool("list_pacing", {})
        refused = await client.call_tool("approve_proposal", {"proposal_id": "x"})
    assert "list_pacing" in names
    assert table.structured_content is not None
    assert table.structured_content["name"] == "campaigns"
    assert "`adops run` publishes it" in str(unpublished.content)
    assert refused.is_error
