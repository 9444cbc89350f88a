"""State that the operations of one request see and write: the account as it is, and what came before in the request."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.google_ads.errors import ApiError
from adops_pipeline.sandbox.google_ads.operations import Operation
from adops_pipeline.sandbox.google_ads.records import MICROS, Record
from adops_pipeline.sandbox.google_ads.search import AccountRecords
from adops_pipeline.sandbox.market import MarketAccount, minor_digits
from adops_pipeline.sandbox.written import MarketValues, Turn, WrittenMarket

_KINDS = {"campaigns": "campaign", "campaignBudgets": "budget", "adGroups": "ad_group", "adGroupAds": "ad"}


class OperationError(Exception):
    """An operation is refused, for one reason or several."""

    def __init__(self, *errors: ApiError) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


@dataclass(slots=True)
class Batch:
    """``names``: temporary resource names of the request → those given; ``created``: bodies by resource name."""

    market: WrittenMarket
    account: MarketAccount
    now: datetime
    turn: Turn
    names: dict[str, str] = field(default_factory=dict)
    created: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def customer(self) -> str:
        """Resource name of the account."""
        return f"customers/{self.account.account_id}"

    @property
    def today(self) -> date:
        """The account's day."""
        return self.now.astimezone(ZoneInfo(self.account.timezone)).date()

    def records(self, resource: str) -> Mapping[str, Record]:
        """The account's objects as queries see them, without those of this request."""
        return AccountRecords(self.market, self.account, self.now).entities(resource)

    def create(
        self, operation: Operation, body: Mapping[str, Any], *, parent_id: str = "", market: MarketValues | None = None
    ) -> str:
        """Write a new object; its resource name."""
        identity = self.turn.create(
            Platform.GOOGLE_ADS,
            self.account.account_id,
            _KINDS[operation.collection],
            parent_id=parent_id,
            market=market,
            body=body,
        )
        own = f"{parent_id}~{identity}" if operation.collection == "adGroupAds" else identity
        name = f"{self.customer}/{operation.collection}/{own}"
        if operation.name:
            self.names[operation.name] = name
        self.created[name] = body
        return name

    def change(
        self, collection: str, identity: str, body: Mapping[str, Any], market: MarketValues | None = None
    ) -> None:
        """Write new values of an object."""
        kind = _KINDS[collection]
        self.turn.change(Platform.GOOGLE_ADS, self.account.account_id, kind, identity, market=market, body=body)

    def existing(self, operation: Operation, resource: str, what: str) -> tuple[str, Record]:
        """Id and record of the object to change. Raises OperationError where there is none or it was removed."""
        prefix = f"{self.customer}/{operation.collection}/"
        identity = operation.name.removeprefix(prefix)
        found = self.records(resource).get(identity) if operation.name.startswith(prefix) else None
        field_name = "remove" if operation.action == "remove" else "update"
        if found is None:
            raise OperationError(
                operation.fault("mutateError", "RESOURCE_NOT_FOUND", "Resource was not found.", field_name)
            )
        if found[f"{resource}.status"] == "REMOVED":
            code, message = "OPERATION_NOT_PERMITTED_FOR_REMOVED_RESOURCE", f"The {what} has been removed."
            raise OperationError(operation.fault("operationAccessDeniedError", code, message, field_name))
        return identity, found

    def masked(self, operation: Operation, *, changeable: Collection[str], fixed: Collection[str]) -> dict[str, Any]:
        """The values that an update sets. Raises OperationError for a field that is fixed or not known."""
        if not operation.mask:
            message = "The field mask must be provided for update operations."
            raise OperationError(operation.fault("fieldMaskError", "FIELD_MASK_MISSING", message, "updateMask"))
        for path in operation.mask:
            if path in fixed:
                message = "The field cannot be modified by mutate."
                raise OperationError(operation.fault("fieldError", "IMMUTABLE_FIELD", message, "update", path))
            if path not in changeable:
                message = f"The field mask contained an invalid field: '{path}'."
                raise OperationError(
                    operation.fault("fieldMaskError", "FIELD_NOT_FOUND", message, "updateMask", trigger=path)
                )
        return {path: operation.values.get(path) for path in operation.mask}

    def money(self, operation: Operation, name: str, micros: object) -> Decimal:
        """Currency units of an amount. Raises OperationError where the currency has no such amount."""
        amount = Decimal(str(micros)) / MICROS
        place = (operation.action, name)
        if amount <= 0:
            family, code = _MONEY_ERRORS[operation.collection]
            raise OperationError(operation.fault(family, code, "The money amount is too small.", *place))
        if amount % Decimal(1).scaleb(-minor_digits(self.account.currency)):
            code, message = (
                "NON_MULTIPLE_OF_MINIMUM_CURRENCY_UNIT",
                "A money amount is not a multiple of a minimum unit.",
            )
            raise OperationError(operation.fault("campaignBudgetError", code, message, *place, trigger=str(micros)))
        return amount


_MONEY_ERRORS = {
    "campaignBudgets": ("campaignBudgetError", "BUDGET_BELOW_PER_DAY_MINIMUM"),
    "adGroups": ("rangeError", "TOO_LOW"),
}


def required(operation: Operation, *names: str) -> None:
    """Raise OperationError with every field of a create that is missing or empty."""
    missing = [name for name in names if operation.values.get(name) in (None, "")]
    if missing:
        message = "The required field was not present."
        raise OperationError(*(operation.fault("fieldError", "REQUIRED", message, "create", n) for n in missing))
