"""Accounts and campaigns of the fictional advertiser: names, budgets, histories. Data only.

Budgets are US dollars a day; the roster turns them into round amounts of the account's currency.
"""

from dataclasses import dataclass, field
from typing import Literal

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.market.entities import BudgetKind, Objective

Life = Literal["running", "stop_and_go", "paused", "ended", "removed", "scheduled", "draft"]
Pace = Literal["steady", "under", "over"]
TestMetric = Literal["ctr", "cpa", "none"]


@dataclass(frozen=True, slots=True)
class CampaignSpec:
    """One line of the catalogue. ``turn`` is the day (from the market's first) on which the life story turns.

    ``pool`` is a shared budget's id; ``ab_test`` plants an A/B test on the campaign's two ad groups (``none``: an A/A).
    """

    name: str
    objective: Objective
    budget_kind: BudgetKind
    daily_usd: int
    life: Life = "running"
    pace: Pace = "steady"
    turn: int = 0
    pool: str = ""
    ab_test: TestMetric | None = None


@dataclass(frozen=True, slots=True)
class AccountSpec:
    """An account with its campaigns and, where ``flight_kind`` says so, an unending series of lifetime flights."""

    platform: Platform
    account_id: str
    name: str
    currency: str
    timezone: str
    country: str
    campaigns: tuple[CampaignSpec, ...] = field(default=())
    ad_group_names: tuple[str, str, str] = ("Prospecting", "Retargeting", "Lookalike, 1%")
    flight_kind: BudgetKind | None = None
    flight_name: str = ""
    is_manager: bool = False


_C = CampaignSpec
_POOL_US, _POOL_DE = "9150010021", "9150020037"
_G, _M, _P = Platform.GOOGLE_ADS, Platform.META_ADS, Platform.PINTEREST

_GOOGLE_US = (
    _C("Brand | Search", "sales", "daily", 320),
    _C('Search: "waterproof jackets"', "sales", "daily", 540),
    _C("Shopping, all products", "sales", "shared_daily", 700, pool=_POOL_US),
    _C("Shopping, clearance", "sales", "shared_daily", 380, pool=_POOL_US),
    _C("Performance Max 🚀", "sales", "daily", 820, pace="over"),
    _C("Headline test: tents", "sales", "daily", 640, ab_test="ctr"),
    _C("Video reach", "awareness", "daily", 150, pace="under"),
    _C("Store visits", "leads", "daily", 120, "stop_and_go", turn=20),
    _C("Demand Gen spring", "sales", "daily", 210, "paused", turn=1010),
    _C("Competitors (legal hold)", "traffic", "daily", 90, "removed", turn=1000),
    _C("Winter teaser", "traffic", "daily", 110, "ended", turn=120),
)
_GOOGLE_DE = (
    _C("Marke | Suche", "sales", "daily", 260),
    _C("Zelte & Schlafsäcke", "sales", "daily", 430),
    _C('Schuhe, "wasserdicht"', "sales", "daily", 350, pace="over"),
    _C("Shopping – Größe M–XXL", "sales", "shared_daily", 410, pool=_POOL_DE),
    _C("Shopping – Restposten", "sales", "shared_daily", 240, pool=_POOL_DE),
    _C("Filialbesuche", "leads", "daily", 100, pace="under"),
    _C("Frühjahrsaktion", "sales", "daily", 190, "ended", turn=990),
    _C("Wettbewerber", "traffic", "daily", 80, "paused", turn=240),
    _C("Alte Shopping-Kampagne", "sales", "daily", 160, "removed", turn=400),
)
_GOOGLE_JP = (
    _C("ブランド検索", "sales", "daily", 240),
    _C("テント・寝袋", "sales", "daily", 380),
    _C("ショッピング「全商品」", "sales", "daily", 300),
    _C("動画リーチ", "awareness", "daily", 90, pace="under"),
    _C("来店促進 🏬", "leads", "daily", 110, "stop_and_go", turn=50),
    _C("旧キャンペーン", "traffic", "daily", 70, "removed", turn=980),
    _C("2030年 予告", "awareness", "daily", 200, "scheduled", turn=2300),
)
_META_US = (
    _C("Advantage+ shopping", "sales", "daily", 620),
    _C("Prospecting | Broad, 18-65", "sales", "daily", 480),
    _C("Retargeting 🔁 30d", "sales", "ad_group_daily", 260),
    _C("Landing page test", "sales", "daily", 900, ab_test="cpa"),
    _C('"Try before you buy"', "sales", "daily", 340),
    _C("Lead forms", "leads", "ad_group_daily", 150),
    _C("Reels awareness", "awareness", "daily", 130, pace="under"),
    _C("UGC creators, wave 2", "traffic", "daily", 170, "stop_and_go", turn=5),
    _C("Black Friday leftovers", "sales", "daily", 220, "paused", turn=1020),
    _C("Old pixel", "sales", "daily", 180, "removed", turn=1005),
    _C("Launch week", "traffic", "daily", 240, "ended", turn=45),
)
_META_GB = (
    _C("Advantage+ catalogue", "sales", "daily", 420),
    _C("Prospecting: hikers & climbers", "sales", "ad_group_daily", 330),
    _C("Retargeting, basket", "sales", "daily", 190),
    _C("Rainy day 🌧️", "sales", "daily", 260),
    _C("Newsletter sign-ups", "leads", "daily", 90, pace="under"),
    _C("Bank holiday", "sales", "daily", 200, "ended", turn=995),
    _C("Clubs (archived)", "traffic", "daily", 80, "removed", turn=300),
)
_META_JP = (
    _C("新規獲得 | 全国", "sales", "daily", 360),
    _C("リターゲティング", "sales", "ad_group_daily", 180),
    _C("カタログ販売 ✨", "sales", "daily", 280),
    _C("認知 | 動画", "awareness", "daily", 100),
    _C("資料請求", "leads", "daily", 90, "paused", turn=260),
)
_PINTEREST_US = (
    _C("Shopping ads", "sales", "daily", 310),
    _C("Cozy cabins ⛺ ideas", "sales", "daily", 260, pace="over"),
    _C("Interest: hiking, trail running", "sales", "ad_group_daily", 220),
    _C("Idea pin A/A", "sales", "daily", 420, ab_test="none"),
    _C("Always-on without cap", "traffic", "none", 60),
    _C("Video views", "awareness", "daily", 90, pace="under"),
    _C("Back to school", "sales", "daily", 150, "ended", turn=985),
    _C("Gift guide", "sales", "daily", 140, "paused", turn=1015),
    _C("Moodboards (archived)", "traffic", "daily", 60, "removed", turn=420),
    _C("Spring lookbook (draft)", "sales", "daily", 120, "draft"),
    _C("Untitled, no budget yet", "awareness", "none", 40, "draft"),
)
_PINTEREST_DE = (
    _C("Shopping-Anzeigen", "sales", "daily", 240),
    _C("Wanderlust 🥾 Ideen", "sales", "daily", 200),
    _C("Interessen: Camping, Van-Leben", "sales", "ad_group_daily", 160),
    _C("Reichweite", "awareness", "daily", 70, "stop_and_go", turn=60),
    _C("Herbst-Lookbook", "sales", "daily", 110, "removed", turn=1008),
    _C("Entwurf", "sales", "daily", 90, "draft"),
)

