"""Every bound on what a platform sends: the request ends where it is passed, and the error names the setting."""

import asyncio
import gc
import gzip
import itertools
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from adops_pipeline.connectors.base import Page
from adops_pipeline.connectors.bounds import BoundedTransport, BoundPassed, Limits
from adops_pipeline.connectors.context import ConnectorContext
from adops_pipeline.connectors.errors import (
    AskForLessError,
    BoundError,
    ConnectorError,
    ContractError,
    FailureContext,
    TransientError,
)
from adops_pipeline.connectors.http import HttpSession, RetryPolicy
from adops_pipeline.connectors.meta_ads import MetaAdsConnector, MetaAdsCredentials
from adops_pipeline.connectors.pinterest import PinterestConnector, PinterestCredentials
from adops_pipeline.connectors.tools import UncertainWriteError
from adops_pipeline.domain.vocabulary import Report
from adops_pipeline.settings.limits import LimitSettings
from adops_pipeline_tests.connectors.test_http import BearerAuth, PlainPolicy

MB = 1 << 20


class Sent(httpx.AsyncByteStream):
    """A body that comes part by part; counts what was taken of it."""

    def __init__(self, parts: Iterable[bytes], pause: float = 0.0) -> None:
        self._parts = parts
        self._pause = pause
        self.taken = 0
        self.is_closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            await asyncio.sleep(self._pause)
            self.taken += len(part)
            yield part

    async def aclose(self) -> None:
        self.is_closed = True


class Platform(httpx.AsyncBaseTransport):
    """Answers every request alike, the body anew each time."""

    def __init__(self, body: Iterable[bytes], headers: dict[str, str] | None = None, *, pause: float = 0.0) -> None:
        self._body = body
        self._headers = headers
        self._pause = pause
        self.sent: list[Sent] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(Sent(self._body, self._pause))
        return httpx.Response(200, headers=self._headers, stream=self.sent[-1])


def session(platform: httpx.AsyncBaseTransport, **limits: float) -> HttpSession:
    return HttpSession(
        base_url="https://ads.example",
        policy=PlainPolicy(),
        auth=BearerAuth(),
        transport=platform,
        retry=RetryPolicy(attempts=1),
        limits=Limits(**{"answer_mb": 1, **limits}),  # type: ignore[arg-type]
    )


async def gathered(pages: AsyncIterator[Page], read: list[Page]) -> None:
    """Read ``pages`` into ``read``, which keeps what came before an error."""
    async for page in pages:
        read.append(page)  # noqa: PERF401  an async comprehension would lose them


class Zipped:
    """A body of ``times`` this content, compressed when it is sent: not by every worker that imports this file."""

    def __init__(self, content: bytes, times: int) -> None:
        self._content = content
        self._times = times

    def __iter__(self) -> Iterator[bytes]:
        yield gzip.compress(b"[" + self._content * self._times + b"0]")


ENDLESS = itertools.repeat(b"[" + b"x" * 65_535)
ZIPPED = {"content-encoding": "gzip"}


@pytest.mark.parametrize(
    ("platform", "setting", "kind"),
    [
        (Platform(ENDLESS), "answer_mb", AskForLessError),
        (Platform(Zipped(b"0", 50 * MB), ZIPPED), "answer_mb", AskForLessError),
        (Platform([b"[1]"], {"content-length": str(2 * MB)}), "answer_mb", AskForLessError),
        (Platform([b"[" + b"0," * 200_000 + b"0]"]), "answer_values", AskForLessError),
        (Platform(Zipped(b"0,", 200_000), ZIPPED), "answer_values", AskForLessError),
        (Platform([b"[1]"], {"x-long": "y" * 70_000}), "header_kb", BoundError),
        (Platform([b"[1]"], {f"x-{n}": "y" * 60 for n in range(2_000)}), "header_kb", BoundError),
    ],
)
async def test_an_answer_that_passes_a_bound_ends_there_and_the_error_names_the_setting(
    platform: Platform, setting: str, kind: type[ConnectorError]
) -> None:
    talk = session(platform, answer_values=100_000)
    with pytest.raises(kind, match=f"the setting limits.{setting} is the bound") as caught:
        await talk.request("GET", "/ads", account_id="17")
    assert caught.value.context.account_id == "17"
    (sent,) = platform.sent
    assert sent.is_closed
    assert sent.taken <= MB + 2 * 65_536


FULL = b'"' + b"x" * (MB - 2) + b'"'


