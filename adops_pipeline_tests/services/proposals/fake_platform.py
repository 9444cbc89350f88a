"""A small ad platform with two tools that write, for tests: campaigns in a JSON file, a log of every change, faults."""

import fcntl
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from adops_pipeline.connectors.errors import ConnectorError, FailureContext, PermanentError
from adops_pipeline.connectors.tools import RefusedInputError, Reversal, ToolInput, UncertainWriteError, WriteTool
from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.vocabulary import CampaignStatus, Platform

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ACCOUNT = "111"


def ticking(start: datetime = NOW) -> Callable[[], datetime]:
    """A clock that moves on by a millisecond whenever it is asked."""
    steps = count()
    return lambda: start + timedelta(milliseconds=next(steps))


def error(kind: type[ConnectorError], message: str = "no") -> ConnectorError:
    """A failure of a request."""
    return kind(FailureContext(Platform.META_ADS, "POST /campaigns", ACCOUNT, message=message))


@dataclass
class FakePlatform:
    """The platform's state is in ``file``, so that processes share it."""

    file: Path
    clock: Callable[[], datetime] = field(default_factory=ticking)
    faults: dict[str, list[BaseException]] = field(default_factory=dict)
    """Errors by step: ``before``, ``validate``, ``apply`` (nothing was done), ``answer`` (it was), ``read_back``."""
    tick: Callable[[str], None] = lambda _: None
    """Called around every step, for tests that end the process there."""

    def fail(self, step: str) -> None:
        """Raise the next fault of a step."""
        if self.faults.get(step):
            raise self.faults[step].pop(0)

    @contextmanager
    def state(self) -> Iterator[dict[str, Any]]:
        """The state, locked; changes are written at the end of the block."""
        with self.file.open("a+") as opened:
            fcntl.flock(opened, fcntl.LOCK_EX)
            opened.seek(0)
            state = json.loads(opened.read() or '{"campaigns": {}, "log": []}')
            yield state
            opened.truncate(0)
            opened.write(json.dumps(state))

    @property
    def log(self) -> list[str]:
        """Every change that was made, in order."""
        with self.state() as state:
            return list(state["log"])

    def add(self, object_id: str, name: str, budget: str, status: str = "active") -> None:
        """A campaign that exists from the beginning."""
        with self.state() as state:
            state["campaigns"][object_id] = _campaign(name, budget, status, self.clock() - timedelta(days=9))

    def set(self, object_id: str, **values: Any) -> None:
        """Somebody changes a campaign on the platform itself."""
        with self.state() as state:
            state["campaigns"][object_id] |= values

    def get(self, object_id: str) -> AdObject | None:
        """A campaign as the platform describes it."""
        with self.state() as state:
            found = state["campaigns"].get(object_id)
        return None if found is None else _described(object_id, found)

    async def aclose(self) -> None:
        """As connectors have it."""


def _campaign(name: str, budget: str, status: str, at: datetime) -> dict[str, Any]:
    return {"name": name, "budget": budget, "status": status, "created_at": at.isoformat()}


def _described(object_id: str, found: dict[str, Any]) -> AdObject:
    return AdObject(
        Platform.META_ADS, ACCOUNT, "campaign", object_id, found["name"], CampaignStatus(found["status"]), "EUR",
        object_id, None if found["budget"] is None else Decimal(found["budget"]),
    )  # fmt: skip


class UpdateInput(ToolInput):
    """What `meta_update_campaign` takes."""

    account_id: str
    campaign_id: str
    daily_budget: Decimal | None = Field(None, gt=0)
    status: Literal["active", "paused", "removed"] | None = None


class CreateInput(ToolInput):
    """What `meta_create_campaign` takes."""

    account_id: str
    name: str
    daily_budget: Decimal = Field(gt=0)
    status: Literal["active", "paused"] = "paused"


