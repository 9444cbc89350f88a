"""Definition of a tool as every front needs it: what to call it, what it takes and answers, and who may call it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel

from adops_pipeline.domain.access import Role
from adops_pipeline.domain.permissions import PermissionSet
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.services.tools.schemas import concise

Effect = Literal["read", "write", "destructive"]
"""What a call does: nothing; something that can be undone or repeated; something that may overwrite or cannot."""
Group = Literal["platform", "analytics", "data", "workflows", "proposals", "memory"]
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a person or program by name and role, and the permission set if it acts as an agent."""

    name: str
    role: Role
    permissions: PermissionSet | None = None

    @property
    def agent(self) -> str | None:
        """Name of the agent."""
        return None if self.permissions is None else self.permissions.name


@dataclass(frozen=True, slots=True)
class Call:
    """One call with its validated arguments."""

    given: BaseModel
    caller: Caller


@dataclass(frozen=True)
class ToolDefinition:
    """One tool.

    ``rows`` names the list in the answer that is given page by page; ``pages_itself``: `run` knows cursors of its own
    and takes ``cursor`` and ``limit``, otherwise it answers everything. ``records_itself``: what it calls keeps who
    changed what.
    """

    name: str
    title: str
    description: str
    group: Group
    input_model: type[BaseModel]
    output_schema: Mapping[str, Any]
    run: Callable[[Call], Awaitable[Document]]
    effect: Effect = "read"
    is_idempotent: bool = False
    role: Role = "reader"
    platform: Platform | None = None
    scope: str | None = None
    rows: str | None = None
    pages_itself: bool = False
    records_itself: bool = False

    @cached_property
    def input_schema(self) -> Mapping[str, Any]:
        """JSON Schema of the arguments; unknown ones are refused."""
        schema = concise(self.input_model.model_json_schema(by_alias=False))
        schema.pop("description", None)
        return {**schema, "additionalProperties": False}

    @property
    def is_read_only(self) -> bool:
        """Whether a call changes nothing."""
        return self.effect == "read"

    def document(self) -> Document:
        """What fronts show of the tool."""
        return {
            "name": self.name, "title": self.title, "description": self.description, "group": self.group,
            "effect": self.effect, "role": self.role, "platform": self.platform, "scope": self.scope,
            "inputSchema": self.input_schema, "outputSchema": self.output_schema,
        }  # fmt: skip