@pytest.mark.parametrize(
    ("body", "headers", "is_within"),
    [
        (FULL, None, True),
        (FULL, {"content-length": str(MB)}, True),
        (FULL + b" ", None, False),
        (b"[" + b"0," * 10 + b"0]", None, True),
        (b"[" + b"0," * 11 + b"0]", None, False),
        (b"[1]", {"x": "y" * (2 * 1024 - 1)}, True),
        (b"[1]", {"x": "y" * (2 * 1024)}, False),
    ],
    ids=lambda value: "" if isinstance(value, bytes | dict) else None,
)
async def test_what_just_reaches_a_bound_is_read(body: bytes, headers: dict[str, str] | None, is_within: bool) -> None:
    talk = session(Platform([body], headers), answer_values=10, header_kb=2)
    if is_within:
        assert await talk.request("GET", "/ads") == body
    else:
        with pytest.raises((AskForLessError, BoundError)):
            await talk.request("GET", "/ads")


async def test_a_body_that_drips_ends_with_the_time_of_the_whole_request() -> None:
    platform = Platform(itertools.repeat(b" "), pause=0.01)
    with pytest.raises(BoundError, match=r"longer than 0.05 s; the setting limits.request_seconds"):
        await session(platform, request_seconds=0.05).request("GET", "/ads")
    assert platform.sent[0].is_closed
    assert platform.sent[0].taken < 50


async def test_a_change_whose_answer_passes_a_bound_may_have_been_made() -> None:
    with pytest.raises(UncertainWriteError, match=r"limits.answer_mb"):
        await session(Platform(ENDLESS)).write("POST", "/ads", json={})


async def test_the_answer_to_a_request_for_a_token_is_bounded_too() -> None:
    credentials = PinterestCredentials("app", "secret", "refresh")
    context = ConnectorContext(transport=Platform(ENDLESS), limits=Limits(answer_mb=1))
    with pytest.raises(AskForLessError, match=r"limits.answer_mb"):
        await PinterestConnector(credentials, context).accounts()


@pytest.mark.parametrize("size", [0, 10, (1 << 18) - 4, 1 << 18, 3 * (1 << 18) + 5])
@pytest.mark.parametrize("cut", [1, 7, 65_536])
async def test_compressed_bodies_within_the_bounds_come_whole(size: int, cut: int) -> None:
    body = b'{"a":"' + b"x" * size + b'"}'
    packed = gzip.compress(body)
    platform = Platform([packed[start : start + cut] for start in range(0, len(packed), cut)], ZIPPED)
    assert await session(platform).request("GET", "/ads") == body


@pytest.mark.parametrize(
    ("encoding", "body", "reason"),
    [
        ("br", b"{}", "compressed as 'br', which was not asked for"),
        ("zstd", b"{}", "compressed as 'zstd'"),
        ("gzip, gzip", b"{}", "compressed as 'gzip, gzip'"),
        ("deflate", zlib.compress(b"{}"), "compressed as 'deflate'"),
        ("gzip", b"{}", "the answer is no gzip"),
        ("gzip", gzip.compress(b'{"a":1}', mtime=0)[:-12], "breaks off"),
    ],
)
async def test_other_compressions_are_refused_by_name(encoding: str, body: bytes, reason: str) -> None:
    with pytest.raises(TransientError, match=reason):
        await session(Platform([body], {"content-encoding": encoding})).request("GET", "/ads")


def leading_on(asked: list[str], *, to: str = "https://ads.example/", status: int = 307) -> httpx.AsyncBaseTransport:
    """A platform that leads every request on, three times."""

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.method} {request.url} {request.headers.get('authorization')}")
        if len(asked) > 3:
            return httpx.Response(200, json=[len(asked)])
        return httpx.Response(status, headers={"location": f"{to}{len(asked)}"})

    return httpx.MockTransport(handle)


@pytest.mark.parametrize(
    ("redirects", "reason", "requests"),
    [
        (0, "the answer leads to another address; the setting limits.redirects is the bound", 1),
        (2, "more than 2 redirects; the setting limits.redirects is the bound", 3),
    ],
)
async def test_redirects_are_followed_as_often_as_is_set(redirects: int, reason: str, requests: int) -> None:
    asked: list[str] = []
    with pytest.raises(BoundError, match=reason) as caught:
        await session(leading_on(asked), redirects=redirects).request("GET", "/ads", account_id="17")
    assert (caught.value.context.status, caught.value.context.account_id) == (307, "17")
    assert asked == [f"GET https://ads.example/{path} Bearer secret-1" for path in ("ads", 1, 2)[:requests]]


async def test_the_answer_after_as_many_redirects_as_are_set_is_read() -> None:
    asked: list[str] = []
    assert await session(leading_on(asked), redirects=3).request("POST", "/ads", json={"q": 1}) == b"[4]"
    assert asked[-1] == "POST https://ads.example/3 Bearer secret-1"


@pytest.mark.parametrize(
    ("to", "status", "reason"),
    [
        ("https://elsewhere.example/", 307, "credentials are not sent to another host than ads.example"),
        ("http://ads.example/", 307, "credentials are not sent to another host"),
        ("https://ads.example/", 302, "more than 3 redirects; the setting limits.redirects"),
    ],
)
async def test_no_redirect_takes_credentials_to_another_host_or_makes_another_request(
    to: str, status: int, reason: str
) -> None:
    asked: list[str] = []
    with pytest.raises((ContractError, BoundError), match=reason):
        await session(leading_on(asked, to=to, status=status), redirects=3).request("POST", "/ads", json={})
    assert asked == ["POST https://ads.example/ads Bearer secret-1"]


