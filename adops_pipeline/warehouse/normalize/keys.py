"""What the keys of a daily row say about it: the whole of a campaign's day, or a part of it.

Names are compared without case and underscores, so that every spelling of a name is the same one. Sources: the
platforms' own lists (fields of GoogleAdsRow v26, breakdowns and fields of Meta's AdsInsights, columns of Pinterest's
reports 5.28).
"""

import re
from collections.abc import Sequence

from adops_pipeline.domain.vocabulary import Platform

GOOGLE_OBJECTS = (
    "accessibleBiddingStrategy", "adGroup", "biddingStrategy", "campaign", "campaignBudget", "campaignGroup",
    "customer", "metrics", "segments",
)  # fmt: skip
"""Objects that a row of a campaign's day may have. Another resource beside them is what the row is of."""

DAYS_OF_GOOGLE = ("date", "week", "month", "quarter", "year", "dayOfWeek", "monthOfYear")
"""Segments that follow from the day: they divide nothing. Every other segment makes the row a part."""

_GOOGLE_SEGMENTS = """
    activityAccountId activityCity activityCountry activityRating activityState externalActivityId adDestinationType
    adFormatType adNetworkType adGroup adSubFormatType adSubNetworkType advanceBookingWindow ageRange assetGroup
    auctionInsightDomain budgetCampaignAssociationStatus brandLiftMeasurementType clickType conversionAction
    conversionActionCategory conversionActionName conversionAdjustment conversionAttributionEventType
    conversionLagBucket conversionLiftConversionCategory conversionLiftEndDate
    conversionLiftIncludedConversionActionTypes conversionLiftStartDate conversionOrAdjustmentLagBucket country
    countryLocalizedName device mobileDevicePlatform experimentArm externalConversionSource gender geoTargetAirport
    geoTargetCanton geoTargetCity geoTargetCountry geoTargetCounty geoTargetDistrict geoTargetMetro
    geoTargetMostSpecificLocation geoTargetPostalCode geoTargetProvince geoTargetRegion geoTargetState
    hotelBookingWindowDays hotelCenterId hotelCheckInDate hotelCheckInDayOfWeek hotelCity hotelClass hotelCountry
    hotelDateSelectionType hotelLengthOfStay hotelRateRuleId hotelRateType hotelPriceBucket hotelState hour
    interactionOnThisExtension keyword landingPageSource lengthOfBooking loyaltyMembership partnerHotelId
    productAggregatorId productCategoryLevel1 productCategoryLevel2 productCategoryLevel3 productCategoryLevel4
    productCategoryLevel5 productBrand productChannel productChannelExclusivity productCondition productCountry
    productCustomAttribute0 productCustomAttribute1 productCustomAttribute2 productCustomAttribute3
    productCustomAttribute4 productFeedLabel productItemId productLanguage productMerchantId productSoldCategoryLevel1
    productSoldCategoryLevel2 productSoldCategoryLevel3 productSoldCategoryLevel4 productSoldCategoryLevel5
    productSoldBrand productSoldCondition productSoldCustomAttribute0 productSoldCustomAttribute1
    productSoldCustomAttribute2 productSoldCustomAttribute3 productSoldCustomAttribute4 productSoldItemId
    productSoldTitle productSoldTypeL1 productSoldTypeL2 productSoldTypeL3 productSoldTypeL4 productSoldTypeL5
    productStoreId productTitle productTypeL1 productTypeL2 productTypeL3 productTypeL4 productTypeL5
    travelDestinationCity travelDestinationCountry travelDestinationRegion userSetDates
    verticalAdsEventParticipantDisplayNames verticalAdsHotelClass verticalAdsListing verticalAdsListingBrand
    verticalAdsListingCity verticalAdsListingCountry verticalAdsListingRegion verticalAdsListingUserRating
    verticalAdsListingVenue verticalAdsPartnerAccount verticalAdsPriceTier verticalAdsRateRuleId verticalAdsRateType
    verticalAdsVertical recommendationType searchEngineResultsPageType searchLiftKeywordBundle searchProperty
    searchSubcategory searchTerm searchTermMatchType matchType slot startDate startDayOfWeek
    conversionValueRulePrimaryDimension webpage skAdNetworkFineConversionValue
    skAdNetworkRedistributedFineConversionValue skAdNetworkUserType skAdNetworkAdEventType skAdNetworkSourceApp
    skAdNetworkAttributionCredit skAdNetworkCoarseConversionValue skAdNetworkSourceDomain skAdNetworkSourceType
    skAdNetworkPostbackSequenceIndex skAdNetworkVersion assetInteractionTarget newVersusReturningCustomers
    adjustedAgeRange adjustedGender searchTermMatchSource searchTermTargetingStatus adUsingProductData adUsingVideo
"""

