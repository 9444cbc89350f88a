"""Bodies of Pinterest's write requests for campaigns, ad groups and ads, and the rules that concern one item alone.

Names and rules: Pinterest's OpenAPI description 5.23. A request is an array of 1 to 30 items; each fails on its own.
"""

from typing import Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from adops_pipeline.sandbox.pinterest.wire import ApiError

MOST_ITEMS = 30

Status = Literal["ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT"]
Objective = Literal["AWARENESS", "CONSIDERATION", "WEB_CONVERSION", "CATALOG_SALES", "VIDEO_COMPLETION"]
CreativeType = Literal[
    "REGULAR", "VIDEO", "SHOPPING", "CAROUSEL", "MAX_VIDEO", "SHOP_THE_PIN", "COLLECTION", "IDEA", "SHOWCASE", "QUIZ",
    "COLLAGE", "MAX_WIDTH_REGULAR_COLLECTION", "MAX_WIDTH_VIDEO_COLLECTION",
]  # fmt: skip
AgeBucket = Literal["18-24", "19+", "20+", "21+", "25-34", "35-44", "45-49", "50-54", "55-64", "65+"]
AppType = Literal["android_mobile", "android_tablet", "ipad", "iphone", "web", "web_mobile"]


class ItemError(Exception):
    """Why one item of a request was not applied."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Item(msgspec.Struct, kw_only=True):
    """What every item has."""

    id: str | UnsetType = UNSET
    ad_account_id: str | UnsetType = UNSET
    name: str | UnsetType | None = UNSET
    status: Status | UnsetType = UNSET
    tracking_urls: dict[str, list[str]] | UnsetType | None = UNSET

    def given(self, *leave_out: str) -> dict[str, Any]:
        """The fields that the request has, without some."""
        values: dict[str, Any] = msgspec.structs.asdict(self)
        return {
            name: msgspec.to_builtins(value)
            for name, value in values.items()
            if value is not UNSET and name not in leave_out
        }


class CampaignItem(Item, kw_only=True):
    """A campaign to create or change."""

    objective_type: Objective | UnsetType = UNSET
    daily_spend_cap: int | UnsetType | None = UNSET
    lifetime_spend_cap: int | UnsetType | None = UNSET
    start_time: int | UnsetType | None = UNSET
    end_time: int | UnsetType | None = UNSET
    is_campaign_budget_optimization: bool | UnsetType | None = UNSET
    is_flexible_daily_budgets: bool | UnsetType | None = UNSET
    is_automated_campaign: bool | UnsetType | None = UNSET
    order_line_id: str | UnsetType | None = UNSET


class TargetingSpec(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Whom an ad group targets."""

    AGE_BUCKET: list[AgeBucket] | UnsetType = UNSET
    APPTYPE: list[AppType] | UnsetType = UNSET
    AUDIENCE_EXCLUDE: list[str] | UnsetType = UNSET
    AUDIENCE_INCLUDE: list[str] | UnsetType = UNSET
    GENDER: list[Literal["unknown", "male", "female"]] | UnsetType = UNSET
    GEO: list[str] | UnsetType = UNSET
    INTEREST: list[str] | UnsetType = UNSET
    LOCALE: list[str] | UnsetType = UNSET
    LOCATION: list[str] | UnsetType = UNSET
    MINIMUM_AGE: str | UnsetType = UNSET
    MAXIMUM_AGE: str | UnsetType = UNSET
    TARGETING_STRATEGY: list[str] | UnsetType = UNSET


class AdGroupItem(Item, kw_only=True):
    """An ad group to create or change."""

    campaign_id: str | UnsetType = UNSET
    billable_event: Literal["CLICKTHROUGH", "IMPRESSION", "VIDEO_V_50_MRC"] | UnsetType = UNSET
    budget_in_micro_currency: int | UnsetType | None = UNSET
    budget_type: Literal["DAILY", "LIFETIME", "CBO_ADGROUP"] | UnsetType = UNSET
    bid_in_micro_currency: int | UnsetType | None = UNSET
    bid_strategy_type: Literal["AUTOMATIC_BID", "MAX_BID", "TARGET_AVG"] | UnsetType | None = UNSET
    start_time: int | UnsetType | None = UNSET
    end_time: int | UnsetType | None = UNSET
    auto_targeting_enabled: bool | UnsetType | None = UNSET
    placement_group: Literal["ALL", "SEARCH", "BROWSE", "OTHER"] | UnsetType = UNSET
    pacing_delivery_type: Literal["STANDARD", "ACCELERATED"] | UnsetType = UNSET
    targeting_spec: TargetingSpec | UnsetType = UNSET
    optimization_goal_metadata: dict[str, Any] | UnsetType | None = UNSET


class AdItem(Item, kw_only=True):
    """An ad to create or change."""

    ad_group_id: str | UnsetType = UNSET
    pin_id: str | UnsetType = UNSET
    creative_type: CreativeType | UnsetType = UNSET
    destination_url: str | UnsetType | None = UNSET
    click_tracking_url: str | UnsetType | None = UNSET
    view_tracking_url: str | UnsetType | None = UNSET


T = TypeVar("T", bound=Item)


def items_of(body: bytes) -> list[object]:
    """The items of a request; 400 where it is not an array of 1 to 30."""
    try:
        items = msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise ApiError(400, 1, f"Invalid request: {error}") from None
    if not isinstance(items, list) or not 1 <= len(items) <= MOST_ITEMS:
        raise ApiError(400, 1, f"Invalid request: the body must be an array of 1 to {MOST_ITEMS} items.")
    return items


def parsed(item: object, kind: type[T]) -> T:
    """One item of a request; ItemError where a field has a wrong type or value."""
    try:
        return msgspec.convert(item, kind)
    except msgspec.ValidationError as error:
        raise ItemError(1, f"Invalid parameters: {error}") from None


def required(item: Item, *names: str) -> None:
    """ItemError unless all fields are given."""
    for name in names:
        if getattr(item, name) in (UNSET, None, ""):
            raise ItemError(1, f"Invalid parameters: '{name}' is required.")


def amount(value: int | UnsetType | None) -> int | None:
    """A sum of micros; absent, null and 0 mean none. ItemError for a negative one."""
    if isinstance(value, UnsetType) or not value:
        return None
    if value < 0:
        raise ItemError(1, f"Invalid parameters: the amount {value} is negative.")
    return value
