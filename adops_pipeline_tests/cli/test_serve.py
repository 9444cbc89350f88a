"""`adops serve` refuses settings that would make the API reachable without a token, or that are wrong."""

import pytest

from adops_pipeline_tests.cli.commands import Command


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"ADOPS_API__HOST": "0.0.0.0"}, "set ADOPS_API_TOKEN or run `adops token create`"),
        ({"ADOPS_API__PORT": "0"}, "api.port"),
    ],
)
def test_an_unsafe_or_wrong_setting_is_refused(adops: Command, settings: dict[str, str], said: str) -> None:
    assert said in adops("serve", code=2, **settings).err
