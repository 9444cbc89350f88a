"""Every setting of the product, in one place: the only reader of the environment, of `.env` and of `data/adops.toml`.

Weakest first: defaults, `data/adops.toml`, `.env`, environment (`ADOPS_*`, `__` between levels). Secrets come from
`.env` or the environment only. Nothing below wiring reads this module: rooms receive what they need as arguments.
"""

import difflib
import os
import tomllib
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.settings_experiments import AbTestSettings, sound_together

PROJECT_ROOT = Path(__file__).resolve().parent.parent
EARLIEST_DAY = date(2024, 1, 1)
"""First daily partition when no start date is set; platforms keep about 37 months."""

Mode = Literal["test", "live"]


class SettingsError(Exception):
    """One or more settings are missing or wrong; each line names the setting, where it may be set and an example."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        super().__init__("\n".join(lines))


def default_data_dir() -> Path:
    """Where everything made at run time lives: `ADOPS_DATA_DIR`, else `data/` beside the package."""
    return Path(os.environ.get("ADOPS_DATA_DIR") or PROJECT_ROOT / "data").expanduser().resolve()


def _split(value: object) -> object:
    """Accept a comma-separated string where a list is meant: what people type into an environment variable."""
    if isinstance(value, str) and not value.strip().startswith("["):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PlatformSettings(_Block):
    """What every platform block has."""

    mode: Mode = Field("test", description="`test` talks to the emulated platform, `live` to the real one.")
    accounts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Ad account ids to pull; empty means all that the credentials can read."
    )
    lookback_days: int = Field(
        30, ge=1, le=90, description="Days that are pulled again because the platform still restates them."
    )

    _accounts = field_validator("accounts", mode="before")(_split)

    @field_validator("accounts")
    @classmethod
    def _plain_ids(cls, accounts: tuple[str, ...]) -> tuple[str, ...]:
        cleaned = tuple(a.removeprefix("act_").replace("-", "") for a in accounts)
        for account in cleaned:
            if not account.isdigit():
                raise ValueError(f"account ids are digits, not {account!r}")
        return cleaned

    def missing_credentials(self) -> tuple[str, ...]:
        """Names of the settings that live mode needs and that are not there."""
        return tuple(name for name in self.required_when_live() if getattr(self, name) is None)

    @classmethod
    def required_when_live(cls) -> tuple[str, ...]:
        """Names of the settings that live mode cannot do without."""
        return ()


class GoogleAdsSettings(PlatformSettings):
    """Google Ads. Credentials: an OAuth client, a refresh token and a developer token."""

    client_id: SecretStr | None = Field(None, description="OAuth client id.")
    client_secret: SecretStr | None = Field(None, description="OAuth client secret.")
    refresh_token: SecretStr | None = Field(None, description="OAuth refresh token with the adwords scope.")
    developer_token: SecretStr | None = Field(None, description="Developer token of the manager account.")
    login_customer_id: str | None = Field(None, description="Manager account the access goes through, digits only.")

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
        description="Which action type counts as the sale: the first that a row has; `a+b` adds disjoint types.",
    )
    click_metric: Literal["inline_link_clicks", "clicks"] = Field(
        "inline_link_clicks",
        description="`inline_link_clicks` compares with the other platforms; `clicks` has likes too.",
    )

    _priority = field_validator("purchase_priority", mode="before")(_split)

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
        "paid", description="Which impressions and clicks count: paid compares with the other platforms."
    )

    @classmethod
    def required_when_live(cls) -> tuple[str, ...]:
        """An app and a refresh token."""
        return ("app_id", "app_secret", "refresh_token")


class SandboxSettings(_Block):
    """The emulated platforms of mode `test`."""

    seed: int = Field(7, description="Seed of the simulated ad market.")
    faults: str = Field("", description="Fault plan, e.g. `throttled=0.05,server_error=0.02;seed=3`; empty means none.")
    revoked_accounts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Accounts that answer as if access to them had been revoked."
    )

    _revoked = field_validator("revoked_accounts", mode="before")(_split)


class NotificationSettings(_Block):
    """Who is told. An address that is set here makes a receiver of its own; more are kept in the operational store."""

    slack_webhook_url: SecretStr | None = Field(None, description="Slack incoming webhook.")
    discord_webhook_url: SecretStr | None = Field(None, description="Discord webhook.")
    email_url: SecretStr | None = Field(
        None, description="smtp://user:password@host:587?from=ads@example.com&to=team@example.com (smtps: TLS)."
    )
    min_severity: Literal["info", "warning", "critical"] = Field(
        "warning", description="Nothing milder is sent to the addresses above."
    )
    events: str = Field(
        "alert.*,digest.*,report.*", description="Which events they are told of; comma-separated patterns."
    )
    dashboard_url: str | None = Field(
        None, pattern="^https?://", description="Address that links in messages begin with."
    )
    allow_loopback: bool = Field(default=False, description="Let addresses on this machine be receivers, for tests.")


class AlertSettings(_Block):
    """From when on people are told, and what fires by itself."""

    over_ratio: float = Field(1.2, gt=1, le=10, description="Spent over the seasonal target from which it is told.")
    under_ratio: float = Field(0.7, gt=0, lt=1, description="Spent over the seasonal target below which it is told.")
    hold_minutes: int = Field(
        0, ge=0, le=1440, description="How long an alert must be gone before it counts as resolved."
    )
    pacing_check_ratio: float = Field(
        1.5, gt=1, le=100, description="Spent over the seasonal target from which a pacing-check starts by itself."
    )
    digest_hour: int = Field(7, ge=0, le=23, description="Hour of the morning digest, in digest_timezone.")
    digest_timezone: str = Field("UTC", description="IANA zone of the digest and the weekly report.")

    @field_validator("digest_timezone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, OSError, ValueError):
            raise ValueError(f"{zone!r} is no IANA time zone") from None
        return zone


class PacingSettings(_Block):
    """How pacing is judged."""

    linear_over: Decimal = Field(Decimal("1.1"), ge=1, description="Linear ratio above which a budget is overpacing.")
    linear_under: Decimal = Field(Decimal("0.9"), gt=0, le=1, description="Linear ratio below which it is underpacing.")
    tolerance_start: float = Field(
        0.25, ge=0, le=1, description="Allowed distance from the seasonal target on the period's first day."
    )
    tolerance_end: float = Field(0.01, ge=0, le=1, description="Allowed distance on its last day.")

    @model_validator(mode="after")
    def _narrows(self) -> Self:
        if self.tolerance_end > self.tolerance_start:
            raise ValueError("tolerance_end must not be above tolerance_start: the tolerance narrows")
        return self


class TargetSettings(_Block):
    """A budget of one's own per calendar month, for a campaign or a group of campaigns across platforms."""

    name: str = Field(min_length=1, description="What the target is called.")
    amount: Decimal = Field(ge=0, description="Amount per calendar month.")
    currency: str = Field(pattern="^[A-Z]{3}$", description="Its currency, which must be that of its campaigns.")
    campaigns: Annotated[tuple[str, ...], NoDecode] = Field(
        min_length=1, description="`platform:campaign_id`; of a shared budget the budget's id."
    )

    _campaigns = field_validator("campaigns", mode="before")(_split)

    @field_validator("campaigns")
    @classmethod
    def _full_names(cls, campaigns: tuple[str, ...]) -> tuple[str, ...]:
        for name in campaigns:
            _check_campaign(name)
        return campaigns


