"""Routes of the OData service: the service document, the metadata, entity sets, their counts, and single entities."""

from contextlib import ExitStack
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.downloads import StreamedResponse
from adops_pipeline.api.identity import ODATA
from adops_pipeline.api.odata import options as served
from adops_pipeline.api.odata.feed import Feed, refusals
from adops_pipeline.api.odata.formats import check_metadata_format, check_versions, json_form, wanted_page_rows
from adops_pipeline.api.odata.metadata import metadata, service_document
from adops_pipeline.api.odata.options import Options
from adops_pipeline.api.odata.paging import PageRequest
from adops_pipeline.api.odata.requests import MOST_ROWS, RowsRequest
from adops_pipeline.api.odata.resources import NoResourceError, Resource, resource
from adops_pipeline.api.odata.skiptoken import SkipToken
from adops_pipeline.warehouse.queries.odata.pages import Mark, Page, count_rows, read_page
from adops_pipeline.wiring import Services

router = APIRouter(prefix=ODATA)


@router.get("", include_in_schema=False)
@router.get("/", include_in_schema=False)
def read_service(request: Request) -> Response:
    """The list of entity sets."""
    with refusals():
        check_versions(request)
        form = json_form(request, Options.read(request.url.query, served.DOCUMENT))
        document = service_document(_base(request))
    if not form.has_metadata:
        del document["@odata.context"]
    return JSONResponse(document, media_type=form.media_type)


@router.get("/$metadata", include_in_schema=False)
def read_metadata(request: Request) -> Response:
    """The data model, as XML whatever Accept says."""
    with refusals():
        check_versions(request)
        check_metadata_format(Options.read(request.url.query, served.DOCUMENT))
    return Response(metadata(), media_type="application/xml")


@router.get("/{path:path}", include_in_schema=False)
def read_resource(path: str, request: Request, services: ServicesDep) -> Response:
    """An entity set, its count, or one entity."""
    with refusals():
        check_versions(request)
        found = resource(path)
        if found.is_count:
            return _count(request, services, found)
        if found.key is not None:
            return _entity(request, services, found)
        return _entities(request, services, found)


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/") + ODATA


def _count(request: Request, services: Services, found: Resource) -> Response:
    options = Options.read(request.url.query, served.COUNT)
    rows = RowsRequest.read(found.table, options, services.clock())
    with services.snapshots.reading() as snapshot:
        return PlainTextResponse(str(count_rows(snapshot.con, rows.source)))


def _entity(request: Request, services: Services, found: Resource) -> Response:
    options = Options.read(request.url.query, served.ONE_ROW)
    form = json_form(request, options)
    rows = RowsRequest.read(found.table, options, services.clock())
    assert found.key is not None
    rows.source.filter(found.key)
    page = Page(rows.source, rows.names, rows.order, 1, is_exact=form.is_exact)
    with services.snapshots.reading() as snapshot:
        documents = [document for part in read_page(snapshot.con, page) for document in part.documents]
    if not documents:
        raise NoResourceError(f"{found.table.name} has no entity of this key")
    context = f'{{"@odata.context":"{rows.context(_base(request))}/$entity",' if form.has_metadata else "{"
    return Response(context + documents[0][1:], media_type=form.media_type)


def _entities(request: Request, services: Services, found: Resource) -> Response:
    options = Options.read(request.url.query, served.ROWS)
    form = json_form(request, options)
    rows = RowsRequest.read(found.table, options, services.clock())
    preferred = wanted_page_rows(request)
    wanted = PageRequest.read(rows, options, preferred, MOST_ROWS)
    page = wanted.page(form)
    with ExitStack() as leave:
        snapshot = leave.enter_context(services.snapshots.reading(wanted.version))
        total = None if wanted.token is None else wanted.token.total
        if options.is_true("$count") and total is None:
            total = count_rows(snapshot.con, rows.source)

        def next_link(mark: Mark) -> str | None:
            following = wanted.following(snapshot.version, total, mark)
            if following is None:
                return None
            services.snapshots.keep(snapshot.version)
            return _address(_base(request), found, options, following)

        head: dict[str, object] = {"@odata.context": rows.context(_base(request))} if form.has_metadata else {}
        if options.is_true("$count"):
            head["@odata.count"] = str(total) if form.is_exact else total
        feed = Feed(leave.pop_all(), snapshot, page, head, next_link)
    is_applied = preferred is not None and preferred <= MOST_ROWS
    headers = {"Preference-Applied": f"odata.maxpagesize={preferred}"} if is_applied else {}
    return StreamedResponse(feed, request.app.state.odata_turns, headers, form.media_type)


def _address(base: str, found: Resource, options: Options, token: SkipToken) -> str:
    """The absolute address of the next page: the same options, but for those that the token replaces."""
    kept = {name: value for name, value in options.given.items() if name not in ("$top", "$skip", "$skiptoken")}
    query = "&".join(
        f"{name}={quote(value, safe='')}" for name, value in (kept | {"$skiptoken": token.encode()}).items()
    )
    return f"{base}/{found.table.name}?{query}"
