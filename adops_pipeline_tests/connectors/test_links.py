"""Links that an answer names: to public addresses only, and to the one that was checked."""

import socket
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest

from adops_pipeline.connectors.context import ConnectorContext
from adops_pipeline.connectors.errors import BoundError, ContractError, TransientError
from adops_pipeline.connectors.http import HttpSession, RetryPolicy
from adops_pipeline.connectors.links import BlockedLinkError, PublicTransport, proxy_of
from adops_pipeline.connectors.pinterest import PinterestConnector, PinterestCredentials
from adops_pipeline.connectors.pinterest.async_reports import AsyncReports, Polling
from adops_pipeline.connectors.pinterest.policy import DownloadPolicy
from adops_pipeline_tests.notifications.mailboxes import make_certificate
from adops_pipeline_tests.notifications.programs import Program, Reply, running_program
from adops_pipeline_tests.notifications.receivers import Reply as TlsReply
from adops_pipeline_tests.notifications.receivers import running_receiver

METADATA = "http://169.254.169.254/latest/meta-data/iam/security-credentials/"
BLOCKED = (
    METADATA, "http://127.0.0.1:9/x", "https://localhost/x", "http://[::1]/x", "http://2130706433/x", "http://0x7f.1/x",
    "http://10.0.0.8/x", "http://[fd00::8]/x", "http://[::ffff:169.254.169.254]/x", "http://0.0.0.0:9/",
)  # fmt: skip


class Names:
    """A resolver that gives one answer after the other, the last one ever after."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked = list[tuple[str, int]]()

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


async def get(transport: PublicTransport, url: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=transport) as client:
        return await client.post(url, content=b"x")


def live_files(base_url: str = "https://api.pinterest.com/v5") -> HttpSession:
    """The session for files as the real platform has it."""
    return ConnectorContext(retry=RetryPolicy(attempts=1)).file_session(base_url, DownloadPolicy())


async def download(files: HttpSession, url: str) -> bytes:
    reports = AsyncReports(files, files, polling=Polling(), sleep=_no_sleep)
    return await reports._download("549755885175", url)


def test_no_connection_is_kept_for_another_name_of_the_same_address() -> None:
    assert PublicTransport()._limits.max_keepalive_connections == 0


@pytest.mark.parametrize("url", BLOCKED)
async def test_a_report_link_to_this_machine_or_its_network_is_refused(url: str) -> None:
    files = live_files()
    with pytest.raises(ContractError, match="the download link is not followed: it leads to a") as refused:
        await download(files, url)
    assert refused.value.context.account_id == "549755885175"
    assert "169.254" not in str(refused.value)
    await files.aclose()


@pytest.mark.parametrize("url", [METADATA, "http://127.0.0.1:9/report.json"])
async def test_the_real_platform_follows_no_such_link_that_its_own_answer_names(url: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "a", "expires_in": 3600, "token_type": "bearer"})
        if request.method == "POST":
            return httpx.Response(200, json={"token": "t", "report_status": "IN_PROGRESS"})
        return httpx.Response(200, json={"report_status": "FINISHED", "url": url})

    connector = PinterestConnector(PinterestCredentials("1", "s", "r"), ConnectorContext(retry=RetryPolicy(attempts=1)))
    connector.session._client._transport = httpx.MockTransport(answer)
    with pytest.raises(ContractError, match="the download link is not followed"):
        await connector._reports.rows("549755885175", {})
    await connector.aclose()


async def test_a_name_that_resolves_to_a_private_address_is_refused_unasked() -> None:
    with pytest.raises(BlockedLinkError, match="private or reserved"):
        await get(PublicTransport(resolve=Names(["1.1.1.1", "192.168.0.10"])), "https://files.example/x")


async def test_the_connection_goes_to_the_address_that_was_checked(program: Program) -> None:
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    answer = await get(
        PublicTransport(allow_loopback=True, resolve=names), f"http://rebinding.example:{program.port}/a?b"
    )
    assert (answer.status_code, names.asked) == (204, [("rebinding.example", program.port)])
    (arrived,) = program.arrived
    assert (arrived.path, arrived.headers["host"]) == ("/a?b", f"rebinding.example:{program.port}")


async def test_the_next_address_is_tried_if_one_refuses(program: Program) -> None:
    transport = PublicTransport(allow_loopback=True, resolve=Names(["127.0.0.2", "127.0.0.1"]))
    assert (await get(transport, f"http://two.example:{program.port}/")).status_code == 204


async def test_the_certificate_must_be_of_the_name_although_the_address_is_pinned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "loopback.pem"))
    with running_receiver(certificate.server) as receiver:
        receiver.plan(TlsReply(204))
        names = Names(["127.0.0.1"])
        answer = await get(PublicTransport(allow_loopback=True, resolve=names), f"https://localhost:{receiver.port}/")
        assert answer.status_code == 204
        with pytest.raises(httpx.ConnectError, match=r"(?i)hostname mismatch"):
            await get(PublicTransport(allow_loopback=True, resolve=names), f"https://other.example:{receiver.port}/")


async def test_a_redirect_is_not_followed(program: Program) -> None:
    program.plan(Reply(302, {"Location": METADATA}))
    session = HttpSession(
        base_url="https://api.pinterest.com/v5",
        policy=DownloadPolicy(),
        auth=httpx.Auth(),
        transport=PublicTransport(allow_loopback=True, resolve=Names(["127.0.0.1"])),
    )
    with pytest.raises(BoundError, match=r"leads to another address; the setting limits.redirects") as refused:
        await session.request("POST", f"http://files.example:{program.port}/", authenticated=False, data={"a": "b"})
    assert (refused.value.context.status, len(program.arrived)) == (302, 1)


async def test_a_name_without_an_address_is_tried_again_later() -> None:
    async def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    files = HttpSession(
        base_url="https://api.pinterest.com/v5",
        policy=DownloadPolicy(),
        auth=httpx.Auth(),
        transport=PublicTransport(resolve=unknown),
        retry=RetryPolicy(attempts=1),
    )
    with pytest.raises(TransientError, match="the name cannot be resolved"):
        await download(files, "https://files.example/x")


async def test_files_of_a_platform_that_is_emulated_here_may_be_here(program: Program) -> None:
    files = live_files(base_url="http://127.0.0.1:8600")
    body = await files.request("POST", program.url, authenticated=False, data={"a": "b"}, expect_json=False)
    assert (body, len(program.arrived)) == (b"", 1)
    with pytest.raises(ContractError, match="link-local"):
        await download(files, METADATA)
    await files.aclose()


@pytest.mark.parametrize("url", BLOCKED)
async def test_behind_a_proxy_addresses_are_refused_all_the_same(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name.lower(), "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(BlockedLinkError):
        await get(PublicTransport(), url)


async def test_behind_a_proxy_the_proxy_is_asked(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{program.port}")
    monkeypatch.setenv("no_proxy", "")
    assert (await get(PublicTransport(), "http://files.example/x")).status_code == 204
    assert program.arrived[0].path == "http://files.example/x"


async def _no_sleep(seconds: float) -> None:
    del seconds


@pytest.fixture(name="program")
def _program(monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with running_program() as program:
        yield program


@pytest.mark.parametrize(("named", "proxy"), [("proxy.example:3128", "http://proxy.example:3128"), ("", None)])
def test_a_proxy_may_be_named_without_a_scheme(named: str, proxy: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, named)
    monkeypatch.setenv("no_proxy", "")
    assert proxy_of(httpx.URL("https://files.example/a")) == proxy
