"""Calls tools of the platforms: finds the tool, validates its arguments, connects, and explains failures."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from adops_pipeline.connectors.base import Connector
from adops_pipeline.connectors.tools import ToolInput, WriteTool
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.domain.workflows.nearest import did_you_mean
from adops_pipeline.operations.errors import InvalidError

AnyWriteTool = WriteTool[Any, Any]


@dataclass(frozen=True, slots=True)
class PlatformCalls:
    """The write tools by name, and how to reach the platforms."""

    tools: Mapping[str, AnyWriteTool]
    connect: Callable[[Platform], Connector]

    def tool(self, name: str) -> AnyWriteTool:
        """The tool. Raises InvalidError with the nearest name."""
        if name not in self.tools:
            raise InvalidError("tool", f"there is no tool {name!r} that writes{did_you_mean(name, self.tools)}")
        return self.tools[name]

    def validated(self, tool: AnyWriteTool, arguments: Mapping[str, Any]) -> ToolInput:
        """The arguments as the tool's input. Raises InvalidError, which names every wrong field."""
        try:
            return tool.input_model.model_validate(dict(arguments))
        except ValidationError as error:
            first, *others = [f"{_path(one['loc'])}: {one['msg']}" for one in error.errors()]
            field, _, reason = first.partition(": ")
            raise InvalidError(field, "; ".join([reason, *others])) from None

    @asynccontextmanager
    async def client(self, platform: Platform) -> AsyncIterator[Connector]:
        """A connection to the platform for the block."""
        client = self.connect(platform)
        try:
            yield client
        finally:
            await client.aclose()


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location)) or "arguments"
