"""`adops mcp` as a client starts it: the official client over standard input and output."""

from pathlib import Path

from mcp import Client
from mcp.client.stdio import StdioServerParameters

from adops_pipeline_tests.e2e.command import ADOPS, environment
from adops_pipeline_tests.templates import copy_into
from adops_pipeline_tests.tools.campaign_flow import create_approve_list_undo

SETTINGS = {
    "ADOPS_GOOGLE_ADS__ACCOUNTS": "4403110926",
    "ADOPS_META_ADS__ACCOUNTS": "304756102938475",
    "ADOPS_PINTEREST__ACCOUNTS": "549761220488",
    "ADOPS_PROPOSALS__APPLY_AUTOMATICALLY": "never",
}


async def test_the_official_client_changes_a_campaign_over_stdio(published: Path, tmp_path: Path) -> None:
    variables = environment(copy_into(published, tmp_path), **SETTINGS)
    server = StdioServerParameters(command=ADOPS, args=["mcp"], env=variables)
    async with Client(server, mode="legacy") as client:
        assert len((await client.list_tools()).tools) > 45
        await create_approve_list_undo(client, client)
