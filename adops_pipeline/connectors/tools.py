"""Definition of an operation on an ad platform: the one source of what MCP, API, CLI and the docs say about it.

The platforms' definitions are in `<platform>/tools/`; permissions, proposals and records belong in `services/`.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from adops_pipeline.connectors.errors import ConnectorError, ContractError, FailureContext
from adops_pipeline.domain.ad_objects import AdObject, ObjectKind
from adops_pipeline.domain.vocabulary import CampaignStatus, Platform


class ToolInput(BaseModel):
    """Arguments of a tool: unknown fields are refused, values are not changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


Client = TypeVar("Client")
"""The platform's connector class."""
Input = TypeVar("Input", bound=ToolInput)


class UncertainWriteError(ConnectorError):
    """A change was sent and no answer came: the platform may have applied it. Never retried; `find` tells."""


class RefusedInputError(ValueError):
    """Input that the platform would refuse. The message says which field, why, and what to give instead."""


@dataclass(frozen=True, slots=True)
class ToolPage:
    """Answer of a tool that reads: rows trimmed to the fields asked for, and the cursor of the next page if any.

    ``rows`` are plain JSON values, money in currency units as decimal text. ``rate_limit`` is the platform's present
    rate-limit state in its own words (header → value), empty where it does not say.
    """

    rows: Sequence[Mapping[str, Any]]
    next_cursor: str | None = None
    rate_limit: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Reversal:
    """Call of a tool that restores the state before a change."""

    tool: str
    arguments: Mapping[str, Any]


_CALLS = frozenset({"read", "before", "intended", "validate", "apply", "read_back", "find"})
"""The methods of tools that read a platform's answers."""


class Tool(ABC, Generic[Client, Input]):
    """What read and write tools share. ``scope`` is the permission that the platform itself asks for."""

    name: ClassVar[str]
    platform: ClassVar[Platform]
    description: ClassVar[str]
    scope: ClassVar[str]
    input_model: ClassVar[type[ToolInput]]

    def __init_subclass__(cls, **options: Any) -> None:  # noqa: ANN401  passed on
        super().__init_subclass__(**options)
        for name in _CALLS & cls.__dict__.keys():
            setattr(cls, name, _named_errors_only(cls.__dict__[name], is_change=name == "apply"))


def _named_errors_only(method: Callable[..., Awaitable[Any]], *, is_change: bool) -> Callable[..., Awaitable[Any]]:
    """``method``, so that an answer which it cannot work with is an error of the platform: fields may hold anything.

    After a change was sent nobody knows then what was done, so that is uncertain.
    """

    @wraps(method)
    async def named(self: Tool[Any, Any], *arguments: object, **options: object) -> object:
        try:
            return await method(self, *arguments, **options)
        except (ConnectorError, RefusedInputError):
            raise
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
            message = "the platform's answer has a form that this tool cannot read"
            kind = UncertainWriteError if is_change else ContractError
            raise kind(FailureContext(self.platform, self.name, message=message)) from error

    return named


class ReadTool(Tool[Client, Input]):
    """Reads from the platform; changes nothing."""

    @abstractmethod
    async def read(self, client: Client, given: Input) -> ToolPage:
        """One page of the answer. Raises ConnectorError and RefusedInputError only."""


class WriteTool(Tool[Client, Input]):
    """Changes one object. Every method raises ConnectorError and RefusedInputError only.

    Order of calls: `before` → `intended` (both when proposed) → `validate` → `before` again (must be unchanged) →
    `apply` → `read_back`. After a crash within `apply`: `find` for what was created, `read_back` for what was updated.
    """

    @abstractmethod
    async def before(self, client: Client, given: Input) -> AdObject | None:
        """Present state of the object to be changed; None for a tool that creates."""

    @abstractmethod
    async def intended(self, client: Client, given: Input, before: AdObject | None) -> AdObject:
        """State that the change leads to. Reads what it needs (the account's currency); changes nothing."""

    @abstractmethod
    async def validate(self, client: Client, given: Input) -> None:
        """Have the platform check the change without applying it where it can; else return."""

    @abstractmethod
    async def apply(self, client: Client, given: Input) -> str:
        """Apply the change with one request that is not retried once it may have arrived; id of the object."""

    @abstractmethod
    async def read_back(self, client: Client, account_id: str, object_id: str) -> AdObject | None:
        """State of the object now; None if the platform no longer has it."""

    @abstractmethod
    async def find(self, client: Client, given: Input, since: datetime) -> Sequence[AdObject]:
        """Objects that an `apply` of ``given`` may have created at or after ``since`` (UTC); empty for updates."""

    @abstractmethod
    def reverse(self, given: Input, before: AdObject | None, after: AdObject) -> Reversal | str:
        """The call that restores ``before``, or why this cannot be undone (a sentence for people)."""


class CreateTool(WriteTool[Client, Input]):
    """Creates one object."""

    stays: ClassVar[str] = ""
    """Why nothing removes the object again; ``{kind}`` and ``{id}`` in it are the object's."""
    removed_by: ClassVar[tuple[str, str, str] | None] = None
    """The tool that removes it, that tool's argument for the object's id, and the status to set; None: it stays."""

    async def before(self, client: Client, given: Input) -> AdObject | None:
        """There is nothing yet."""
        del client, given
        return None

    def new_object(
        self,
        kind: ObjectKind,
        account_id: str,
        name: str,
        currency: str,
        *,
        status: str = "active",
        **values: Any,  # noqa: ANN401 - fields of several types
    ) -> AdObject:
        """The object that is to be created; ``values`` are other fields of it."""
        return AdObject(self.platform, account_id, kind, None, name, CampaignStatus(status), currency, **values)

    def reverse(self, given: Input, before: AdObject | None, after: AdObject) -> Reversal | str:
        """See `WriteTool.reverse`."""
        del given, before
        if self.removed_by is None:
            return self.stays.format(kind=after.kind.replace("_", " "), id=after.object_id)
        tool, id_field, status = self.removed_by
        return Reversal(tool, {"account_id": after.account_id, id_field: str(after.object_id), "status": status})