_META_BREAKDOWNS = """
    ad_extension_domain ad_extension_url ad_format_asset ad_id ad_name age app_id body_asset breakdown_ad_objective
    breakdown_reporting_ad_id call_to_action_asset coarse_conversion_value comscore_market conversion_destination
    country creative_automation_asset_id creative_media_type creative_relaxation_asset_type
    crm_advertiser_l12_territory_ids crm_advertiser_subvertical_id crm_advertiser_vertical_id crm_ult_advertiser_id
    description_asset device_platform dma fidelity_type flexible_format_asset_type frequency_value gen_ai_asset_type
    gender hourly_stats_aggregated_by_advertiser_time_zone hourly_stats_aggregated_by_audience_time_zone hsid
    image_asset impression_device impression_view_time_advertiser_hour_v2 is_auto_advance is_conversion_id_modeled
    is_rendered_as_delayed_skip_ad landing_destination link_url_asset marketing_messages_btn_name
    mdsa_landing_destination media_asset_url media_creator media_destination_url media_format media_origin_url
    media_text_content media_type mmm place_page_id place_page_name platform_position postback_sequence_index
    product_brand_breakdown product_category_breakdown product_custom_label_0_breakdown
    product_custom_label_1_breakdown product_custom_label_2_breakdown product_custom_label_3_breakdown
    product_custom_label_4_breakdown product_group_content_id_breakdown product_group_retailer_id product_id
    product_retailer_id publisher_platform redownload reels_trending_topic region rta_ugc_topic rule_set_id
    rule_set_name signal_source_bucket skan_campaign_id skan_conversion_id skan_version sot_attribution_model_type
    sot_attribution_window sot_channel sot_event_type sot_source standard_event_content_type title_asset
    user_persona_id user_persona_name video_asset
"""

_PINTEREST_PARTS = """
    AD_ID AD_NAME AD_STATUS AGE AGE_BUCKET APPTYPE AUDIENCE_INCLUDE COUNTRY CREATIVE_TYPE FEED_TYPE GENDER GEO HOUR
    INTEREST KEYWORD KEYWORD_ID LOCATION MATCH_TYPE MEDIA_TYPE PINNER_LIST_ID PIN_ID PIN_PROMOTION_ID PIN_PROMOTION_NAME
    PIN_PROMOTION_STATUS PLACEMENT PRODUCT_GROUP_AD_IMAGE_TAG PRODUCT_GROUP_AD_VIDEO_TAG PRODUCT_GROUP_ID
    PRODUCT_GROUP_NAME PRODUCT_GROUP_STATUS PRODUCT_ITEM_BRAND PRODUCT_ITEM_CURRENCY PRODUCT_ITEM_DESCRIPTION
    PRODUCT_ITEM_ID PRODUCT_ITEM_IMAGE_URL PRODUCT_ITEM_NAME PRODUCT_ITEM_PIN_URL PRODUCT_ITEM_PRICE
    PRODUCT_ITEM_PRODUCT_CATEGORY PRODUCT_ITEM_PRODUCT_TYPE PRODUCT_ITEM_PRODUCT_URL PRODUCT_ITEM_SALE_PRICE PROMO_ID
    PROMO_NAME REGION SEARCH_TERM STANDARD_AD_FEED_ITEM_ID TARGETED_INTEREST TARGETING_TYPE TARGETING_VALUE
"""

_CAMPAIGN_WIDE = {
    Platform.GOOGLE_ADS: (
        r"(accessiblebiddingstrategy|adgroup|biddingstrategy|campaign|campaignbudget|campaigngroup|customer|metrics|segments)"
        r"([.].*)?|(campaign|customer|adgroup|metrics).*|date|week|month|quarter|year|dayofweek|monthofyear|currencycode"
        r"|.*(resourcename|micros|clicks?|impressions?|conversions?(value)?|ctr|rate|share|views?|interactions?)|(average|cost).*"
    ),
    Platform.META_ADS: (
        r"(account|campaign|adset)(id|name|currency|start|end)|datest(art|op)|(created|updated)time|objective|buyingtype"
        r"|optimizationgoal|labels|(.*)attributionsetting|(age|gender)targeting|wishbid|inlinepostengagement|frequency"
        r"|cp[cmp]|costper.*|(uniquevideo|video).*|marketingmessages.*|.*(recall|catalogsegment|converted).*"
        r"|.*(actions?|values?|clicks?|ctr|roas|conversions?|impressions?|reach|spend|views?|rate|rankings?|results?"
        r"|indicator|purchases?|leads|percent|convs|avgviewtime)|(advancedreach|auction|instagram|instantexperience).*"
        r"|(onsiteconversion|totalpostbacks).*|interactivecomponenttap|location"
    ),
    Platform.PINTEREST: (
        r"(adaccount|advertiser|campaign|adgroup|orderline)(id|name)|date|campaign.*|adgroup.*|is(catalogcreative|premiere)"
        r"campaign|(total|paid|impression|clickthrough|outboundclick|engagement|repin|video|quiz|showcase|ideapin"
        r"|collectionpin|websessions|spendin|e?cp|inapp|costper).*|(e|outbound)?ctr\d?|leads"
        r"|.*(dollar|rate|roas|costperaction|[12]|1gross)"
    ),
}
"""Names of metrics and of attributes of the campaign: they may differ between two rows of a day, and divide nothing."""

