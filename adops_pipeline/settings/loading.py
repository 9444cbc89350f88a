"""Reads the settings. Errors name each wrong setting in one line, with where to set it and an example."""

import difflib
import os
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError

from adops_pipeline.domain.workflows.nearest import did_you_mean
from adops_pipeline.settings.base import PROJECT_ROOT, Block, clean_secret, default_data_dir, harmless
from adops_pipeline.settings.schema import Settings


class SettingsError(Exception):
    """One or more settings are missing or wrong; each line names the setting, where it may be set and an example."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        super().__init__("\n".join(lines))


_BLOCKS: dict[str, type[Block]] = {
    name: field.annotation
    for name, field in Settings.model_fields.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, Block)
}
"""Sections of the settings by name."""
_SECRETS = {
    name
    for fields in (Settings.model_fields, *(block.model_fields for block in _BLOCKS.values()))
    for name, field in fields.items()
    if "SecretStr" in str(field.annotation)
}


def load_settings(**overrides: Any) -> Settings:  # noqa: ANN401 - pydantic validates them
    """Read all settings, or raise ``SettingsError`` with one line for each that is wrong or missing."""
    toml_file = _toml_file()
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


def _toml_file() -> Path:
    """The settings file in force."""
    return default_data_dir() / "adops.toml"


def named_secret(name: str) -> SecretStr | None:
    """The secret in the environment variable, or the line of `.env`, called ``name``; None where there is none.

    Raises SettingsError, which names it and does not repeat it, where control characters stand in it.
    """
    try:
        value = clean_secret(os.environ.get(name) or dotenv_values(PROJECT_ROOT / ".env").get(name))
    except ValueError as error:
        raise SettingsError([f"{name}: {error}"]) from None
    return SecretStr(str(value)) if value else None


def _faults_of(toml_file: Path) -> list[str]:
    """Problems of adops.toml: unknown names, and credentials, which do not belong in a file that is committed."""
    if not toml_file.exists():
        return []
    try:
        content = tomllib.loads(toml_file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        return [f"{toml_file} is not valid TOML: {error}"]
    except UnicodeDecodeError as error:
        return [f"{toml_file} is not UTF-8 text (byte {error.start + 1} is wrong): save it as UTF-8"]
    except OSError as error:
        return [f"{toml_file} cannot be read: {error.strerror}"]
    unknown = [
        f"{name}: there is no such setting; {toml_file} names it{did_you_mean(name, Settings.model_fields)}"
        for name in sorted(content.keys() - Settings.model_fields)
    ]
    unknown += [
        f"{name}: is a section of {toml_file}, written as [{name}], and not a value"
        for name, value in content.items()
        if name in _BLOCKS and not isinstance(value, dict)
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
    """Misspelt ADOPS_ variables, which would otherwise be ignored silently."""
    known = {variable(name) for name in Settings.model_fields}
    for name, block in _BLOCKS.items():
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
    """One error as a line, without any credential."""
    path = tuple(p for p in loc if isinstance(p, str))
    name = path[-1] if path else ""
    if not path:
        return f"settings: {message.removeprefix('Value error, ')}"
    message = message.removeprefix("Value error, ")
    if message == "Extra inputs are not permitted":
        return f"{'.'.join(path)}: there is no such setting in {_toml_file()}; data/adops.example.toml has all of them"
    shown = "" if name in _SECRETS or value is None or isinstance(value, dict) else f", got {harmless(value)}"
    where = "set it in .env or the environment (a secret: not in adops.toml)" if name in _SECRETS else (
        f"set it in {_toml_file()} ({_toml_place(path)}), .env or the environment"
    )  # fmt: skip
    example = f"{variable(*path)}={_EXAMPLES.get(name, '...')}"
    return f"{'.'.join(path)}: {message}{shown}; {where}, e.g. {example}"


def _toml_place(path: tuple[str, ...]) -> str:
    return f"[{path[0]}] {path[-1]}" if len(path) > 1 else path[0]
