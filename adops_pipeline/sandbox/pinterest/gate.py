"""What every call of the API passes: the bearer token with its scopes, the quota, and Pinterest's form of errors."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from adops_pipeline.sandbox.pinterest import wire
from adops_pipeline.sandbox.pinterest.oauth import TokenDesk
from adops_pipeline.sandbox.pinterest.quota import Category, Quota
from adops_pipeline.sandbox.pinterest.wire import ApiError

Handler = Callable[[Request], Awaitable[object]]


class Gate:
    """Puts handlers behind the checks."""

    def __init__(self, tokens: TokenDesk, quota: Quota) -> None:
        self._tokens, self._quota = tokens, quota

    def guarded(
        self, handler: Handler, category: Category, *scopes: str, status: int = 200
    ) -> Callable[[Request], Awaitable[Response]]:
        """``handler`` behind the checks; its result becomes the JSON answer."""

        async def endpoint(request: Request) -> Response:
            try:
                self._tokens.check_bearer(request.headers.get("authorization"), scopes)
                self._quota.spend(category)
                response = wire.answer(await handler(request), status)
            except ApiError as error:
                response = error.response()
            response.headers.update(self._quota.headers(category))
            return response

        return endpoint