ACCOUNTS: tuple[AccountSpec, ...] = (
    AccountSpec(_G, "4100000018", "Northwind Group (manager)", "USD", "America/Los_Angeles", "US", is_manager=True),
    AccountSpec(_G, "4201987305", "Northwind US", "USD", "America/Los_Angeles", "US", _GOOGLE_US),
    AccountSpec(
        _G,
        "4302654871",
        "Nordwind DE",
        "EUR",
        "Europe/Berlin",
        "DE",
        _GOOGLE_DE,
        ("Generisch", "Produktnamen", "Städte, groß"),
        "lifetime",
        "Aktion",
    ),
    AccountSpec(_G, "4403110926", "ノースウインド", "JPY", "Asia/Tokyo", "JP", _GOOGLE_JP, ("一般", "商品名", "地域")),
    AccountSpec(_G, "4504777210", "Northwind sandbox, empty", "GBP", "Europe/London", "GB"),
    AccountSpec(
        _M,
        "102938475610293",
        "Northwind US",
        "USD",
        "America/Los_Angeles",
        "US",
        _META_US,
        flight_kind="lifetime",
        flight_name="Drop",
    ),
    AccountSpec(_M, "203847561029384", "Northwind UK & Ireland", "GBP", "Europe/London", "GB", _META_GB),
    AccountSpec(
        _M,
        "304756102938475",
        "ノースウインド",
        "JPY",
        "Asia/Tokyo",
        "JP",
        _META_JP,
        ("新規", "リターゲティング", "類似 1%"),
        "ad_group_lifetime",
        "季節キャンペーン",
    ),
    AccountSpec(
        _P,
        "549755885175",
        "Northwind US",
        "USD",
        "UTC",
        "US",
        _PINTEREST_US,
        flight_kind="lifetime",
        flight_name="Season",
    ),
    AccountSpec(
        _P,
        "549761220488",
        "Nordwind DE",
        "EUR",
        "UTC",
        "DE",
        _PINTEREST_DE,
        ("Interessen", "Retargeting", "Ähnliche, 1%"),
        "ad_group_lifetime",
        "Saison",
    ),
)
