"""Settings of each platform, and of the emulated platforms."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from adops_pipeline.settings.base import Block, harmless, split_list

Mode = Literal["test", "live"]


class PlatformSettings(Block):
    """Settings that every platform has."""

    mode: Mode = Field("test", description="`test` uses the emulated platform, `live` the real one.")
    accounts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Ids of ad accounts to pull; empty means all that the credentials can read."
    )
    lookback_days: int = Field(
        30, ge=1, le=90, description="Number of recent days to pull again, because the platform still restates them."
    )

    _accounts = field_validator("accounts", mode="before")(split_list)

    @field_validator("accounts")
    @classmethod
    def _plain_ids(cls, accounts: tuple[str, ...]) -> tuple[str, ...]:
        cleaned = tuple(a.removeprefix("act_").replace("-", "") for a in accounts)
        for account in cleaned:
            if not account.isdigit():
                raise ValueError(f"account ids are digits, not {harmless(account)}")
        return cleaned

    @field_validator("*")
    @classmethod
    def _sendable(cls, value: object) -> object:
        """Credentials travel in headers, which take ASCII only."""
        if isinstance(value, SecretStr) and not value.get_secret_value().isascii():
            raise ValueError("holds a character that no credential has; copy it again")
        return value

    def missing_credentials(self) -> tuple[str, ...]:
        """Names of required settings of live mode that are not set."""
        return tuple(name for name in self.required_when_live() if getattr(self, name) is None)

    @classmethod
    def required_when_live(cls) -> tuple[str, ...]:
        """Names of the required settings of live mode."""
        return ()


class GoogleAdsSettings(PlatformSettings):
    """Google Ads. Credentials: an OAuth client, a refresh token and a developer token."""

    client_id: SecretStr | None = Field(None, description="OAuth client id.")
    client_secret: SecretStr | None = Field(None, description="OAuth client secret.")
    refresh_token: SecretStr | None = Field(None, description="OAuth refresh token with the adwords scope.")
    developer_token: SecretStr | None = Field(None, description="Developer token of the manager account.")
    login_customer_id: str | None = Field(None, description="Manager account that access goes through, digits only.")

    @field_validator("login_customer_id")
    @classmethod
    def _plain_login_id(cls, given: str | None) -> str | None:
        plain = (given or "").strip().replace("-", "")
        if plain and not (plain.isascii() and plain.isdigit()):
            raise ValueError("is not an account's number, which has digits only")
        return plain or None

    @classmethod
    def required_when_live(cls) -> tuple[str, ...]:
        """An OAuth client, a refresh token and a developer token."""
        return ("client_id", "client_secret", "refresh_token", "developer_token")


class MetaAdsSettings(PlatformSettings):
    """Meta Ads. Credentials: a long-lived or system-user token; app id and secret allow proof and exchange."""

    lookback_days: int = Field(28, ge=1, le=90, description="Meta freezes insights 28 days after the day.")
    access_token: SecretStr | None = Field(None, description="User or system-user access token with ads_read.")
    app_id: SecretStr | None = Field(None, description="App id, for exchanging a token that is about to expire.")
    app_secret: SecretStr | None = Field(None, description="App secret; every call then carries appsecret_proof.")
    purchase_priority: Annotated[tuple[str, ...], NoDecode] = Field(
        (
            "omni_purchase",
            "purchase",
            "offsite_conversion.fb_pixel_purchase+onsite_conversion.purchase",
            "onsite_web_purchase",
        ),
        min_length=1,
        description="Action types that count as a purchase, best first; `a+b` adds disjoint types.",
    )
    click_metric: Literal["inline_link_clicks", "clicks"] = Field(
        "inline_link_clicks",
        description="`inline_link_clicks` is comparable with the other platforms; `clicks` includes likes.",
    )

    _priority = field_validator("purchase_priority", mode="before")(split_list)

    @classmethod
    def required_when_live(cls) -> tuple[str, ...]:
        """A token; app id and secret are optional."""
        return ("access_token",)


class PinterestSettings(PlatformSettings):
    """Pinterest. Credentials: an app and a refresh token; a newer token from Pinterest is kept in the data folder."""

    app_id: SecretStr | None = Field(None, description="App id.")
    app_secret: SecretStr | None = Field(None, description="App secret.")
    refresh_token: SecretStr | None = Field(None, description="Refresh token with ads:read.")
    traffic: Literal["paid", "earned", "total"] = Field(
        "paid", description="Which impressions and clicks count; `paid` is comparable with the other platforms."
    )

    @classmethod
    def required_when_live(cls) -> tuple[str, ...]:
        """An app and a refresh token."""
        return ("app_id", "app_secret", "refresh_token")


class SandboxSettings(Block):
    """The emulated platforms of mode `test`."""

    seed: int = Field(7, description="Seed of the simulated ad market.")
    world: str = Field(
        "",
        description="Named worlds of the market, e.g. `correlated-days,black-friday`; empty is the default.",
    )
    faults: str = Field("", description="Fault plan, e.g. `throttled=0.05,server_error=0.02;seed=3`; empty means none.")
    revoked_accounts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Accounts that respond as if access had been revoked."
    )

    _revoked = field_validator("revoked_accounts", mode="before")(split_list)
