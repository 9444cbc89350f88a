"""Meta's official SDK, pointed at an emulated Meta."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from facebook_business.api import FacebookAdsApi
from facebook_business.session import FacebookSession

from adops_pipeline.sandbox.meta_ads import SANDBOX_ACCESS_TOKEN, SANDBOX_APP_ID, SANDBOX_APP_SECRET


@contextmanager
def official_sdk(server: str) -> Iterator[FacebookAdsApi]:
    """The SDK's entry, over the server at this address."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FacebookSession, "GRAPH", server)
        # The crash reporter would send a failing test's traceback to Meta.
        made = FacebookAdsApi.init(SANDBOX_APP_ID, SANDBOX_APP_SECRET, SANDBOX_ACCESS_TOKEN, crash_log=False)
        yield made
        made._session.requests.close()