METRICS: dict[Platform, dict[str, tuple[str, ...]]] = {
    Platform.GOOGLE_ADS: {
        "impressions": ("impressions",),
        "clicks": ("clicks",),
        "spend": ("costMicros",),
        "conversions": ("conversions",),
        "revenue": ("conversionsValue",),
    },
    Platform.META_ADS: {
        "impressions": ("impressions",),
        "clicks": ("inline_link_clicks", "clicks"),
        "spend": ("spend",),
        "conversions": ("actions",),
        "revenue": ("action_values",),
    },
    Platform.PINTEREST: {
        "impressions": ("PAID_IMPRESSION", "IMPRESSION_1", "IMPRESSION_2", "TOTAL_IMPRESSION"),
        "clicks": ("CLICKTHROUGH_1", "CLICKTHROUGH_2", "TOTAL_CLICKTHROUGH"),
        "spend": ("SPEND_IN_MICRO_DOLLAR", "SPEND_IN_DOLLAR"),
        "conversions": ("TOTAL_CHECKOUT",),
        "revenue": ("TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR",),
    },
}
"""The names under which each unified metric is read."""

_MISNAMED: dict[Platform, dict[str, str]] = {
    Platform.GOOGLE_ADS: {"spend": "cost spend amountspent", "revenue": "conversionvalue revenue"},
    Platform.META_ADS: {
        "spend": "cost amountspent",
        "clicks": "linkclicks",
        "conversions": "purchases",
        "revenue": "purchasevalue revenue",
    },
    Platform.PINTEREST: {
        "impressions": "impression impressions",
        "clicks": "pinclick pinclicks click clicks clickthrough",
        "spend": "spend cost",
        "conversions": "checkout checkouts conversions",
        "revenue": "checkoutvalue totalcheckoutvalue revenue",
    },
}
"""What programs that read the platforms call a metric, in other units or of another meaning: never read, and named."""


def plain(name: str) -> str:
    """The name as it is compared, as ``plain_key`` in SQL does it."""
    return name.lower().replace("_", "")


PARTS: dict[Platform, tuple[str, ...]] = {
    platform: tuple(plain(name) for name in names.split())
    for platform, names in (
        (Platform.GOOGLE_ADS, _GOOGLE_SEGMENTS),
        (Platform.META_ADS, _META_BREAKDOWNS),
        (Platform.PINTEREST, _PINTEREST_PARTS),
    )
}
"""Plain names by which a platform divides a campaign's day: a row that has one says nothing of the whole."""


def snake(name: str) -> str:
    """``costMicros`` as ``cost_micros``: a field of Google as its official clients write it."""
    return re.sub(r"([A-Z])", lambda letter: f"_{letter[1].lower()}", name)


def exact_names(platform: Platform) -> tuple[str, ...]:
    """Names under which a platform's metrics are read, in every spelling that is read."""
    names = [name for read in METRICS[platform].values() for name in read]
    if platform is not Platform.GOOGLE_ADS:
        return tuple(names)
    spelt = dict.fromkeys(form for name in names for form in (name, snake(name)))
    return tuple(prefix + name for prefix in ("", "metrics.", "metrics_") for name in spelt)


def aliases(platform: Platform, metric: str) -> tuple[str, ...]:
    """Plain names that stand for a metric, and under which it is not read."""
    return (*_MISNAMED[platform].get(metric, "").split(), *map(plain, METRICS[platform][metric]))


def campaign_wide(platform: Platform) -> str:
    """A regular expression of plain names that differ without dividing the day; all others are unknown."""
    return _CAMPAIGN_WIDE[platform]


def all_known(
    platform: Platform, keys: Sequence[str], segments: Sequence[str] | None, metrics: Sequence[str] | None
) -> bool:
    """Whether a row with these keys can be read without looking at each: every key once, known, and no part.

    ``segments`` and ``metrics`` are the keys of these objects of a Google row, None where a row has none.
    """
    rows = [keys, segments or (), metrics or ()]
    if any(len(names) != len(set(names)) for names in rows):
        return False
    if platform is Platform.GOOGLE_ADS:
        return (
            set(rows[0]) <= set(GOOGLE_OBJECTS)
            and set(rows[1]) <= set(DAYS_OF_GOOGLE)
            and not any("_" in name or _is_misnamed(platform, name) for name in rows[2])
        )
    return all(_is_campaign_wide(platform, name) for name in rows[0])


def _is_campaign_wide(platform: Platform, name: str) -> bool:
    if name in exact_names(platform):
        return name != "SPEND_IN_DOLLAR"
    key = plain(name)
    return (
        key not in PARTS[platform]
        and re.fullmatch(_CAMPAIGN_WIDE[platform], key) is not None
        and not _is_misnamed(platform, name)
    )


def _is_misnamed(platform: Platform, name: str) -> bool:
    return name not in exact_names(platform) and any(
        plain(name) in aliases(platform, metric) for metric in METRICS[platform]
    )
