"""Microsoft's own parser of semantic models: a program that speaks JSON-RPC over its standard input and output.

It comes from npm, for tests only.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from adops_pipeline_tests.services.powerbi.npm import installed

_PACKAGE = ("@microsoft/powerbi-modeling-mcp-linux-x64", "0.5.0-beta.13")


class RefusedError(Exception):
    """The parser did not accept the model; the message is its own."""


class Parser:
    """A running parser."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._number = 0

    def call(self, tool: str, **request: Any) -> dict[str, Any]:
        """The answer of an operation. Raises RefusedError."""
        result = self.request("tools/call", {"name": tool, "arguments": {"request": request}})
        said = result["content"][0]["text"]
        if result.get("isError"):
            raise RefusedError(said)
        found: dict[str, Any] = json.loads(said)
        if not found.get("success", True):
            raise RefusedError(said)
        return found

    def request(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """The result of a JSON-RPC request."""
        self._number += 1
        self._send({"jsonrpc": "2.0", "id": self._number, "method": method, "params": params})
        assert self._process.stdout is not None
        for line in self._process.stdout:
            message = json.loads(line)
            if message.get("id") == self._number:
                if "error" in message:
                    raise RefusedError(str(message["error"]))
                result: dict[str, Any] = message["result"]
                return result
        raise RefusedError("the parser ended")

    def begin(self) -> None:
        """Shake hands."""
        client = {"name": "adops-tests", "version": "1"}
        self.request("initialize", {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client})
        self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()


@contextmanager
def running_parser() -> Iterator[Parser]:
    """A parser of its own for the time of the block."""
    environment = {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    program = installed(*_PACKAGE) / "dist" / "powerbi-modeling-mcp"
    program.chmod(0o755)
    command = [str(program), "--start", "--skipconfirmation"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        try:
            parser = Parser(process)
            parser.begin()
            yield parser
        finally:
            process.kill()
