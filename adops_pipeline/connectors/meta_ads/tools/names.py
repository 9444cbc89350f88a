"""Fields that the tools offer of each kind of object: those shown unless others are asked for, and all known ones.

Names as the Graph API v26.0 has them. Amounts in ``MONEY`` arrive in minor units and are shown in currency units.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from adops_pipeline.connectors.tools import RefusedInputError
from adops_pipeline.domain.workflows.nearest import did_you_mean

MONEY = frozenset(
    (
        *("amount_spent", "balance", "bid_amount", "budget_remaining", "daily_budget", "daily_min_spend_target"),
        *("daily_spend_cap", "lifetime_budget", "lifetime_min_spend_target", "lifetime_spend_cap"),
        *("min_daily_budget", "spend_cap"),
    )
)


@dataclass(frozen=True, slots=True)
class FieldNames:
    """Fields of one kind of object. ``label`` names it in messages; ``shown`` are the default ones."""

    label: str
    shown: tuple[str, ...]
    others: tuple[str, ...]

    def chosen(self, asked: Sequence[str] | None) -> tuple[str, ...]:
        """The fields to request. Raises RefusedInputError with the nearest name for one that is not known."""
        if not asked:
            return self.shown
        known = (*self.shown, *self.others)
        for name in asked:
            if name not in known:
                hint = did_you_mean(name, known)
                raise RefusedInputError(
                    f"fields: {self.label} has no field {name!r}{hint}. Known: {', '.join(sorted(known))}."
                )
        return tuple(dict.fromkeys(asked))


ACCOUNT = FieldNames(
    "an ad account",
    shown=("id", "account_id", "name", "account_status", "currency", "timezone_name", "amount_spent"),
    others=(
        *("age", "balance", "business_country_code", "business_name", "created_time", "disable_reason"),
        *("end_advertiser_name", "is_prepay_account", "min_daily_budget", "spend_cap", "timezone_offset_hours_utc"),
        "user_tasks",
    ),
)
CAMPAIGN = FieldNames(
    "a campaign",
    shown=(
        *("id", "name", "status", "effective_status", "objective", "daily_budget", "lifetime_budget"),
        *("bid_strategy", "start_time", "stop_time"),
    ),
    others=(
        *("account_id", "budget_remaining", "buying_type", "configured_status", "created_time"),
        *("is_adset_budget_sharing_enabled", "issues_info", "pacing_type", "promoted_object", "recommendations"),
        *("smart_promotion_type", "source_campaign_id", "special_ad_categories", "special_ad_category"),
        *("special_ad_category_country", "spend_cap", "updated_time"),
    ),
)
AD_SET = FieldNames(
    "an ad set",
    shown=(
        *("id", "name", "campaign_id", "status", "effective_status", "optimization_goal", "billing_event"),
        *("daily_budget", "lifetime_budget", "bid_strategy", "bid_amount", "start_time", "end_time"),
    ),
    others=(
        *("account_id", "attribution_spec", "budget_remaining", "configured_status", "created_time"),
        *("daily_min_spend_target", "daily_spend_cap", "destination_type", "dsa_beneficiary", "dsa_payor"),
        *("frequency_control_specs", "is_dynamic_creative", "issues_info", "learning_stage_info"),
        *("lifetime_min_spend_target", "lifetime_spend_cap", "pacing_type", "promoted_object", "recommendations"),
        *("targeting", "updated_time"),
    ),
)
AD = FieldNames(
    "an ad",
    shown=("id", "name", "adset_id", "campaign_id", "status", "effective_status", "creative"),
    others=(
        *("account_id", "ad_review_feedback", "bid_amount", "configured_status", "conversion_domain"),
        *("created_time", "issues_info", "preview_shareable_link", "recommendations", "source_ad_id"),
        *("tracking_specs", "updated_time"),
    ),
)
CREATIVE = FieldNames(
    "an ad creative",
    shown=("id", "name", "status", "title", "body", "link_url", "image_url", "call_to_action_type", "object_story_id"),
    others=(
        *("account_id", "actor_id", "asset_feed_spec", "effective_object_story_id", "image_hash"),
        *("instagram_permalink_url", "instagram_user_id", "object_story_spec", "object_type", "product_set_id"),
        *("thumbnail_url", "url_tags", "video_id"),
    ),
)
AUDIENCE = FieldNames(
    "a custom audience",
    shown=(
        *("id", "name", "subtype", "description", "approximate_count_lower_bound"),
        *("approximate_count_upper_bound", "delivery_status", "operation_status", "time_created"),
    ),
    others=(
        *("account_id", "customer_file_source", "data_source", "is_value_based", "lookalike_audience_ids"),
        *("lookalike_spec", "pixel_id", "retention_days", "rule", "sharing_status", "time_content_updated"),
        "time_updated",
    ),
)
_RESULTS = ("spend", "impressions", "reach", "clicks", "inline_link_clicks")
_FURTHER_RESULTS = (
    *("account_id", "account_name", "action_values", "actions", "attribution_setting", "buying_type", "cpc", "cpm"),
    *("cost_per_action_type", "cost_per_inline_link_click", "ctr", "frequency", "inline_link_click_ctr", "objective"),
    *("outbound_clicks", "purchase_roas", "video_p100_watched_actions", "video_thruplay_watched_actions"),
)
SALES = ("purchases", "purchase_value")
"""Fields that the tools compute from ``actions`` and ``action_values``; Meta has none of these names."""

ACCOUNT_INSIGHTS = FieldNames(
    "an account's insights",
    shown=("account_currency", "date_start", "date_stop", *_RESULTS, *SALES),
    others=_FURTHER_RESULTS,
)
CAMPAIGN_INSIGHTS = FieldNames(
    "a campaign's insights",
    shown=("campaign_id", "campaign_name", "account_currency", "date_start", "date_stop", *_RESULTS, *SALES),
    others=_FURTHER_RESULTS,
)
