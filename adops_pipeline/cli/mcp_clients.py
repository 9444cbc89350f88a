"""Configurations of clients of the Model Context Protocol, to paste into their files."""

import json
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adops_pipeline.cli.ports import server_address

if TYPE_CHECKING:
    from adops_pipeline.settings import Settings

_TOKEN = "ADOPS_MCP_TOKEN"  # noqa: S105 - name of a variable
CLIENTS = ("claude-desktop", "claude-code", "cursor", "vscode", "windsurf", "gemini-cli", "codex")
_URL_KEYS = {"windsurf": "serverUrl", "gemini-cli": "httpUrl"}


def configuration(client: str, settings: "Settings", agent: str | None, *, over_http: bool) -> str:
    """What to paste, or for Claude Code to run. JSON for clients that read it, so that it can be piped to a file."""
    if over_http:
        return _http(client, f"{server_address(settings.api.host, settings.api.port)}/mcp")
    args = ["mcp", *(["--agent", agent] if agent else [])]
    folder = {"ADOPS_DATA_DIR": str(settings.data_dir)}
    if client == "claude-code":
        variables = " ".join(f"--env {shlex.quote(f'{name}={value}')}" for name, value in folder.items())
        return f"claude mcp add adops {variables} -- {shlex.join([_command(), *args])}"
    if client == "codex":
        table = "\n".join(f"{name} = {json.dumps(value)}" for name, value in folder.items())
        return (
            f"[mcp_servers.adops]\ncommand = {json.dumps(_command())}\nargs = {json.dumps(args)}\n\n"
            f"[mcp_servers.adops.env]\n{table}"
        )
    server = {"command": _command(), "args": args, "env": folder}
    return _json(client, {"type": "stdio", **server} if client == "vscode" else server)


def _http(client: str, url: str) -> str:
    header = f"Authorization: Bearer ${{{_TOKEN}}}"
    if client == "claude-code":
        return f'claude mcp add --transport http adops {url} --header "{header}"'
    if client == "codex":
        return f'[mcp_servers.adops]\nurl = "{url}"\nbearer_token_env_var = "{_TOKEN}"'
    if client == "claude-desktop":  # knows servers that it starts itself only
        args = ["-y", "mcp-remote", url, "--header", header]
        return _json(client, {"command": "npx", "args": args, "env": {_TOKEN: "<token>"}})
    name, _, value = header.partition(": ")
    kind = {"type": "http"} if client == "vscode" else {}
    token = value.replace("${", "${env:") if client in ("vscode", "cursor", "windsurf") else value
    return _json(client, {**kind, _URL_KEYS.get(client, "url"): url, "headers": {name: token}})


def _json(client: str, server: Mapping[str, Any]) -> str:
    key = "servers" if client == "vscode" else "mcpServers"
    return json.dumps({key: {"adops": server}}, indent=2)


def _command() -> str:
    """The installed `adops` of this interpreter: clients do not search where a shell does."""
    beside = Path(sys.executable).with_name("adops")
    return str(beside if beside.exists() else Path(sys.argv[0]).resolve())
