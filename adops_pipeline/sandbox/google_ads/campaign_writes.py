"""Changes of campaigns and their budgets, checked as Google checks them, and written to the emulated account."""

import re
from datetime import date, datetime
from typing import Any, cast

from adops_pipeline.domain.vocabulary import CampaignStatus
from adops_pipeline.sandbox.google_ads.batch import Batch, OperationError, required
from adops_pipeline.sandbox.google_ads.operations import Operation, bidding_strategies
from adops_pipeline.sandbox.google_ads.records import WRITTEN_BUDGET, Record
from adops_pipeline.sandbox.market import Objective
from adops_pipeline.sandbox.written import MarketValues

STATUSES = {
    "ENABLED": CampaignStatus.ACTIVE,
    "PAUSED": CampaignStatus.PAUSED,
    "REMOVED": CampaignStatus.REMOVED,
}
_OBJECTIVES: dict[str, Objective] = {
    "SEARCH": "sales",
    "SHOPPING": "sales",
    "DISPLAY": "traffic",
    "VIDEO": "awareness",
    "PERFORMANCE_MAX": "leads",
}
_NO_END = date(2037, 12, 30)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2} (\d{2}:\d{2}:\d{2})")
_LONGEST_NAME = 255


def create_budget(batch: Batch, operation: Operation) -> str:
    """A budget per day, or with CUSTOM_PERIOD one in total."""
    values = {k: v for k, v in operation.values.items() if k != "resourceName"}
    is_total = values.get("period") == "CUSTOM_PERIOD"
    amount, other = ("totalAmountMicros", "amountMicros") if is_total else ("amountMicros", "totalAmountMicros")
    required(operation, amount)
    if other in values:
        raise OperationError(_wrong_amount(operation, other, is_total=is_total))
    batch.money(operation, amount, values[amount])
    is_shared = values.get("explicitlyShared", True)
    if is_shared:
        required(operation, "name")
        names = (
            record["campaign_budget.name"]
            for record in batch.records("campaign_budget").values()
            if record.get("campaign_budget.explicitly_shared")
        )
        if values["name"] in names:
            message = "A campaign budget with this name already exists."
            raise OperationError(operation.fault("campaignBudgetError", "DUPLICATE_NAME", message, "create", "name"))
    defaults = {"deliveryMethod": "STANDARD", "period": "DAILY", "explicitlyShared": is_shared}
    return batch.create(operation, {**defaults, **values})


def update_budget(batch: Batch, operation: Operation) -> str:
    """New amount or name; the amount applies to every campaign that uses the budget."""
    identity, record = batch.existing(operation, "campaign_budget", "campaign budget")
    values = batch.masked(operation, changeable=("name", "amountMicros", "totalAmountMicros"), fixed=("period",))
    is_total = record.get("campaign_budget.period") == "CUSTOM_PERIOD"
    for name in ("amountMicros", "totalAmountMicros"):
        if name not in values:
            continue
        if (name == "totalAmountMicros") is not is_total:
            raise OperationError(_wrong_amount(operation, name, is_total=is_total))
        amount = batch.money(operation, name, values[name] or 0)
        for campaign_id, campaign in batch.records("campaign").items():
            if str(campaign["campaign_budget.id"]) == identity:
                batch.change("campaigns", campaign_id, {}, {"budget": amount})
    batch.change("campaignBudgets", identity, values)
    return operation.name


