"""All settings in one model: names, defaults, limits, meanings. `loading` reads them."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from adops_pipeline.domain.currencies import CURRENCIES
from adops_pipeline.domain.permissions import PermissionSet
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.settings.agents import AgentSettings, permission_sets
from adops_pipeline.settings.analysis import (
    AllocationSettings,
    BenchmarkSettings,
    PacingSettings,
    SeveritySettings,
    TargetSettings,
)
from adops_pipeline.settings.api import ApiSettings
from adops_pipeline.settings.base import EARLIEST_DAY, PROJECT_ROOT, clean_secret, default_data_dir, split_list
from adops_pipeline.settings.calendar import CalendarSettings, EventSettings, occurrences_apart
from adops_pipeline.settings.experiments import AbTestSettings, sound_together
from adops_pipeline.settings.exports import ExportSettings
from adops_pipeline.settings.limits import LimitSettings
from adops_pipeline.settings.notifications import AlertSettings, NotificationSettings
from adops_pipeline.settings.platforms import (
    GoogleAdsSettings,
    MetaAdsSettings,
    PinterestSettings,
    PlatformSettings,
    SandboxSettings,
)
from adops_pipeline.settings.proposals import ProposalSettings
from adops_pipeline.settings.retention import RetentionSettings


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

    data_dir: Path = Field(default_factory=default_data_dir, description="Folder of all files made at run time.")
    start_date: date | None = Field(
        None, description="First day to pull; unset means `history_days` back from the first run."
    )
    history_days: int = Field(
        120, ge=1, le=1100, description="Days of history of the first run, unless start_date is set."
    )
    reporting_currency: str = Field("USD", pattern="^[A-Z]{3}$", description="Currency of the *_reporting columns.")
    fx_rates_file: Path | None = Field(None, description="CSV of rates; unset means fx_rates.csv in the data folder.")
    fx_max_age_days: int = Field(35, ge=1, le=366, description="Days after which a rate counts as missing.")
    freshness_hours: int = Field(
        24,
        ge=1,
        description="Hours after which an account that was not pulled fails its freshness check and raises an alert.",
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
    limits: LimitSettings = LimitSettings()
    notifications: NotificationSettings = NotificationSettings()
    alerts: AlertSettings = AlertSettings()
    secret_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (), description="Fernet keys for addresses and secrets kept in the store; the first encrypts, all decrypt."
    )
    api: ApiSettings = ApiSettings()
    api_token: SecretStr | None = Field(
        None, description="Admin token of the REST API; with it, every request needs a token."
    )
    exports: ExportSettings = ExportSettings()
    retention: RetentionSettings = RetentionSettings()
    pacing: PacingSettings = PacingSettings()
    severity: SeveritySettings = SeveritySettings()
    benchmarks: BenchmarkSettings = BenchmarkSettings()
    allocation: AllocationSettings = AllocationSettings()
    targets: tuple[TargetSettings, ...] = Field((), description="Monthly targets; `[[targets]]` blocks in adops.toml.")
    calendar: CalendarSettings = CalendarSettings()
    events: tuple[EventSettings, ...] = Field((), description="The team's events; `[[events]]` blocks in adops.toml.")
    ab_tests: tuple[AbTestSettings, ...] = Field((), description="A/B tests; `[[ab_tests]]` blocks in adops.toml.")
    proposals: ProposalSettings = ProposalSettings()
    agents: dict[str, AgentSettings] = Field(
        {}, description="What agents may do; `[agents.<name>]` blocks override the defaults of the eight agents."
    )

    @field_validator("reporting_currency")
    @classmethod
    def _a_currency_in_use(cls, currency: str) -> str:
        if currency not in CURRENCIES:
            raise ValueError("is no currency of ISO 4217")
        return currency

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

    @field_validator("events")
    @classmethod
    def _events_apart(cls, events: tuple[EventSettings, ...]) -> tuple[EventSettings, ...]:
        occurrences_apart(events)
        return events

    @field_validator("agents")
    @classmethod
    def _agents_together(cls, agents: dict[str, AgentSettings]) -> dict[str, AgentSettings]:
        permission_sets(agents)
        return agents

    _keys = field_validator("secret_keys", mode="before")(split_list)
    _secrets = field_validator("store_url", "api_token", mode="before")(clean_secret)

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
        """Sources in order of precedence: arguments, environment, .env, adops.toml."""
        del file_secret_settings
        toml = TomlConfigSettingsSource(settings_cls, toml_file=default_data_dir() / "adops.toml")
        return (init_settings, env_settings, dotenv_settings, toml)

    @property
    def platforms(self) -> dict[Platform, PlatformSettings]:
        """Every platform with its block."""
        return {platform: getattr(self, platform.slug) for platform in Platform}

    @property
    def permission_sets(self) -> Mapping[str, PermissionSet]:
        """What each agent may do."""
        return permission_sets(self.agents)

    @property
    def partition_start(self) -> date:
        """First daily partition that exists."""
        return self.start_date or EARLIEST_DAY

    @property
    def operations_url(self) -> str:
        """Address of the operational store; it may contain a password."""
        return self.store_url.get_secret_value() if self.store_url else f"sqlite:///{self.data_dir / 'operations.db'}"

    def past_folder(self, day: date) -> Path:
        """Folder of the snapshot that shows a past day."""
        return self.data_dir / "as_of" / day.isoformat()

    @property
    def fx_csv(self) -> Path:
        """The rates file in use: the one in settings, the data folder's, or the one that ships with the product."""
        own = self.data_dir / "fx_rates.csv"
        return self.fx_rates_file or (own if own.exists() else PROJECT_ROOT / "data" / "fx_rates.csv")
