"""The emulated Graph API as an ASGI app: which path means what, and the headers of every answer.

Any version prefix is accepted. A ``method`` parameter overrides the HTTP method, as the real API allows.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adops_pipeline.sandbox.market import Market, MarketAccount
from adops_pipeline.sandbox.meta_ads.activities import activities
from adops_pipeline.sandbox.meta_ads.errors import GraphError, bad_param, missing_object, too_much_data, trace_id
from adops_pipeline.sandbox.meta_ads.insights import Insights
from adops_pipeline.sandbox.meta_ads.jobs import Jobs
from adops_pipeline.sandbox.meta_ads.library import Library
from adops_pipeline.sandbox.meta_ads.nodes import Graph, Node
from adops_pipeline.sandbox.meta_ads.paging import page
from adops_pipeline.sandbox.meta_ads.params import Params, json_objects, names, read_params, words
from adops_pipeline.sandbox.meta_ads.query import Level, parse_query
from adops_pipeline.sandbox.meta_ads.sent import Sent
from adops_pipeline.sandbox.meta_ads.tokens import SCOPES, USER_ID, check_proof, check_token, exchange, inspect
from adops_pipeline.sandbox.meta_ads.writes import create, update
from adops_pipeline.sandbox.written import WrittenMarket, WrittenObjects

Clock = Callable[[], datetime]
Body = Mapping[str, object]

API_VERSION = "v26.0"
LARGEST_SYNC_ROWS = 5_000
LARGEST_ASYNC_ROWS = 50_000
"""Beyond these a call (or a job) is asked to want less; the real limits are not published."""

_VERSION = re.compile(r"v\d+\.\d+")
_LISTABLE = frozenset(
    (
        *("ACTIVE", "PAUSED", "DELETED", "ARCHIVED", "IN_PROCESS", "WITH_ISSUES", "CAMPAIGN_PAUSED", "ADSET_PAUSED"),
        *("DISAPPROVED", "PENDING_BILLING_INFO", "PENDING_REVIEW", "PREAPPROVED"),
    )
)
_LISTED_BY_DEFAULT = _LISTABLE - {"ARCHIVED", "DELETED"}
_PARENT_FIELDS = {"Campaign": "campaign_id", "AdSet": "adset_id"}
_EDGES_OF = {"Campaign": ("adsets", "ads"), "AdSet": ("ads",)}
_LEVELS: Mapping[str, Level] = {"Campaign": "campaign", "AdSet": "adset"}


def build_meta_ads_app(
    market: Market, clock: Clock, *, written: WrittenObjects | None = None, failing_jobs: Collection[int] = ()
) -> Starlette:
    """The app over ``market`` and what clients wrote to it. ``clock`` gives aware UTC datetimes.

    ``failing_jobs`` are the places (1, 2, …) of jobs that fail.
    """
    sandbox = _MetaAds(WrittenMarket(market, written), clock, Jobs(failing_jobs))
    return Starlette(routes=[Route("/{path:path}", sandbox.answer, methods=["GET", "POST", "DELETE"])])


class _MetaAds:
    def __init__(self, market: WrittenMarket, clock: Clock, jobs: Jobs) -> None:
        self._market = market
        self._clock = clock
        self._jobs = jobs

    async def answer(self, request: Request) -> Response:
        """Answer one request; refusals come as Meta's error bodies."""
        path = [part for part in request.path_params["path"].split("/") if part]
        path = path[1:] if path and _VERSION.fullmatch(path[0]) else path
        headers = usage_headers("/".join(path))
        try:
            params = await read_params(request)
            method = params.pop("method", request.method).upper()
            body: Body = self._dispatch(method, path, params, request)
            status = 200
        except GraphError as refusal:
            body, status = refusal.body(request.url.path), refusal.status
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return Response(text, status, headers, "application/json; charset=UTF-8")

    def _dispatch(self, method: str, path: list[str], params: dict[str, str], request: Request) -> Body:
        now = self._clock()
        if path == ["oauth", "access_token"]:
            return exchange(params, now)
        token = params.get("access_token") or request.headers.get("authorization", "").partition(" ")[2].strip()
        if path == ["debug_token"]:
            return inspect(params, token, now)
        check_token(token, now)
        check_proof(params, token)
        # The real API puts the token into its next links even when it came in a header.
        call = _Call(
            self._market, self._jobs, now, params | {"access_token": token}, str(request.url.replace(query=""))
        )
        return call.answer(method, path)