class AllocationSettings(_Block):
    """How budgets are recommended."""

    method: Literal["response-curve", "heuristic"] = Field(
        "response-curve", description="`response-curve` fits what money does; `heuristic` is the plain score rule."
    )
    objective: Literal["revenue", "conversions"] = Field("revenue", description="What the plan is to bring most of.")
    max_step_change: float | None = Field(
        0.20, ge=0, description="Largest relative change of a daily budget in one step; unset by a large number."
    )
    floors: dict[str, Decimal] = Field(default={}, description="Least daily budget by `platform:campaign_id`.")
    ceilings: dict[str, Decimal] = Field(default={}, description="Greatest daily budget by `platform:campaign_id`.")

    @field_validator("floors", "ceilings")
    @classmethod
    def _amounts(cls, amounts: dict[str, Decimal]) -> dict[str, Decimal]:
        for name, amount in amounts.items():
            _check_campaign(name)
            if not amount >= 0:
                raise ValueError(f"{name} must be an amount of at least 0, not {amount}")
        return amounts


def _check_campaign(name: str) -> None:
    platform, _, campaign = name.partition(":")
    if platform not in set(Platform) or not campaign:
        known = ", ".join(Platform)
        raise ValueError(f"campaigns are named platform:campaign_id (platforms: {known}), not {name!r}")


