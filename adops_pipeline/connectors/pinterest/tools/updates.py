"""What Pinterest's tools that change campaigns and ad groups share: the state before, and how a change is undone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Generic, TypeVar

from adops_pipeline.connectors.pinterest.client import PinterestConnector
from adops_pipeline.connectors.pinterest.tools.inputs import AccountInput, Status
from adops_pipeline.connectors.pinterest.tools.money import as_text
from adops_pipeline.connectors.pinterest.tools.writing import PinterestItemTool, without_none
from adops_pipeline.connectors.tools import RefusedInputError, Reversal
from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.vocabulary import CampaignStatus

BUDGETS = ("daily_budget", "lifetime_budget")
_WORD_OF_STATUS = {CampaignStatus.ACTIVE: "active", CampaignStatus.PAUSED: "paused"}
"""The statuses that a tool can set again."""


class UpdateInput(AccountInput):
    """Arguments of a tool that changes an object."""

    changeable: ClassVar[Sequence[str]]
    status: Status | None

    def changed(self) -> dict[str, Any]:
        """The values that are given."""
        return without_none({name: getattr(self, name) for name in self.changeable})


Update = TypeVar("Update", bound=UpdateInput)


class PinterestUpdateTool(PinterestItemTool[Update], Generic[Update]):
    """Changes one object. The argument ``ad_group_id`` has the id of an ad group, and so on."""

    method = "PATCH"

    async def before(self, client: PinterestConnector, given: Update) -> AdObject:
        """The object as it is. Raises RefusedInputError for one that the account does not have."""
        found = await self.read_back(client, given.account_id, self._object_id(given))
        if found is None:
            raise missing(self.form.kind, given.account_id, self._object_id(given))
        return found

    async def find(self, client: PinterestConnector, given: Update, since: datetime) -> Sequence[AdObject]:
        """Nothing: an update creates no object."""
        del client, given, since
        return ()

    def reverse(self, given: Update, before: AdObject | None, after: AdObject) -> Reversal | str:
        """Set the former values of what was changed."""
        del after
        words = words_of(self.form.kind)
        if before is None:
            return "The values before the change are not known."
        if given.status == "archived":
            return f"Pinterest does not restore an archived {words}; create {before.name!r} again."
        if before.status not in _WORD_OF_STATUS:
            return f"The {words} was {before.status.value} before, which cannot be set again."
        former = self.former(given, before)
        ids = {"account_id": given.account_id, f"{self.form.kind}_id": self._object_id(given)}
        return former if isinstance(former, str) else Reversal(self.name, {**ids, **without_none(former)})

    def former(self, given: Update, before: AdObject) -> Mapping[str, object] | str:
        """The arguments that restore ``before``, or why nothing does."""
        return former_values(before, given.changed())

    def _object_id(self, given: Update) -> str:
        return str(getattr(given, f"{self.form.kind}_id"))


def former_values(before: AdObject, names: Iterable[str]) -> dict[str, object]:
    """Values of an object as arguments that set them again."""
    return {name: _former_value(before, name) for name in names}


def _former_value(before: AdObject, name: str) -> object:
    if name in BUDGETS:
        amount: Decimal | None = getattr(before, name)
        return as_text(amount)
    if name == "status":
        return _WORD_OF_STATUS[before.status]
    return before.name if name == "name" else before.fields.get(name)


def missing(kind: str, account_id: str, object_id: str) -> RefusedInputError:
    """The account has no object of the id."""
    return RefusedInputError(
        f"{kind}_id: the account {account_id} has no {words_of(kind)} {object_id}; pinterest_list_{kind}s lists them"
    )


def words_of(kind: str) -> str:
    """What people call an object of the kind."""
    return kind.replace("_", " ")
