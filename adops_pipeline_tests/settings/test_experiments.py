"""A/B tests in settings: blocks become definitions, and a wrong one says which field."""

from datetime import date
from pathlib import Path

import pytest

from adops_pipeline.clock import frozen_at
from adops_pipeline.domain.experiments.definitions import Variant
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.market import Market
from adops_pipeline.settings import PROJECT_ROOT, SettingsError, load_settings
from adops_pipeline.wiring import build_services

BLOCK = """
[[ab_tests]]
id = "{id}"
name = "New headline"
platform = "google-ads"
campaign_id = "2041"
metric = "{metric}"
started_on = 2026-10-05
max_days = {max_days}
expected_split = 0.5
variant_a = {{ name = "Old", ad_group_ids = ["1"] }}
variant_b = {{ name = "New", ad_group_ids = ["{b}"] }}
"""
TODAY = date(2026, 11, 24)


def block(test_id: str = "headline", metric: str = "ctr", max_days: int = 28, b: str = "2") -> str:
    return BLOCK.format(id=test_id, metric=metric, max_days=max_days, b=b)


def refused(folder: Path, text: str) -> str:
    (folder / "adops.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    (line,) = caught.value.lines
    return line


def test_a_block_becomes_a_definition_with_the_defaults_of_the_rest(own_data_dir: Path) -> None:
    (own_data_dir / "adops.toml").write_text(block() + block("image", "cpa"))
    first, second = build_services(load_settings(), clock=frozen_at(TODAY)).test_definitions
    assert (first.id, first.platform, first.started_on) == ("headline", Platform.GOOGLE_ADS, date(2026, 10, 5))
    assert (first.variant_a, first.variant_b) == (Variant("Old", ("1",)), Variant("New", ("2",)))
    assert (first.expected_split, first.alpha, first.stopping, first.family) == (0.5, 0.05, "always-valid", None)
    assert second.metric == "cpa"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (block(b="1"), ["ab_tests", "'headline'", "variant_b.ad_group_ids has ad group 1, which is in variant_a too"]),
        (block(max_days=3), ["ab_tests", "max_days (3) must not be below min_days (7)"]),
        (block(metric="likes"), ["ab_tests.metric", "'likes'"]),
        (block() + block(), ["ab_tests", "'headline': id is given to 2 tests"]),
        (block() + "lift = 0.1\n", ["ab_tests.lift", "there is no such setting"]),
    ],
)
def test_a_wrong_block_names_its_test_and_field(own_data_dir: Path, text: str, words: list[str]) -> None:
    line = refused(own_data_dir, text)
    assert all(word in line for word in words), line


def test_the_example_of_the_example_file_is_a_sound_test(own_data_dir: Path) -> None:
    lines = (PROJECT_ROOT / "data" / "adops.example.toml").read_text().splitlines()
    (example,) = (line.removeprefix("# ") for line in lines if line.startswith("# ab_tests = "))
    (own_data_dir / "adops.toml").write_text(example)
    (test,) = build_services(load_settings(), clock=frozen_at(TODAY)).test_definitions
    assert (test.id, test.max_days, test.min_sample_size) == ("headline-1", 28, 20_000)


def test_without_any_the_markets_own_tests_are_declared_and_their_lifts_are_not_told() -> None:
    services = build_services(load_settings(), clock=frozen_at(TODAY), days=120)
    declared = services.test_definitions
    planted = {f"{test.campaign_id}-{test.start:%Y%m%d}": test for test in Market(7).truth.experiments}
    assert {test.metric for test in declared} == {"ctr", "cpa"}
    assert {test.platform for test in declared} == set(Platform)
    for test in declared:
        truth = planted[test.id]
        assert (test.variant_a.ad_group_ids, test.variant_b.ad_group_ids) == ((truth.ad_group_a,), (truth.ad_group_b,))
        assert services.sync.history_start <= test.started_on <= TODAY
        assert test.expected_split == 0.5
        assert not truth.true_lift or str(abs(truth.true_lift)) not in repr(test)
        assert "A/A" not in repr(test)


def test_the_markets_tests_are_none_of_a_platform_in_live_mode_nor_of_accounts_left_out() -> None:
    credentials = {"access_token": "token"}
    live = load_settings(meta_ads={"mode": "live", **credentials}, pinterest={"accounts": ("1",)})
    declared = build_services(live, clock=frozen_at(TODAY)).test_definitions
    assert {test.platform for test in declared} == {Platform.GOOGLE_ADS}