class Settings(BaseSettings):
    """All settings; see data/adops.example.toml for each with its default."""

    model_config = SettingsConfigDict(
        env_prefix="ADOPS_",
        env_nested_delimiter="__",
        env_file=PROJECT_ROOT / ".env",
        env_file_encoding="utf-8",
        extra="ignore",  # .env may hold other programs' variables; load_settings looks for misspelt ADOPS_ ones
        frozen=True,
    )

    data_dir: Path = Field(default_factory=default_data_dir, description="Everything made at run time lives here.")
    start_date: date | None = Field(
        None, description="First day to pull; unset means `history_days` back from the first run."
    )
    history_days: int = Field(
        120, ge=1, le=1100, description="How far back the first run reaches when no start date is set."
    )
    reporting_currency: str = Field("USD", pattern="^[A-Z]{3}$", description="Currency of the *_reporting columns.")
    fx_rates_file: Path | None = Field(None, description="CSV of rates; unset means fx_rates.csv in the data folder.")
    fx_max_age_days: int = Field(35, ge=1, le=366, description="How long a rate holds before it counts as missing.")
    freshness_hours: int = Field(
        24, ge=1, description="An account not pulled for longer than this fails its freshness check."
    )
    warehouse_target: str = Field(
        "warehouse.duckdb",
        pattern=r"\.duckdb$",
        description="The pipeline's own DuckDB file, relative to the data folder.",
    )
    store_url: SecretStr | None = Field(
        None, description="Operational store: postgresql://…; unset means the SQLite file in the data folder."
    )
    google_ads: GoogleAdsSettings = GoogleAdsSettings()
    meta_ads: MetaAdsSettings = MetaAdsSettings()
    pinterest: PinterestSettings = PinterestSettings()
    sandbox: SandboxSettings = SandboxSettings()
    notifications: NotificationSettings = NotificationSettings()
    alerts: AlertSettings = AlertSettings()
    secret_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (), description="Fernet keys for addresses kept in the store; the first encrypts, all decrypt."
    )
    pacing: PacingSettings = PacingSettings()
    allocation: AllocationSettings = AllocationSettings()
    targets: tuple[TargetSettings, ...] = Field((), description="Monthly targets; `[[targets]]` blocks in adops.toml.")
    ab_tests: tuple[AbTestSettings, ...] = Field((), description="A/B tests; `[[ab_tests]]` blocks in adops.toml.")

    @field_validator("targets")
    @classmethod
    def _each_campaign_once(cls, targets: tuple[TargetSettings, ...]) -> tuple[TargetSettings, ...]:
        owner: dict[str, str] = {}
        for target in targets:
            for name in target.campaigns:
                if name in owner:
                    raise ValueError(f"campaign {name} is in two monthly targets: {owner[name]!r} and {target.name!r}")
                owner[name] = target.name
        return targets

    @field_validator("ab_tests")
    @classmethod
    def _tests_together(cls, tests: tuple[AbTestSettings, ...]) -> tuple[AbTestSettings, ...]:
        sound_together(tests)
        return tests

    _keys = field_validator("secret_keys", mode="before")(_split)

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, path: Path) -> Path:
        return path.expanduser().resolve()

    @model_validator(mode="after")
    def _start_is_a_partition(self) -> Self:
        if self.start_date is not None and self.start_date < EARLIEST_DAY:
            raise ValueError(f"start_date: platforms keep about 37 months; the earliest day is {EARLIEST_DAY}")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Weakest last: arguments, environment, .env, adops.toml."""
        del file_secret_settings
        toml = TomlConfigSettingsSource(settings_cls, toml_file=default_data_dir() / "adops.toml")
        return (init_settings, env_settings, dotenv_settings, toml)

    @property
    def platforms(self) -> dict[Platform, PlatformSettings]:
        """Every platform with its block."""
        return {
            Platform.GOOGLE_ADS: self.google_ads,
            Platform.META_ADS: self.meta_ads,
            Platform.PINTEREST: self.pinterest,
        }

    @property
    def partition_start(self) -> date:
        """First daily partition that exists."""
        return self.start_date or EARLIEST_DAY

    @property
    def operations_url(self) -> str:
        """Address of the operational store; it may hold a password."""
        return self.store_url.get_secret_value() if self.store_url else f"sqlite:///{self.data_dir / 'operations.db'}"

    @property
    def fx_csv(self) -> Path:
        """The rates file in use: the named one, the data folder's, else the one that ships with the product."""
        own = self.data_dir / "fx_rates.csv"
        return self.fx_rates_file or (own if own.exists() else PROJECT_ROOT / "data" / "fx_rates.csv")


_SECRETS = {
    name
    for block in (Settings, GoogleAdsSettings, MetaAdsSettings, PinterestSettings)
    for name, field in block.model_fields.items()
    if "SecretStr" in str(field.annotation)
}


