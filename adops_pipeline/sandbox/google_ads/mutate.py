"""Applies a mutate request to the emulated account: all operations, or with partialFailure those that are in order."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from adops_pipeline.sandbox.google_ads import ad_writes, campaign_writes
from adops_pipeline.sandbox.google_ads.batch import Batch, OperationError
from adops_pipeline.sandbox.google_ads.errors import ApiError, failure_detail
from adops_pipeline.sandbox.google_ads.operations import Action, MutateRequest, Operation
from adops_pipeline.sandbox.market import MarketAccount
from adops_pipeline.sandbox.written import WrittenMarket

_WRITERS: Mapping[tuple[str, Action], Callable[[Batch, Operation], str]] = {
    ("campaignBudgets", "create"): campaign_writes.create_budget,
    ("campaignBudgets", "update"): campaign_writes.update_budget,
    ("campaigns", "create"): campaign_writes.create_campaign,
    ("campaigns", "update"): campaign_writes.update_campaign,
    ("campaigns", "remove"): campaign_writes.remove_campaign,
    ("adGroups", "create"): ad_writes.create_ad_group,
    ("adGroups", "update"): ad_writes.update_ad_group,
    ("adGroups", "remove"): ad_writes.remove_ad_group,
    ("adGroupAds", "create"): ad_writes.create_ad,
    ("adGroupAds", "update"): ad_writes.update_ad,
    ("adGroupAds", "remove"): ad_writes.remove_ad,
}
_RESULTS = {
    "campaigns": "campaignResult",
    "campaignBudgets": "campaignBudgetResult",
    "adGroups": "adGroupResult",
    "adGroupAds": "adGroupAdResult",
}
_INVALID_ARGUMENT = 3


class _DiscardError(Exception):
    """Nothing of the request is kept."""


def mutate(market: WrittenMarket, account: MarketAccount, request: MutateRequest, now: datetime) -> dict[str, object]:
    """The answer to a change, which is kept unless it is only to be validated. Raises ApiError if it is refused."""
    if account.is_manager:
        message = "The request cannot be executed by a manager account."
        raise ApiError(400, "requestError", "CANNOT_BE_EXECUTED_BY_MANAGER_ACCOUNT", message)
    results, errors = list[dict[str, object]](), list[ApiError]()
    try:
        with market.written.turn(now) as turn:
            batch = Batch(market, account, now, turn)
            for operation in request.operations:
                try:
                    results.append(_result(operation, _run(batch, operation)))
                except OperationError as error:
                    results.append({})
                    errors += error.errors
            if request.is_dry or (errors and not request.is_partial):
                _discard()
    except _DiscardError:
        results = []
    if errors and not request.is_partial:
        raise replace(errors[0], others=errors[1:])
    listed = "mutateOperationResponses" if request.is_joint else "results"
    answer: dict[str, object] = {listed: results} if results else {}
    return answer | ({"partialFailureError": _partial_failure(errors)} if errors else {})


def _discard() -> None:
    raise _DiscardError


def _run(batch: Batch, operation: Operation) -> str:
    """Resource name of what the operation created or changed."""
    write = _WRITERS.get((operation.collection, operation.action))
    if write is None:
        message = "The action is not permitted."
        raise OperationError(operation.fault("operationAccessDeniedError", "ACTION_NOT_PERMITTED", message))
    return write(batch, operation)


def _result(operation: Operation, name: str) -> dict[str, object]:
    result = {"resourceName": name}
    return {_RESULTS[operation.collection]: result} if operation.is_joint else {**result}


def _partial_failure(errors: list[ApiError]) -> dict[str, object]:
    message = f"Multiple errors in details. First error: {errors[0].message}"
    detail = failure_detail([error.reason() for error in errors])
    return {"code": _INVALID_ARGUMENT, "message": message, "details": [detail]}
