"""Models of Google's responses: tokens, account ids, errors. Report rows are passed on without parsing.

Field names per Google Ads v26 (protobuf JSON). Unknown fields and enum values are allowed.
"""

import msgspec

from adops_pipeline.connectors.json_body import decoded

_FIRST_BYTES = 1024


class _Message(msgspec.Struct, frozen=True, rename="camel"):
    """A protobuf message in its JSON form."""


class TokenGrant(msgspec.Struct, frozen=True):
    """Response of Google's token endpoint; ``expires_in`` in seconds. There is never a new refresh token."""

    access_token: str
    expires_in: msgspec.Raw = msgspec.Raw()
    scope: str | None = None


class TokenRefusal(msgspec.Struct, frozen=True):
    """Error response of the token endpoint (RFC 6749, section 5.2)."""

    error: str = ""
    error_description: str = ""


class AccessibleCustomers(_Message, frozen=True):
    """Accounts the user was invited to, as ``customers/1234567890``."""

    resource_names: tuple[str, ...] = ()


class Client(_Message, frozen=True):
    """An account, alone or in the hierarchy below the one that was asked, that one included (level 0)."""

    id: str
    descriptive_name: str | None = None
    currency_code: str | None = None
    time_zone: str | None = None
    manager: bool | None = None
    status: str | None = None

    @property
    def is_closed(self) -> bool:
        """Whether Google refuses access: cancelled and closed accounts stay in the list for ever."""
        return self.status in ("CANCELED", "CLOSED")


class ClientId(_Message, frozen=True):
    """Whose record it is."""

    id: str


class ClientIdRow(_Message, frozen=True):
    """The same row, as far as it tells whose record it is."""

    customer_client: ClientId


class ClientRow(_Message, frozen=True):
    """A row of a query from customer_client."""

    customer_client: Client


class CustomerRow(_Message, frozen=True):
    """A row of a query from customer."""

    customer: Client


class CampaignId(_Message, frozen=True):
    """A campaign, by its id."""

    id: str


class CampaignRow(_Message, frozen=True):
    """A row of a query from campaign."""

    campaign: CampaignId


class ChangeEvent(_Message, frozen=True):
    """A change event: only its time is read, ``yyyy-MM-dd HH:mm:ss.ffffff`` in the account's time zone."""

    change_date_time: str


class ChangeEventRow(_Message, frozen=True):
    """A row of a query from change_event."""

    change_event: ChangeEvent


class Chunk(_Message, frozen=True):
    """One element of a searchStream response; without ``results`` if nothing was found."""

    results: list[msgspec.Raw] = []


class QuotaDetails(_Message, frozen=True):
    """When a used-up quota is refilled (a protobuf duration, ``27s``)."""

    retry_delay: str = ""


class GoogleAdsErrorDetails(_Message, frozen=True):
    """Details of one reason."""

    quota_error_details: QuotaDetails | None = None


class PathElement(_Message, frozen=True):
    """One step of the path to the field at fault; ``index`` where the field is a list."""

    field_name: str = ""
    index: int | None = None


class ErrorLocation(_Message, frozen=True):
    """Path to the field at fault in the request."""

    field_path_elements: tuple[PathElement, ...] = ()


class GoogleAdsError(_Message, frozen=True):
    """One reason of a refusal; its code is ``{family: name}``."""

    error_code: dict[str, str | int] = msgspec.field(default_factory=dict)
    message: str = ""
    details: GoogleAdsErrorDetails | None = None
    location: ErrorLocation | None = None

    @property
    def code(self) -> str:
        """``family.NAME``; empty if Google gave none."""
        return next((f"{family}.{name}" for family, name in self.error_code.items()), "")

    @property
    def item(self) -> int:
        """Which operation of a change is at fault, from 0."""
        path = self.location.field_path_elements if self.location is not None else ()
        return next((step.index for step in path if step.index is not None), 0)

    @property
    def field(self) -> str:
        """The field at fault, as ``create.name``; empty if Google does not say."""
        path = self.location.field_path_elements if self.location is not None else ()
        return ".".join(step.field_name for step in path[1:])


class ErrorDetail(_Message, frozen=True):
    """A detail of an error: a GoogleAdsFailure (``errors``), a RetryInfo (``retry_delay``) or another message."""

    errors: tuple[GoogleAdsError, ...] = ()
    request_id: str | None = None
    retry_delay: str = ""


class ApiError(_Message, frozen=True):
    """The error object of every Google API."""

    code: int = 0
    message: str = ""
    status: str = ""
    details: tuple[ErrorDetail, ...] = ()

    @property
    def reasons(self) -> tuple[GoogleAdsError, ...]:
        """Errors of Google Ads itself."""
        return tuple(reason for detail in self.details for reason in detail.errors)


class ErrorBody(_Message, frozen=True):
    """A response, or one chunk of a streamed response, that may be an error."""

    error: ApiError | None = None


def api_error(body: bytes) -> ApiError | None:
    """The error in ``body``: an object, or an element of searchStream's array, which may follow valid chunks."""
    if body[:_FIRST_BYTES].lstrip().startswith(b"["):
        elements = decoded(body, list[ErrorBody]) or []
    else:
        one = decoded(body, ErrorBody)
        elements = [] if one is None else [one]
    return next((element.error for element in elements if element.error is not None), None)
