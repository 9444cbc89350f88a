"""What people did after an ad, as Meta tells it: overlapping action types, with one sale under many of them.

``omni_purchase`` holds every sale; ``purchase``, ``onsite_web_purchase`` and the pixel's are parts of it. Nothing may
be added up but the disjoint pair of website pixel and on-Meta shop. Accounts with an old pixel know that pair alone.
"""

from collections.abc import Collection, Iterator
from decimal import ROUND_DOWN, Decimal
from functools import cached_property

from adops_pipeline.sandbox.market import MarketDay, minor_digits

WINDOWS = ("1d_click", "7d_click", "28d_click", "1d_view")
"""Attribution windows that are still returned; the longer view windows went away in January 2026."""

ATTRIBUTION_SETTING = "7d_click"
"""Every ad set's own setting here: a row's ``value`` is what this window holds."""

PIXEL_PURCHASE = "offsite_conversion.fb_pixel_purchase"
ONSITE_PURCHASE = "onsite_conversion.purchase"

Stats = list[dict[str, str]]


class Outcome:
    """One row's sales, leads and clicks in Meta's words. Money in major units of ``currency``, as exact text."""

    def __init__(self, day: MarketDay, currency: str, *, has_old_pixel: bool) -> None:
        self._day = day
        self._unit = Decimal(1).scaleb(-minor_digits(currency))
        self._has_old_pixel = has_old_pixel

    def actions(self, windows: Collection[str]) -> Stats:
        """Counts per action type; a type without any is absent."""
        day = self._day
        engagements = {
            "link_click": day.clicks,
            "landing_page_view": min(day.page_views, day.clicks),
            "page_engagement": day.all_clicks,
            "post_engagement": day.all_clicks,
        }
        conversions = {name: count for name, count, _ in self._sales}
        if day.leads:
            conversions |= {"lead": day.leads, "onsite_conversion.lead_grouped": day.leads}
        stats = [{"action_type": name, "value": str(n)} for name, n in engagements.items() if n]
        # Several types count the same sales: each number is split into windows once.
        split = {n: self._counts(n, windows) for n in set(conversions.values())}
        return stats + [{"action_type": name, "value": str(n), **split[n]} for name, n in conversions.items() if n]

    def action_values(self, windows: Collection[str]) -> Stats:
        """Revenue per action type of sales."""
        split = {(n, worth): self._values(n, worth, windows) for n, worth in {sale[1:] for sale in self._sales} if n}
        return [{"action_type": name, "value": str(worth), **split[n, worth]} for name, n, worth in self._sales if n]

    def purchase_roas(self) -> Stats:
        """Return on ad spend of all sales; absent where the account has no such action type, or nothing was spent."""
        sales = int(self._day.conversions)
        if self._has_old_pixel or not sales or not self._day.spend:
            return []
        ratio = (self._day.revenue / self._day.spend).quantize(Decimal("0.000001"))
        return [{"action_type": "omni_purchase", "value": str(ratio)}]

    def outbound_clicks(self) -> Stats:
        """Clicks that led off Meta: here every link click that loaded nothing of Meta's own."""
        count = self._day.clicks - self._day.clicks // 20
        return [{"action_type": "outbound_click", "value": str(count)}] if count else []

    @cached_property
    def _sales(self) -> list[tuple[str, int, Decimal]]:
        """Each purchase type with its count and value. Values of disjoint types add up exactly."""
        return list(self._each_sale())

    def _each_sale(self) -> Iterator[tuple[str, int, Decimal]]:
        day = self._day
        web, app, onsite = day.web_purchases, day.app_purchases, day.onsite_purchases
        total = web + app + onsite
        if not total:
            return
        onsite_value = self._share(onsite, total)
        if self._has_old_pixel:
            yield PIXEL_PURCHASE, web + app, day.revenue - onsite_value
            yield ONSITE_PURCHASE, onsite, onsite_value
            return
        app_value = self._share(app, total)
        web_value = day.revenue - onsite_value - app_value
        yield "omni_purchase", total, day.revenue
        yield "purchase", web + onsite, web_value + onsite_value
        yield "onsite_web_purchase", web + onsite, web_value + onsite_value
        yield "onsite_web_app_purchase", total, day.revenue
        yield "web_in_store_purchase", web, web_value
        yield "web_app_in_store_purchase", web + app, web_value + app_value
        yield PIXEL_PURCHASE, web, web_value
        yield ONSITE_PURCHASE, onsite, onsite_value
        yield "app_custom_event.fb_mobile_purchase", app, app_value

    def _share(self, part: int, total: int) -> Decimal:
        return (self._day.revenue * part / total).quantize(self._unit, ROUND_DOWN)

    def _counts(self, count: int, windows: Collection[str]) -> dict[str, str]:
        """``count`` sales as each of ``windows`` sees them; one that sees none is absent."""
        seen = {window: self._in_window(window, count) for window in WINDOWS if window in windows}
        return {window: str(n) for window, n in seen.items() if n}

    def _values(self, count: int, value: Decimal, windows: Collection[str]) -> dict[str, str]:
        """The same of the ``value`` of these sales."""
        seen = {window: self._in_window(window, count) for window in WINDOWS if window in windows}
        return {window: str((value * n / count).quantize(self._unit, ROUND_DOWN)) for window, n in seen.items() if n}

    def _in_window(self, window: str, count: int) -> int:
        """The same sales as another window sees them: windows are nested or beside each other, never to be added."""
        match window:
            case "1d_click":
                return count * 7 // 10
            case "28d_click":
                return count + count // 12
            case "1d_view":
                return self._day.view_conversions * count // max(int(self._day.conversions), count, 1)
            case _:
                return count
