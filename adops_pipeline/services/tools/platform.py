"""Tools of the ad platforms, from the definitions of the connectors: reads are answered, writes are proposed."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any

from adops_pipeline.connectors.base import Connector
from adops_pipeline.connectors.errors import ConnectorError, redact
from adops_pipeline.connectors.tools import ReadTool, RefusedInputError, Tool, UncertainWriteError
from adops_pipeline.domain.platforms import FACTS
from adops_pipeline.domain.untrusted import clean_text
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.services.tools.definitions import Call, Document, ToolDefinition
from adops_pipeline.services.tools.errors import ToolError
from adops_pipeline.services.tools.schemas import object_schema

Connect = Callable[[Platform], Connector]
_PAGE = object_schema(
    {
        "rows": {"type": "array", "items": {"type": "object"}, "description": "Objects with the fields asked for."},
        "rateLimit": {"type": "object", "description": "The platform's present rate-limit state in its own words."},
    },
    is_page=True,
)


def reading_tools(tools: Iterable[Tool[Any, Any]], connect: Connect) -> Iterator[ToolDefinition]:
    """The tools that read."""
    for tool in tools:
        if isinstance(tool, ReadTool):
            yield ToolDefinition(
                name=tool.name,
                title=title_of(tool),
                description=tool.description,
                group="platform",
                input_model=tool.input_model,
                output_schema=_PAGE,
                run=_reader(tool, connect),
                platform=tool.platform,
                scope=tool.scope,
                rows="rows",
                pages_itself="cursor" in tool.input_model.model_fields,
            )


def title_of(tool: Tool[Any, Any]) -> str:
    """Title for people: ``Pinterest: list campaigns``."""
    own = tool.name.removeprefix(f"{tool.platform.slug}_").removeprefix(f"{tool.platform.value.split('-')[0]}_")
    return f"{FACTS[tool.platform].title}: {own.replace('_', ' ')}"


async def calling_platform(tool: str, call: Callable[[], Awaitable[Document]]) -> Document:
    """The answer of ``call``. Raises ToolError for what platforms and connectors refuse."""
    try:
        return await call()
    except RefusedInputError as error:
        raise ToolError("invalid-arguments", f"{tool} was not called: {clean_text(str(error))}") from None
    except UncertainWriteError as error:
        detail = f"{clean_text(redact(str(error)))}. The change may have been made: list the object before trying again"
        raise ToolError("uncertain", detail) from None
    except ConnectorError as error:
        raise ToolError("platform-error", clean_text(redact(str(error)))) from None


def _reader(tool: ReadTool[Any, Any], connect: Connect) -> Callable[[Call], Awaitable[Document]]:
    async def read(call: Call) -> Document:
        async def ask() -> Document:
            client = connect(tool.platform)
            try:
                page = await tool.read(client, call.given)
            finally:
                await client.aclose()
            state: Mapping[str, str] = page.rate_limit or {}
            return {"rows": list(page.rows), "nextCursor": page.next_cursor, "rateLimit": dict(state)}

        return await calling_platform(tool.name, ask)

    return read