async def test_a_change_is_not_led_on() -> None:
    asked: list[str] = []
    with pytest.raises(ConnectorError):
        await session(leading_on(asked), redirects=3).write("POST", "/ads", json={})
    assert len(asked) == 1


class Watched(Platform):
    """Counts the open files in ``folder`` after each part of a body."""

    def __init__(self, body: Iterable[bytes], folder: Path) -> None:
        def parts() -> Iterator[bytes]:
            for part in body:
                yield part
                self.open.append(len(names_open(folder)))

        super().__init__(parts())
        self.open: list[int] = []


def names_in(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


def names_open(folder: Path) -> list[str]:
    """What this process has open of a folder."""
    found = []
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found.append(str(entry.readlink()))
    return [name for name in found if name.startswith(f"{folder}/")]


async def test_a_large_body_arrives_in_a_file_that_no_kill_can_leave_behind(tmp_path: Path) -> None:
    parts = [b"[", *[b'"' + b"x" * (MB // 2) + b'",' for _ in range(4)], b"0]"]
    platform = Watched(parts, tmp_path)
    talk = HttpSession(
        base_url="https://ads.example", policy=PlainPolicy(), auth=BearerAuth(), transport=platform, folder=tmp_path
    )
    assert await talk.request("GET", "/ads") == b"".join(parts)
    assert platform.open == [0, 0, 1, 1, 1, 1]
    assert (names_in(tmp_path), names_open(tmp_path)) == ([], [])


async def test_a_body_that_was_read_takes_no_memory_until_the_next_collection_of_garbage() -> None:
    talk = session(Platform([b'["', b"x" * (MB - 16), b'"]']))
    await talk.request("GET", "/ads")
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        for _ in range(5):
            await talk.request("GET", "/ads")
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.enable()
    assert held < MB / 2


async def test_a_list_without_an_end_is_followed_for_as_many_pages_as_are_set() -> None:
    pages = itertools.count(1)

    def handle(request: httpx.Request) -> httpx.Response:
        following = f"https://graph.facebook.com/v26.0{request.url.path[6:]}?after={next(pages)}"
        return httpx.Response(200, json={"data": [{"id": "1"}], "paging": {"next": following}})

    context = ConnectorContext(("1",), httpx.MockTransport(handle), limits=Limits(list_pages=7))
    connector = MetaAdsConnector(MetaAdsCredentials("token"), context)
    read: list[Page] = []
    with pytest.raises(BoundError, match=r"more than 7 pages; the setting limits.list_pages"):
        await gathered(connector._entities(Report.CAMPAIGNS, "1"), read)
    assert (len(read), next(pages)) == (7, 8)


async def test_bookmarks_without_an_end_are_followed_for_as_many_pages_as_are_set() -> None:
    pages = itertools.count(1)

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "a", "expires_in": 3600})
        return httpx.Response(200, json={"items": [{"id": "1"}], "bookmark": f"b{next(pages)}"})

    context = ConnectorContext(transport=httpx.MockTransport(handle), limits=Limits(list_pages=7))
    connector = PinterestConnector(PinterestCredentials("app", "secret", "refresh"), context)
    with pytest.raises(BoundError, match=r"more than 7 pages; the setting limits.list_pages"):
        await connector.accounts()
    assert next(pages) == 8


@pytest.mark.parametrize(
    ("limits", "setting"),
    [(Limits(list_rows=5), "list_rows"), (Limits(answer_mb=1), "answer_mb")],
)
async def test_lists_that_are_held_in_memory_are_bounded_as_a_whole(limits: Limits, setting: str) -> None:
    connector = MetaAdsConnector(MetaAdsCredentials("token"), ConnectorContext(limits=limits))

    async def pages() -> AsyncIterator[Page]:
        for _ in range(10):
            yield Page((b"x" * 200_000,))

    context = FailureContext(connector.platform, "GET /me/adaccounts")
    read: list[Page] = []
    with pytest.raises(BoundError, match=f"limits.{setting} is the bound"):
        await gathered(connector._held(pages(), context), read)
    assert len(read) == 5


async def test_nothing_but_the_bound_itself_leaves_the_transport() -> None:
    transport = BoundedTransport(Platform(ENDLESS), Limits(answer_mb=1))
    with pytest.raises(BoundPassed, match="larger than 1 MB"):
        await transport.handle_async_request(httpx.Request("GET", "https://ads.example"))


def test_the_settings_have_the_bounds_own_defaults() -> None:
    assert Limits(**LimitSettings().model_dump()) == Limits()