class UpdateCampaign(WriteTool[FakePlatform, UpdateInput]):
    """Changes budget or status."""

    name: ClassVar[str] = "meta_update_campaign"
    platform: ClassVar[Platform] = Platform.META_ADS
    description: ClassVar[str] = "Changes a campaign."
    scope: ClassVar[str] = "ads_management"
    input_model: ClassVar[type[ToolInput]] = UpdateInput

    async def before(self, client: FakePlatform, given: UpdateInput) -> AdObject | None:
        client.tick("before")
        client.fail("before")
        found = client.get(given.campaign_id)
        if found is None:
            raise error(PermanentError, "no such campaign")
        return found

    async def intended(self, client: FakePlatform, given: UpdateInput, before: AdObject | None) -> AdObject:
        assert before is not None
        status = before.status if given.status is None else CampaignStatus(given.status)
        return replace(before, daily_budget=given.daily_budget or before.daily_budget, status=status)

    async def validate(self, client: FakePlatform, given: UpdateInput) -> None:
        client.tick("validate")
        client.fail("validate")
        if given.daily_budget == Decimal(13):
            raise RefusedInputError("daily_budget: 13 is not accepted; give 14")

    async def apply(self, client: FakePlatform, given: UpdateInput) -> str:
        client.tick("apply")
        client.fail("apply")
        with client.state() as state:
            found = state["campaigns"][given.campaign_id]
            found["budget"] = str(given.daily_budget or found["budget"])
            found["status"] = given.status or found["status"]
            state["log"].append(f"update {given.campaign_id} {found['budget']} {found['status']}")
        client.tick("answer")
        client.fail("answer")
        return given.campaign_id

    async def read_back(self, client: FakePlatform, account_id: str, object_id: str) -> AdObject | None:
        client.tick("read_back")
        client.fail("read_back")
        return client.get(object_id)

    async def find(self, client: FakePlatform, given: UpdateInput, since: datetime) -> Sequence[AdObject]:
        return ()

    def reverse(self, given: UpdateInput, before: AdObject | None, after: AdObject) -> Reversal | str:
        assert before is not None
        arguments = {"account_id": ACCOUNT, "campaign_id": given.campaign_id}
        changed = {"daily_budget": str(before.daily_budget)} if before.daily_budget != after.daily_budget else {}
        status = {"status": before.status.value} if before.status != after.status else {}
        return Reversal(self.name, arguments | changed | status)


class CreateCampaign(WriteTool[FakePlatform, CreateInput]):
    """Creates a campaign; its removal undoes it, and nothing undoes a removal by this tool."""

    name: ClassVar[str] = "meta_create_campaign"
    platform: ClassVar[Platform] = Platform.META_ADS
    description: ClassVar[str] = "Creates a campaign."
    scope: ClassVar[str] = "ads_management"
    input_model: ClassVar[type[ToolInput]] = CreateInput

    async def before(self, client: FakePlatform, given: CreateInput) -> AdObject | None:
        client.tick("before")
        client.fail("before")
        return None

    async def intended(self, client: FakePlatform, given: CreateInput, before: AdObject | None) -> AdObject:
        return AdObject(
            Platform.META_ADS, ACCOUNT, "campaign", None, given.name, CampaignStatus(given.status), "EUR", None,
            given.daily_budget,
        )  # fmt: skip

    async def validate(self, client: FakePlatform, given: CreateInput) -> None:
        client.tick("validate")
        client.fail("validate")

    async def apply(self, client: FakePlatform, given: CreateInput) -> str:
        client.tick("apply")
        client.fail("apply")
        with client.state() as state:
            object_id = str(900 + len(state["campaigns"]))
            made = _campaign(given.name, str(given.daily_budget), given.status, client.clock())
            state["campaigns"][object_id] = made
            state["log"].append(f"create {given.name}")
        client.tick("answer")
        client.fail("answer")
        return object_id

    async def read_back(self, client: FakePlatform, account_id: str, object_id: str) -> AdObject | None:
        client.tick("read_back")
        client.fail("read_back")
        return client.get(object_id)

    async def find(self, client: FakePlatform, given: CreateInput, since: datetime) -> Sequence[AdObject]:
        client.tick("find")
        client.fail("find")
        with client.state() as state:
            found = [
                _described(object_id, one)
                for object_id, one in state["campaigns"].items()
                if datetime.fromisoformat(one["created_at"]) >= since
            ]
        wanted = (given.name, given.daily_budget)
        return [one for one in found if (one.name, one.daily_budget) == wanted]

    def reverse(self, given: CreateInput, before: AdObject | None, after: AdObject) -> Reversal | str:
        arguments = {"account_id": ACCOUNT, "campaign_id": after.object_id, "status": "removed"}
        return Reversal(UpdateCampaign.name, arguments)


TOOLS: dict[str, WriteTool[Any, Any]] = {tool.name: tool for tool in (UpdateCampaign(), CreateCampaign())}
__all__ = ["ACCOUNT", "NOW", "TOOLS", "FakePlatform", "UncertainWriteError", "error", "ticking"]