def create_campaign(batch: Batch, operation: Operation) -> str:
    """A campaign with an existing budget, or one that an operation before created."""
    values: dict[str, Any] = {k: v for k, v in operation.values.items() if k != "resourceName"}
    required(operation, "name", "campaignBudget", "advertisingChannelType", "containsEuPoliticalAdvertising")
    strategies = bidding_strategies(values)
    if len(strategies) != 1:
        message = "The required field was not present."
        raise OperationError(operation.fault("fieldError", "REQUIRED", message, "create", "campaignBiddingStrategy"))
    status = values.setdefault("status", "ENABLED")
    if status == "REMOVED":
        message = "The resource cannot be created as removed."
        raise OperationError(
            operation.fault(
                "operationAccessDeniedError", "CREATE_AS_REMOVED_NOT_PERMITTED", message, "create", "status"
            )
        )
    _check_name(batch, operation, values["name"])
    market = _budget_of(batch, operation, values)
    market |= {"name": values["name"], "status": STATUSES[status]}
    market["objective"] = _OBJECTIVES.get(values["advertisingChannelType"], "sales")
    market |= _flight(batch, operation, values, None)
    if market["budget_kind"] == "lifetime" and market.get("end_date") is None:
        message = "The end date time is required for campaigns with a total budget."
        raise OperationError(
            operation.fault(
                "campaignError", "END_DATE_TIME_REQUIRED_FOR_TOTAL_BUDGET", message, "create", "endDateTime"
            )
        )
    start = {"startDateTime": f"{batch.today} 00:00:00"}
    return batch.create(operation, {**start, **values, "biddingStrategyType": strategies[0]}, market=market)


def update_campaign(batch: Batch, operation: Operation) -> str:
    """New name, status or flight."""
    identity, record = batch.existing(operation, "campaign", "campaign")
    values = batch.masked(
        operation,
        changeable=("name", "status", "startDateTime", "endDateTime"),
        fixed=("advertisingChannelType", "id"),
    )
    market: MarketValues = {}
    if "name" in values:
        if not values["name"]:
            raise OperationError(operation.fault("fieldError", "REQUIRED", "The name is empty.", "update", "name"))
        _check_name(batch, operation, values["name"], besides=identity)
        market["name"] = values["name"]
    if "status" in values:
        if values["status"] not in ("ENABLED", "PAUSED"):
            message = "A campaign is removed with a remove operation."
            raise OperationError(operation.fault("campaignError", "INVALID_STATUS_CHANGE", message, "update", "status"))
        market["status"] = STATUSES[values["status"]]
    market |= _flight(batch, operation, values, record)
    batch.change("campaigns", identity, values, market)
    return operation.name


def remove_campaign(batch: Batch, operation: Operation) -> str:
    """The campaign stays in reports and is never active again."""
    identity, _ = batch.existing(operation, "campaign", "campaign")
    batch.change("campaigns", identity, {"status": "REMOVED"}, {"status": CampaignStatus.REMOVED})
    return operation.name


def _check_name(batch: Batch, operation: Operation, name: str, besides: str = "") -> None:
    """Names are unique among the campaigns that were not removed."""
    place = ("update" if operation.action == "update" else "create", "name")
    if set(name) & {"\0", "\n", "\r"}:
        message = "The campaign name contains a null character or a line break."
        raise OperationError(operation.fault("campaignError", "INVALID_CAMPAIGN_NAME", message, *place))
    if len(name) > _LONGEST_NAME:
        raise OperationError(operation.fault("stringLengthError", "TOO_LONG", "Too long.", *place, trigger=name[:50]))
    taken = {
        str(record["campaign.name"])
        for identity, record in batch.records("campaign").items()
        if record["campaign.status"] != "REMOVED" and identity != besides
    }
    taken |= {body["name"] for path, body in batch.created.items() if "/campaigns/" in path}
    if name in taken:
        message = "The campaign name is already in use by another campaign."
        raise OperationError(operation.fault("campaignError", "DUPLICATE_CAMPAIGN_NAME", message, *place, trigger=name))


def _budget_of(batch: Batch, operation: Operation, values: dict[str, Any]) -> MarketValues:
    """The campaign's budget in the market's terms; its temporary name in ``values`` is replaced."""
    name = batch.names.get(values["campaignBudget"], values["campaignBudget"])
    values["campaignBudget"] = name
    identity = name.rpartition("/")[2]
    record: Record = batch.records("campaign_budget").get(identity, {})
    body = batch.created.get(name)
    if body is None and (not record or not name.startswith(f"{batch.customer}/campaignBudgets/")):
        raise OperationError(
            operation.fault("mutateError", "RESOURCE_NOT_FOUND", "Resource was not found.", "create", "campaignBudget")
        )
    if body is None:
        _check_shared(operation, record)
        body = {
            "amountMicros": record.get("campaign_budget.amount_micros"),
            "totalAmountMicros": record.get("campaign_budget.total_amount_micros"),
            "explicitlyShared": record.get("campaign_budget.explicitly_shared"),
        }
    total = body.get("totalAmountMicros")
    kind = "lifetime" if total else "shared_daily" if body["explicitlyShared"] else "daily"
    amount = batch.money(operation, "campaignBudget", total or body["amountMicros"])
    return cast(
        "MarketValues",
        {"budget_kind": kind, "budget": amount, "shared_budget_id": f"{WRITTEN_BUDGET}{identity}"},
    )


