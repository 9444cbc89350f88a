"""Handlers of campaigns, ad groups, ads, audiences, pins, boards and targeting: lists, and what clients write."""

from collections.abc import Callable, Collection
from datetime import datetime

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.market import MarketAccount
from adops_pipeline.sandbox.pinterest import wire
from adops_pipeline.sandbox.pinterest.audiences import audiences, create_audience
from adops_pipeline.sandbox.pinterest.entities import Body
from adops_pipeline.sandbox.pinterest.gate import Handler
from adops_pipeline.sandbox.pinterest.listing import Listing
from adops_pipeline.sandbox.pinterest.organic import boards, create_pin, hosted_image, pins
from adops_pipeline.sandbox.pinterest.paging import page, with_statuses
from adops_pipeline.sandbox.pinterest.targeting import delivery_metrics, options, targeting_analytics
from adops_pipeline.sandbox.pinterest.wire import ApiError
from adops_pipeline.sandbox.pinterest.writing import WriteDesk
from adops_pipeline.sandbox.written import WrittenMarket

_PRIVACY = ("ALL", "PUBLIC", "PROTECTED", "SECRET", "PUBLIC_AND_SECRET")
_ID_FIELDS = {"campaign_ids": "campaign_id", "ad_group_ids": "ad_group_id"}


def account_of(market: WrittenMarket, account_id: str) -> MarketAccount:
    """The account of a path; Pinterest's 400 or 404 if there is none."""
    if not account_id.isdigit() or len(account_id) > wire.LONGEST_ID:
        raise ApiError(400, 400, "Invalid ad account id")
    for account in market.accounts(Platform.PINTEREST):
        if account.account_id == account_id and not account.is_manager:
            return account
    raise ApiError(404, 2, "AdAccount not found.")


class ObjectsApi:
    """The handlers; each needs the request alone."""

    def __init__(self, market: WrittenMarket, clock: Callable[[], datetime]) -> None:
        self._market, self._clock = market, clock

    async def campaigns(self, request: Request) -> object:
        """``GET …/campaigns``."""
        sentence, params = "Invalid ad account campaign parameters.", request.query_params
        wanted = wire.ids(params, "campaign_ids", sentence)
        found = [one for one in self._listing(request).campaigns() if not wanted or one["id"] in wanted]
        return page(with_statuses(found, params, sentence), params, sentence)

    async def ad_groups(self, request: Request) -> object:
        """``GET …/ad_groups``."""
        sentence, params = "Invalid ad account group parameters.", request.query_params
        found = _filtered(self._listing(request).ad_groups(), params, ("campaign_ids",), "ad_group_ids", sentence)
        return page(with_statuses(found, params, sentence), params, sentence)

    async def ads(self, request: Request) -> object:
        """``GET …/ads``."""
        sentence, params = "Invalid ad account ads parameters.", request.query_params
        found = _filtered(self._listing(request).ads(), params, tuple(_ID_FIELDS), "ad_ids", sentence)
        return page(with_statuses(found, params, sentence), params, sentence)

    def single(self, kind: str) -> Handler:
        """``GET`` of one of ``campaigns``, ``ad_groups`` or ``ads``."""

        async def handler(request: Request) -> object:
            listing = self._listing(request)
            lists = {"campaigns": listing.campaigns, "ad_groups": listing.ad_groups, "ads": listing.ads}
            return _only(lists[kind](), request.path_params["object_id"], "Resource not found.")

        return handler

    def write(self, kind: str, *, is_update: bool) -> Handler:
        """``POST`` or ``PATCH`` of ``campaigns``, ``ad_groups`` or ``ads``."""

        async def handler(request: Request) -> object:
            desk = WriteDesk(self._market, self._account(request), self._clock())
            apply = {"campaigns": desk.campaigns, "ad_groups": desk.ad_groups, "ads": desk.ads}[kind]
            return apply(await request.body(), is_update=is_update)

        return handler

    async def audiences(self, request: Request) -> object:
        """``GET …/audiences``."""
        found = audiences(self._market.written, self._account(request), self._clock())
        owned = found if request.query_params.get("ownership_type", "OWNED") == "OWNED" else []
        return page(owned, request.query_params, "Invalid ad account audience parameters.")

    async def audience(self, request: Request) -> object:
        """``GET …/audiences/{id}``."""
        found = audiences(self._market.written, self._account(request), self._clock())
        return _only(found, request.path_params["audience_id"], "Audience not found.")

    async def create_audience(self, request: Request) -> object:
        """``POST …/audiences``."""
        return create_audience(self._market.written, self._account(request), await request.body(), self._clock())

    async def pins(self, request: Request) -> object:
        """``GET /pins``."""
        params = request.query_params
        found = pins(self._market.written, self._clock(), _base(request))
        if params.get("pin_filter") == "has_been_promoted":
            found = [one for one in found if one["has_been_promoted"]]
        return page(found, params, "Invalid pin parameters.")

    async def pin(self, request: Request) -> object:
        """``GET /pins/{id}``."""
        found = pins(self._market.written, self._clock(), _base(request))
        return _only(found, request.path_params["pin_id"], "Pin not found.")

    async def create_pin(self, request: Request) -> object:
        """``POST /pins``."""
        return create_pin(self._market.written, await request.body(), self._clock(), _base(request))

    async def boards(self, request: Request) -> object:
        """``GET /boards``."""
        params = request.query_params
        privacy = wire.choice(params.get("privacy", "ALL"), "privacy", _PRIVACY, "Invalid board parameters.")
        shown = {"ALL": _PRIVACY, "PUBLIC_AND_SECRET": ("PUBLIC", "SECRET")}.get(privacy, (privacy,))
        found = boards(len(pins(self._market.written, self._clock(), _base(request))))
        return page([one for one in found if one["privacy"] in shown], params, "Invalid board parameters.")

    async def targeting_options(self, request: Request) -> object:
        """``GET /resources/targeting/{targeting_type}``; an account's audiences are among them if it is named."""
        account_id = request.query_params.get("ad_account_id")
        found: list[Body] = []
        if account_id is not None:
            found = audiences(self._market.written, account_of(self._market, account_id), self._clock())
        return options(request.path_params["targeting_type"], found)

    async def targeting_analytics(self, request: Request) -> object:
        """``GET …/targeting_analytics``."""
        return targeting_analytics(self._market, self._account(request), request.query_params, self._clock())

    async def delivery_metrics(self, request: Request) -> object:
        """``GET /resources/delivery_metrics``."""
        return delivery_metrics(request.query_params.get("report_type"))

    async def image(self, _: Request) -> Response:
        """The image that the sandbox hosts."""
        return Response(hosted_image(), media_type="image/png")

    def _account(self, request: Request) -> MarketAccount:
        return account_of(self._market, request.path_params["ad_account_id"])

    def _listing(self, request: Request) -> Listing:
        return Listing(self._market, self._account(request), self._clock())


def _filtered(bodies: list[Body], params: QueryParams, parents: Collection[str], own: str, sentence: str) -> list[Body]:
    """What the id filters let through; Pinterest takes one of them in a request."""
    given = {name: ids for name in (*parents, own) if (ids := wire.ids(params, name, sentence))}
    if len(given) > 1:
        names = " or ".join(given)
        raise wire.refused(sentence, f"Provide only {names}. Do not provide both.")
    for name, ids in given.items():
        return [one for one in bodies if one[_ID_FIELDS[name] if name in parents else "id"] in ids]
    return bodies


def _only(bodies: list[Body], wanted: str, message: str) -> Body:
    for body in bodies:
        if body["id"] == wanted:
            return body
    raise ApiError(404, 50, message)


def _base(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"
