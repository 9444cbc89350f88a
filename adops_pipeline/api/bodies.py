"""Request bodies that a route reads itself, as they were sent and up to a limit."""

from fastapi import Request
from starlette.requests import ClientDisconnect

from adops_pipeline.api.problems import ApiError


async def read_body(request: Request, most_bytes: int) -> bytes:
    """The raw body. Raises ApiError 413 as soon as it is larger than ``most_bytes``."""
    stated = request.headers.get("content-length", "")
    if stated.isascii() and stated.isdigit() and int(stated[:20]) > most_bytes:
        raise _too_large(most_bytes)
    found = bytearray()
    try:
        async for chunk in request.stream():
            found += chunk
            if len(found) > most_bytes:
                raise _too_large(most_bytes)
    except ClientDisconnect:
        raise ApiError(400, "incomplete-body", "the connection ended before the body did") from None
    return bytes(found)


def _too_large(most_bytes: int) -> ApiError:
    return ApiError(413, "body-too-large", f"the body may have at most {most_bytes:,} bytes", {"Connection": "close"})