def load_settings(**overrides: Any) -> Settings:  # noqa: ANN401 - pydantic validates them
    """Read all settings, or raise ``SettingsError`` with one line for each that is wrong or missing."""
    toml_file = default_data_dir() / "adops.toml"
    lines = [*_faults_of(toml_file), *_unknown_variables({*os.environ, *dotenv_values(PROJECT_ROOT / ".env")})]
    if lines:
        raise SettingsError(lines)
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        raise SettingsError([_line(e["loc"], e["msg"], e.get("input")) for e in error.errors()]) from None
    except ValueError as error:  # broken TOML or a malformed value in a source
        raise SettingsError([f"settings could not be read ({toml_file}, .env or environment): {error}"]) from None
    lines = [
        _line((platform.slug, name), "is needed in live mode but not set")
        for platform, block in settings.platforms.items()
        if block.mode == "live"
        for name in block.missing_credentials()
    ]
    if lines:
        raise SettingsError(lines)
    return settings


def named_secret(name: str) -> SecretStr | None:
    """The secret in the environment variable, or the line of `.env`, called ``name``; None where there is none."""
    value = os.environ.get(name) or dotenv_values(PROJECT_ROOT / ".env").get(name)
    return SecretStr(value) if value else None


def _faults_of(toml_file: Path) -> list[str]:
    """Unknown names, and credentials: those have no place in a file that people copy around and commit."""
    if not toml_file.exists():
        return []
    try:
        content = tomllib.loads(toml_file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        return [f"{toml_file} is not valid TOML: {error}"]
    unknown = [
        f"{name}: there is no such setting; {toml_file} names it" for name in content.keys() - Settings.model_fields
    ]
    secrets = [
        f"{block}.{name}: a secret does not belong in {toml_file}; set it in .env or as {variable(block, name)}"
        for block, values in content.items()
        if isinstance(values, dict)
        for name in values
        if name in _SECRETS
    ]
    secrets += [
        f"{name}: a secret does not belong in {toml_file}; set it in .env or as {variable(name)}"
        for name in content.keys() & _SECRETS
    ]
    return unknown + secrets


def _unknown_variables(environment: Collection[str]) -> list[str]:
    """A misspelt ADOPS_ variable would otherwise be ignored in silence."""
    known = {variable(name) for name in Settings.model_fields}
    for name, block in (
        ("google_ads", GoogleAdsSettings),
        ("meta_ads", MetaAdsSettings),
        ("pinterest", PinterestSettings),
        ("sandbox", SandboxSettings),
        ("notifications", NotificationSettings),
        ("alerts", AlertSettings),
        ("pacing", PacingSettings),
        ("allocation", AllocationSettings),
    ):
        known |= {variable(name, field) for field in block.model_fields}
    lines = []
    for name in sorted(environment):
        if name.upper().startswith("ADOPS_") and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1)
            lines.append(f"{name}: there is no such setting" + (f"; did you mean {near[0]}?" if near else ""))
    return lines


def variable(*path: str | int) -> str:
    """The environment variable of a setting: ``("google_ads", "mode")`` → ``ADOPS_GOOGLE_ADS__MODE``."""
    return "ADOPS_" + "__".join(str(p) for p in path if isinstance(p, str)).upper()


_EXAMPLES = {
    "mode": "live", "accounts": "1234567890,2345678901", "lookback_days": "30", "start_date": "2026-01-01",
    "history_days": "120", "reporting_currency": "EUR", "click_metric": "inline_link_clicks", "traffic": "paid",
    "seed": "7", "faults": "throttled=0.05;seed=3", "data_dir": "data", "warehouse_target": "warehouse.duckdb",
    "purchase_priority": "omni_purchase,purchase", "login_customer_id": "1234567890", "fx_max_age_days": "35",
    "freshness_hours": "24", "store_url": "postgresql://adops:password@localhost/adops",
}  # fmt: skip


def _line(loc: tuple[str | int, ...], message: str, value: object = None) -> str:
    """One line that a person can act on; never a credential's value."""
    path = tuple(p for p in loc if isinstance(p, str))
    name = path[-1] if path else ""
    if not path:
        return f"settings: {message.removeprefix('Value error, ')}"
    message = message.removeprefix("Value error, ")
    if message == "Extra inputs are not permitted":
        return f"{'.'.join(path)}: there is no such setting; data/adops.example.toml has all of them"
    shown = "" if name in _SECRETS or value is None or isinstance(value, dict) else f", got {value!r}"
    where = "set it in .env or the environment (a secret: not in adops.toml)" if name in _SECRETS else (
        f"set it in data/adops.toml ({_toml_place(path)}), .env or the environment"
    )  # fmt: skip
    example = f"{variable(*path)}={_EXAMPLES.get(name, '...')}"
    return f"{'.'.join(path)}: {message}{shown}; {where}, e.g. {example}"


def _toml_place(path: tuple[str, ...]) -> str:
    return f"[{path[0]}] {path[-1]}" if len(path) > 1 else path[0]
