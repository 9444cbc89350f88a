"""Every tool by name, and the one way to call one: known, permitted, valid, run, cleaned, bounded."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from adops_pipeline.domain.untrusted import as_data, clean_text
from adops_pipeline.domain.workflows.nearest import did_you_mean
from adops_pipeline.services.documents.errors import DocumentError
from adops_pipeline.services.errors import InvalidError, NotFoundError, RefusedError, StoreError, WarehouseError
from adops_pipeline.services.tools.accounts import within_accounts
from adops_pipeline.services.tools.definitions import Call, Caller, Document, ToolDefinition
from adops_pipeline.services.tools.errors import ArgumentError, Code, ToolError
from adops_pipeline.services.tools.pages import LARGEST_BYTES, cut, read_cursor, shortened
from adops_pipeline.services.tools.validation import validated

_log = logging.getLogger(__name__)
_CODES: Mapping[str, Code] = {"no-data": "unavailable", "not-found": "not-found"}


class Toolbox:
    """The tools of one installation. ``record`` keeps who changed what: the caller, the tool, and the answer's id."""

    def __init__(
        self, definitions: Iterable[ToolDefinition], record: Callable[[Caller, str, str | None], object]
    ) -> None:
        self._tools = {one.name: one for one in definitions}
        self._record = record

    def tools(self, caller: Caller) -> Sequence[ToolDefinition]:
        """The tools that ``caller`` may call, by name."""
        allowed = (one for one in self._tools.values() if _refusal(one, caller, None) is None)
        return sorted(allowed, key=lambda one: one.name)

    def get(self, name: str) -> ToolDefinition:
        """The tool. Raises ToolError."""
        tool = self._tools.get(name)
        if tool is None:
            near = did_you_mean(name, self._tools) or "; list the tools to see their names"
            raise ToolError("unknown-tool", f"there is no tool {clean_text(name, 60)!r}{near}")
        return tool

    async def call(
        self, name: str, arguments: Mapping[str, Any], caller: Caller, most_bytes: int | None = LARGEST_BYTES
    ) -> Document:
        """The answer, whose rows have at most ``most_bytes``. Raises ToolError, and nothing else that is expected."""
        tool = self.get(name)
        _require(_refusal(tool, caller, None))
        place = read_cursor(name, arguments.get("cursor")) if tool.rows is not None else None
        if place is not None and "cursor" in arguments:
            arguments = {**arguments, "cursor": place.cursor}
        given = validated(name, tool.input_model, arguments)
        _require(_refusal(tool, caller, given))
        found = await self._run(tool, Call(within_accounts(tool, given, caller), caller))
        if not (tool.is_read_only or tool.records_itself):
            await asyncio.to_thread(self._recorded, tool, caller, found)
        document = as_data(found)
        assert isinstance(document, dict)
        if tool.rows is None or place is None:
            found_all: Document = document if most_bytes is None else shortened(document, most_bytes)
            return found_all
        limit = None if tool.pages_itself else getattr(given, "limit", None)
        return cut(name, document, tool.rows, place, limit, most_bytes)

    def _recorded(self, tool: ToolDefinition, caller: Caller, found: Document) -> None:
        """Record a change. It has been made all the same where that fails, so that the log has to do."""
        own = found.get("id")
        try:
            self._record(caller, tool.name, own if isinstance(own, str) else None)
        except StoreError as error:
            _log.error("not recorded (%s): %s called %s", error, caller.name, tool.name)

    @staticmethod
    async def _run(tool: ToolDefinition, call: Call) -> Document:
        try:
            return await tool.run(call)
        except DocumentError as error:
            code = _CODES.get(error.reason, "invalid-arguments")
            raise ToolError(code, clean_text(str(error))) from None
        except InvalidError as error:
            field, _, message = str(error).partition(": ")
            raise ToolError("invalid-arguments", str(error), [ArgumentError(field, message)]) from None
        except NotFoundError as error:
            raise ToolError("not-found", clean_text(str(error))) from None
        except RefusedError as error:
            raise ToolError("refused", clean_text(str(error))) from None
        except (StoreError, WarehouseError) as error:
            raise ToolError("unavailable", clean_text(str(error))) from None
        except ToolError:
            raise
        except Exception as error:
            _log.exception("tool %s failed", tool.name)
            raise ToolError("failed", f"{tool.name} failed; the log of the server says why") from error


def _refusal(tool: ToolDefinition, caller: Caller, given: BaseModel | None) -> str | None:
    """Why ``caller`` may not call the tool, with these arguments where they are given; None where it may."""
    ranks = ("reader", "operator", "admin")
    if ranks.index(caller.role) < ranks.index(tool.role):
        return f"{tool.name} needs the role {tool.role}; {caller.name} has {caller.role}"
    if caller.permissions is None:
        return None
    account = getattr(given, "account_id", None)
    # Filters of the analyses are lists of accounts; the tools of platforms name one.
    one = account if isinstance(account, str) else None
    return caller.permissions.allows(tool.name, tool.platform, one)


def _require(refusal: str | None) -> None:
    if refusal is not None:
        raise ToolError("not-permitted", refusal)