def _check_shared(operation: Operation, record: Record) -> None:
    is_used = bool(record.get("campaign_budget.reference_count"))
    if is_used and not record.get("campaign_budget.explicitly_shared"):
        code = "CANNOT_USE_IMPLICITLY_SHARED_CAMPAIGN_BUDGET_WITH_MULTIPLE_CAMPAIGNS"
        message = "The implicitly shared campaign budget is already used by a campaign."
        raise OperationError(operation.fault("campaignBudgetError", code, message, "create", "campaignBudget"))


def _flight(batch: Batch, operation: Operation, values: dict[str, Any], record: Record | None) -> MarketValues:
    """The first and last day in the market's terms, if the operation sets them."""
    found: MarketValues = {}
    place = operation.action
    if values.get("startDateTime") is not None:
        start = _day(operation, "startDateTime", values["startDateTime"])
        if start < batch.today:
            message = "The start date time cannot be in the past."
            raise OperationError(
                operation.fault("campaignError", "CANNOT_SET_DATE_TO_PAST", message, place, "startDateTime")
            )
        if record is not None and str(record["campaign.start_date_time"])[:10] <= f"{batch.today}":
            code, message = "CANNOT_MODIFY_START_DATE_IF_ALREADY_STARTED", "The campaign has already started."
            raise OperationError(operation.fault("campaignError", code, message, place, "startDateTime"))
        found["start_date"] = start
    if values.get("endDateTime") is not None:
        end = _day(operation, "endDateTime", values["endDateTime"])
        if end < batch.today:
            message = "The end date time cannot be in the past."
            raise OperationError(
                operation.fault("campaignError", "CANNOT_SET_DATE_TO_PAST", message, place, "endDateTime")
            )
        known = record["campaign.start_date_time"] if record is not None else batch.today
        if end < (found.get("start_date") or date.fromisoformat(str(known)[:10])):
            message = "The start date time is after the end date time."
            raise OperationError(
                operation.fault("dateRangeError", "START_DATE_AFTER_END_DATE", message, place, "endDateTime")
            )
        found["end_date"] = None if end >= _NO_END else end
    return found


def _day(operation: Operation, name: str, moment: str) -> date:
    """The day of ``yyyy-MM-dd HH:mm:ss``: its first second for a start, its last for an end."""
    match = _MOMENT.fullmatch(moment)
    wanted = "00:00:00" if name == "startDateTime" else "23:59:59"
    try:
        day = datetime.fromisoformat(moment).date() if match else None
    except ValueError:
        day = None
    if day is None:
        message = "The string date time is not in the form yyyy-MM-dd HH:mm:ss."
        raise OperationError(
            operation.fault("dateError", "INVALID_STRING_DATE_TIME_SECONDS", message, operation.action, name)
        )
    if match is not None and match.group(1) != wanted:
        is_start = name == "startDateTime"
        code = "START_TIME_MUST_BE_THE_START_OF_A_DAY" if is_start else "END_TIME_MUST_BE_THE_END_OF_A_DAY"
        message = f"The time must be {wanted}."
        raise OperationError(operation.fault("dateError", f"DATE_RANGE_ERROR_{code}", message, operation.action, name))
    return day


def _wrong_amount(operation: Operation, name: str, *, is_total: bool) -> Any:  # noqa: ANN401
    code = "BUDGET_AMOUNT_MUST_BE_UNSET_FOR_CUSTOM_BUDGET_PERIOD"
    if not is_total:
        code = "TOTAL_BUDGET_AMOUNT_MUST_BE_UNSET_FOR_BUDGET_PERIOD_DAILY"
    message = "The amount does not fit the period of the budget."
    return operation.fault("campaignBudgetError", code, message, operation.action, name)
