"""Requests that are malformed below HTTP's headers: the server answers 4xx or closes, and nothing is started."""

from adops_pipeline_tests.api.webhooks.conftest import Desk
from adops_pipeline_tests.api.webhooks.sockets import api_over, exchange

_HOST = b"Host: 127.0.0.1\r\nConnection: close\r\n"


async def test_malformed_requests_start_nothing(desk: Desk) -> None:
    webhook_id, sender = await desk.create("api-key")
    path, key = f"/api/webhooks/{webhook_id}".encode(), b"x-api-key: " + sender.secret.encode() + b"\r\n"
    start = b"POST " + path + b" HTTP/1.1\r\n" + _HOST
    proper = start + key + b"Content-Length: 2\r\n\r\n{}"
    chunked = start + key + b"Transfer-Encoding: chunked\r\n\r\n"
    malformed = [
        start + b"x-api-key: \xff\xfe\r\nContent-Length: 2\r\n\r\n{}",
        start + b"x-api-key: a\x00b\r\nContent-Length: 2\r\n\r\n{}",
        start + key + key + b"Content-Length: 2\r\n\r\n{}",
        start + key + b"Content-Length: -2\r\n\r\n{}",
        start + key + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n{}",
        start + key + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
        chunked + b"zz\r\n{}\r\n0\r\n\r\n",
        proper.replace(path, path + b"%00"),
        proper.replace(path, b"/api/webhooks/%ff%fe"),
        proper.replace(_HOST, b""),
        proper.replace(b"HTTP/1.1", b"HTTP/9.9"),
        b"\x16\x03\x01" + b"\x00" * 100,
    ]
    with api_over(desk.services) as address:
        for sent in malformed:
            answer = exchange(address, sent)
            assert answer.split(b" ")[1][:1] == b"4", (sent[:200], answer[:200])
        for sent in (start + key + b"Content-Length: 99\r\n\r\n{}", chunked + b"2\r\n{}"):
            assert exchange(address, sent, is_cut_off=True) == b""
        assert desk.pending() == []
        for sent in (proper, chunked + b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"):
            assert exchange(address, sent).split(b" ")[1] == b"202"
    assert len(desk.pending()) == 2