class _Call:
    """One authorized call."""

    def __init__(self, market: WrittenMarket, jobs: Jobs, now: datetime, params: Params, url: str) -> None:
        self._market = market
        self._jobs = jobs
        self._now = now
        self._params = params
        self._url = url
        self._graph = Graph(market, now)
        self._library = Library(self._graph, now)

    def answer(self, method: str, path: list[str]) -> Body:
        object_id, edge = (*path, "", "")[:2]
        if not object_id or len(path) > 2 or (method, bool(edge)) == ("DELETE", True):
            raise missing_object("/".join(path), method)
        if object_id == "me" and method == "GET":
            return self._me(edge)
        if method == "POST" and edge == "insights":
            return self._start_job(object_id)
        if method != "GET":
            return self._write(method, object_id, edge)
        return self._node(object_id) if not edge else self._edge(object_id, edge)

    def _write(self, method: str, object_id: str, edge: str) -> Body:
        params = self._params if method == "POST" else {"status": "DELETED"}
        account, written = self._account(object_id), self._market.written
        if account is not None and edge:
            return create(written, Sent(account, params, self._graph, self._library), edge, self._now)
        found = self._find(object_id)
        if found is None or edge:
            raise missing_object(object_id, method)
        return update(written, Sent(found[0], params, self._graph, self._library), found[1], self._now)

    def _find(self, object_id: str) -> tuple[MarketAccount, Node] | None:
        return self._graph.find(object_id) or self._library.find(object_id)

    def _nothing(self, object_id: str, method: str) -> Body:
        raise missing_object(object_id, method)

    def _me(self, edge: str) -> Body:
        if not edge:
            return Node("User", {"id": USER_ID, "name": "Sandbox System User"}).select(self._fields() or ("id", "name"))
        if edge == "permissions":
            return {"data": [{"permission": scope, "status": "granted"} for scope in SCOPES]}
        if edge == "adaccounts":
            nodes = [self._graph.account_node(account) for account in self._graph.accounts()]
            fields = self._fields() or ("account_id",)
            return page([node.select(fields) for node in nodes], self._params, self._url)
        return self._nothing("me", "GET")

    def _node(self, object_id: str) -> Body:
        account = self._account(object_id)
        if account is not None:
            return self._graph.account_node(account).select(self._fields() or ("account_id",))
        job = self._jobs.find(object_id)
        if job is not None:
            node = job.poll()
            return node.select(self._fields() or tuple(node.values))
        found = self._find(object_id)
        if found is None:
            raise missing_object(object_id, "GET")
        return found[1].select(self._fields())

    def _edge(self, object_id: str, edge: str) -> Body:
        job = self._jobs.find(object_id)
        if job is not None and edge == "insights":
            rows = job.rows()
            if rows is None:
                raise bad_param("Report run is not completed yet or has failed")
            return page(rows, self._params, self._url, has_summary=False)
        account, node = self._owner(object_id)
        if edge == "insights":
            return self._insights(account, node)
        if edge == "activities" and node is None:
            rows = activities(self._market, account, self._params, self._fields(), self._now)
            return page(rows, self._params, self._url, has_summary=False)
        nodes = self._nodes(account, node, edge)
        return self._nothing(object_id, "GET") if nodes is None else self._list(nodes)

    def _nodes(self, account: MarketAccount, parent: Node | None, edge: str) -> list[Node] | None:
        """What an edge lists: of the account, or of a campaign or ad set in it; None where there is no such edge."""
        of_account: dict[str, Callable[[MarketAccount], list[Node]]] = {
            "campaigns": self._graph.campaign_nodes,
            "adsets": self._graph.ad_set_nodes,
            "ads": self._library.ads,
            "adcreatives": self._library.creatives,
            "customaudiences": self._library.audiences,
        }
        if parent is None:
            return of_account[edge](account) if edge in of_account else None
        if edge not in _EDGES_OF.get(parent.kind, ()):
            return None
        field = _PARENT_FIELDS[parent.kind]
        return [node for node in of_account[edge](account) if node.values[field] == parent.values["id"]]

    def _list(self, nodes: list[Node]) -> Body:
        """An edge's nodes. Deleted ones are never listed, archived ones when asked for by status."""
        asked = frozenset(words(self._params, "effective_status", _LISTABLE))
        for line in json_objects(self._params, "filtering"):
            if str(line.get("field")).rpartition(".")[2] != "effective_status" or line.get("operator") != "IN":
                raise bad_param(f"Filtering field {line.get('field')} with operation {line.get('operator')} is invalid")
            asked |= frozenset(map(str, value)) if isinstance(value := line.get("value"), list) else frozenset()
        statuses = (asked or _LISTED_BY_DEFAULT) - {"DELETED"}
        fields = self._fields()
        listed = [n.select(fields) for n in nodes if "effective_status" not in n.values or n.status in statuses]
        return page(listed, self._params, self._url)

    def _insights(self, account: MarketAccount, node: Node | None) -> Body:
        insights = self._insights_of(account, node)
        query = parse_query(self._params, self._today(account), _level_of(node))
        if insights.size(query) > LARGEST_SYNC_ROWS:
            raise too_much_data()
        return page(insights.rows(query), self._params, self._url, has_summary=False)

    def _start_job(self, object_id: str) -> Body:
        account, node = self._owner(object_id)
        insights = self._insights_of(account, node)
        query = parse_query(self._params, self._today(account), _level_of(node))
        is_too_large = insights.size(query) > LARGEST_ASYNC_ROWS
        job = self._jobs.start(
            account.account_id, query.dates, self._now, lambda: insights.rows(query), is_too_large=is_too_large
        )
        return {"report_run_id": job.run_id}

    def _insights_of(self, account: MarketAccount, node: Node | None) -> Insights:
        only_id = None if node is None else str(node.values["id"])
        return Insights(self._market, account, self._now, only_id)

    def _owner(self, object_id: str) -> tuple[MarketAccount, Node | None]:
        """The account that an edge's object is, or belongs to together with the object."""
        account = self._account(object_id)
        if account is not None:
            return account, None
        found = self._graph.find(object_id)
        if found is None:
            raise missing_object(object_id, "GET")
        return found

    def _account(self, object_id: str) -> MarketAccount | None:
        return self._graph.account(object_id.removeprefix("act_")) if object_id.startswith("act_") else None

    def _today(self, account: MarketAccount) -> date:
        return self._now.astimezone(ZoneInfo(account.timezone)).date()

    def _fields(self) -> tuple[str, ...]:
        return names(self._params, "fields")


def _level_of(node: Node | None) -> Level:
    return "account" if node is None else _LEVELS[node.kind]


def usage_headers(path: str, percent: int = 1, regain_minutes: int = 0) -> dict[str, str]:
    """The usage headers of every answer: percents of what app and ad account may use, regain time in minutes."""
    usage = {"call_count": percent, "total_cputime": percent, "total_time": percent}
    headers = {
        "facebook-api-version": API_VERSION,
        "x-fb-trace-id": trace_id(path),
        "x-app-usage": json.dumps(usage),
    }
    account = re.search(r"act_(\d+)", path)
    is_insights = path.rstrip("/").endswith("insights")
    if account is not None:
        case = {
            "type": "ads_insights" if is_insights else "ads_management",
            **usage,
            "estimated_time_to_regain_access": regain_minutes,
            "ads_api_access_tier": "standard_access",
        }
        headers["x-business-use-case-usage"] = json.dumps({account[1]: [case]})
        headers["x-ad-account-usage"] = json.dumps({"acc_id_util_pct": percent})
    if is_insights:
        headers["x-fb-ads-insights-throttle"] = json.dumps({"app_id_util_pct": percent, "acc_id_util_pct": percent})
    return headers
