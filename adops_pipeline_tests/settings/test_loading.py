"""Promises of the settings: where they come from, and what a wrong one says."""

import tomllib
from pathlib import Path

import pytest

from adops_pipeline.domain.verdict import SeverityRules
from adops_pipeline.operations.secrets import SecretError
from adops_pipeline.settings import PROJECT_ROOT, SettingsError, load_settings, named_secret
from adops_pipeline.settings.retention import RetentionSettings
from adops_pipeline.wiring import build_services

SECRET = "never-to-be-shown"


def _lines(**environment: str) -> list[str]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        with pytest.raises(SettingsError) as caught:
            load_settings()
    return caught.value.lines


def test_everything_has_a_default_and_nothing_is_live() -> None:
    settings = load_settings()
    assert {p.value: b.mode for p, b in settings.platforms.items()} == {
        "google-ads": "test", "meta-ads": "test", "pinterest": "test",
    }  # fmt: skip
    assert [b.lookback_days for b in settings.platforms.values()] == [30, 28, 30]
    assert settings.meta_ads.click_metric == "inline_link_clicks"


def test_the_environment_is_stronger_than_the_file(own_data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (own_data_dir / "adops.toml").write_text(
        'reporting_currency = "EUR"\nhistory_days = 60\n[pinterest]\ntraffic = "total"\n'
    )
    monkeypatch.setenv("ADOPS_HISTORY_DAYS", "90")
    settings = load_settings()
    assert (settings.reporting_currency, settings.history_days, settings.pinterest.traffic) == ("EUR", 90, "total")


def test_a_wrong_value_names_the_setting_its_places_and_an_example() -> None:
    (line,) = _lines(ADOPS_GOOGLE_ADS__MODE="lve")
    assert "google_ads.mode" in line
    assert "'lve'" in line
    assert "/adops.toml ([google_ads] mode), .env or the environment" in line
    assert "ADOPS_GOOGLE_ADS__MODE=live" in line


def test_live_mode_names_each_missing_credential() -> None:
    lines = _lines(ADOPS_PINTEREST__MODE="live", ADOPS_PINTEREST__APP_ID="1")
    assert [line.split(":")[0] for line in lines] == ["pinterest.app_secret", "pinterest.refresh_token"]
    assert all("not in adops.toml" in line for line in lines)


def test_a_misspelt_variable_is_not_ignored() -> None:
    assert _lines(ADOPS_REPORTING_CURENCY="EUR") == [
        "ADOPS_REPORTING_CURENCY: there is no such setting; did you mean ADOPS_REPORTING_CURRENCY?"
    ]


@pytest.mark.parametrize(
    ("block", "name"),
    [("meta_ads", "access_token"), ("notifications", "slack_webhook_url"), ("notifications", "email_url")],
)
def test_a_secret_in_the_toml_file_is_refused_and_not_repeated(block: str, name: str, own_data_dir: Path) -> None:
    (own_data_dir / "adops.toml").write_text(f'[{block}]\n{name} = "{SECRET}"\n')
    (line,) = _lines()
    assert line.startswith(f"{block}.{name}: a secret does not belong in")
    assert SECRET not in line


def test_monthly_targets_are_for_campaigns_that_no_other_target_has() -> None:
    one = {"name": "One", "amount": 10, "currency": "EUR", "campaigns": ["google-ads:1"]}
    two = {"name": "Two", "amount": 10, "currency": "EUR", "campaigns": ["meta-ads:1", "google-ads:1"]}
    with pytest.raises(SettingsError, match="campaign google-ads:1 is in two monthly targets: 'One' and 'Two'"):
        load_settings(targets=[one, two])


@pytest.mark.parametrize("name", ["4711", "google:4711", "google-ads:"])
def test_a_target_names_its_campaigns_with_their_platform(name: str) -> None:
    with pytest.raises(SettingsError, match="campaigns are named platform:campaign_id"):
        load_settings(targets=[{"name": "One", "amount": 10, "currency": "EUR", "campaigns": [name]}])


def test_the_tolerance_of_pacing_narrows() -> None:
    with pytest.raises(SettingsError, match="tolerance_end must not be above tolerance_start"):
        load_settings(pacing={"tolerance_start": 0.05, "tolerance_end": 0.1})


def test_one_block_sets_the_severity_of_every_analysis_and_rejects_thresholds_that_make_no_sense() -> None:
    settings = load_settings(severity={"warning_days": 2, "least_money": {"EUR": 50}})
    assert build_services(settings).analysis.rules.severity == SeverityRules(warning_days=2, least_money={"EUR": 50})
    with pytest.raises(SettingsError, match="warning_days must be above 0 and at most critical_days"):
        load_settings(severity={"warning_days": 4})


def test_a_named_secret_is_read_from_the_environment_and_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAM_CHANNEL", SECRET)
    found = named_secret("TEAM_CHANNEL")
    assert found is not None
    assert found.get_secret_value() == SECRET
    assert SECRET not in repr(found)
    assert named_secret("NO_SUCH_CHANNEL") is None


def test_the_store_is_a_file_in_the_data_folder_unless_a_server_is_named(
    own_data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings().operations_url == f"sqlite:///{own_data_dir}/operations.db"
    monkeypatch.setenv("ADOPS_STORE_URL", f"postgresql://adops:{SECRET}@db/adops")
    settings = load_settings()
    assert settings.operations_url == f"postgresql://adops:{SECRET}@db/adops"
    assert SECRET not in repr(settings)


def test_the_address_of_the_store_is_a_secret_too(own_data_dir: Path) -> None:
    (own_data_dir / "adops.toml").write_text(f'store_url = "postgresql://adops:{SECRET}@db/adops"\n')
    (line,) = _lines()
    assert line.startswith("store_url: a secret does not belong in")
    assert SECRET not in line


def test_an_unknown_name_in_the_toml_file_is_refused(own_data_dir: Path) -> None:
    (own_data_dir / "adops.toml").write_text("histroy_days = 3\n")
    assert _lines()[0].startswith("histroy_days: there is no such setting")


def test_a_secret_never_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADOPS_META_ADS__ACCESS_TOKEN", SECRET)
    settings = load_settings()
    assert SECRET not in repr(settings) + str(settings.model_dump())
    lines = _lines(ADOPS_META_ADS__ACCESS_TOKEN=SECRET, ADOPS_META_ADS__MODE="x")
    assert SECRET not in "".join(lines)


def test_account_ids_may_be_typed_as_the_platforms_show_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADOPS_META_ADS__ACCOUNTS", "act_123, 456")
    monkeypatch.setenv("ADOPS_GOOGLE_ADS__ACCOUNTS", "123-456-7890")
    settings = load_settings()
    assert settings.meta_ads.accounts == ("123", "456")
    assert settings.google_ads.accounts == ("1234567890",)


def test_the_example_file_is_valid_and_names_every_setting(own_data_dir: Path) -> None:
    text = (PROJECT_ROOT / "data" / "adops.example.toml").read_text()
    (own_data_dir / "adops.toml").write_text(
        "\n".join(line.removeprefix("# ") for line in text.splitlines() if "=" in line or line.startswith("["))
    )
    settings = load_settings()
    for name in set(type(settings).model_fields) - {"data_dir"}:
        assert name in text
    for block in settings.platforms.values():
        secrets = {n for n, f in type(block).model_fields.items() if "SecretStr" in str(f.annotation)}
        for name in set(type(block).model_fields) - secrets:
            assert name in text


def test_line_ends_round_a_secret_are_dropped_and_within_it_are_refused_without_repeating_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ADOPS_GOOGLE_ADS__DEVELOPER_TOKEN", " planted-developer-token\r\n")
    token = load_settings().google_ads.developer_token
    assert token is not None
    assert token.get_secret_value() == "planted-developer-token"
    monkeypatch.setenv("ADOPS_API_TOKEN", "planted-api\ntoken")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert "api_token: holds a control character or a line end" in str(refused.value)
    assert "planted" not in str(refused.value)


@pytest.mark.parametrize("copied", ["\ufeffplanted-token\r\n", "planted-token\u200b", "\u00a0planted-token\t"])
def test_what_copying_leaves_round_a_named_secret_is_dropped(copied: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAM_CHANNEL", copied)
    found = named_secret("TEAM_CHANNEL")
    assert found is not None
    assert found.get_secret_value() == "planted-token"


@pytest.mark.parametrize("within", ["\n", "\x1b", "\x7f", "\x9b", "\u200b", "\u202e", "\u2028"])
def test_a_named_secret_with_control_characters_is_refused(within: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAM_CHANNEL", f"planted{within}token")
    with pytest.raises(SettingsError) as refused:
        named_secret("TEAM_CHANNEL")
    assert refused.value.lines == ["TEAM_CHANNEL: holds a control character or a line end; copy it again"]
    receivers = build_services(load_settings()).receivers
    with pytest.raises(SecretError, match="TEAM_CHANNEL: holds a control character") as unusable:
        receivers.find_secret("TEAM_CHANNEL")
    assert "planted" not in str(unusable.value)
    assert not receivers.has_secret("TEAM_CHANNEL")


def test_a_credential_that_no_header_can_carry_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADOPS_META_ADS__ACCESS_TOKEN", "planted-tök")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert "meta_ads.access_token: holds a character that no credential has" in str(refused.value)
    assert "planted" not in str(refused.value)


@pytest.mark.parametrize(("typed", "expected"), [("123-456-7890\n", "1234567890"), ("", None), (" 7 ", "7")])
def test_the_number_of_a_manager_account_is_digits(
    typed: str, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADOPS_GOOGLE_ADS__LOGIN_CUSTOMER_ID", typed)
    assert load_settings().google_ads.login_customer_id == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ADOPS_META_ADS__ACCOUNTS", "EAABsbCS1iHgBAKZCZCplanted0token"),
        ("ADOPS_GOOGLE_ADS__LOGIN_CUSTOMER_ID", "1//0gplanted-token-of-google"),
        ("ADOPS_META_ADS__MODE", "Bearer EAABsbCS1iHgBAKZCZCplanted0token"),
        ("ADOPS_META_ADS__MODE", "EAABsbCS1iHgBAKZCZCplanted0token"),
        ("ADOPS_REPORTING_CURRENCY", "planted-1//0gtoken-of-google"),
        ("ADOPS_HISTORY_DAYS", "https://hooks.slack.com/planted"),
    ],
)
def test_a_secret_in_the_wrong_setting_is_not_repeated(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert "planted" not in str(refused.value)
    assert f" {len(value)} characters (not shown" in str(refused.value)


def test_the_example_file_states_the_default_of_every_age() -> None:
    stated = tomllib.loads((PROJECT_ROOT / "data" / "adops.example.toml").read_text())["retention"]
    assert stated == RetentionSettings().model_dump()
    assert all(field.description for field in RetentionSettings.model_fields.values())
