"""`adops ab-test`, `sample-size` and `allocate`: the statistics as calculators."""

import csv
import json
import random
from pathlib import Path

import pytest

from adops_pipeline_tests.cli.commands import Command

KEYS = [
    "metric", "method", "value_a", "value_b", "lift", "ci_low", "ci_high", "abs_ci_low", "abs_ci_high", "p_value", "z",
    "always_valid_p", "probability_b_beats_a", "srm_p", "effective_sample_size", "winner", "verdict", "reason",
    "unit", "dependence", "assignment",
]  # fmt: skip


def _units(path: Path, cpa_a: float, cpa_b: float) -> Path:
    chance = random.Random(4)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["variant", "unit", "numerator", "denominator"])
        for day in range(40):
            for variant, cpa in (("control", cpa_a), ("new", cpa_b)):
                conversions = chance.randint(15, 25)
                writer.writerow([variant, day, round(cpa * conversions * chance.uniform(0.9, 1.1), 2), conversions])
    return path


def test_two_proportions_are_compared(adops: Command) -> None:
    done = adops("ab-test", "--metric", "ctr", "--a", "912/40100", "--b", "1003/39870", "--json")
    told = done.document
    assert list(told) == KEYS
    assert (told["winner"], told["verdict"]) == ("B", "significant")
    assert told["p_value"] == pytest.approx(0.0256, abs=1e-4)


def test_a_cpa_of_9_50_against_13_20_never_names_the_dearer_arm(adops: Command, tmp_path: Path) -> None:
    file = _units(tmp_path / "units.csv", 9.50, 13.20)
    told = adops("ab-test", "--metric", "cpa", "--units", str(file), "--json").document
    assert told["value_a"] < told["value_b"]
    assert (told["winner"], told["verdict"]) == ("A", "significant")


def test_a_z_test_of_a_cpa_is_refused_with_an_explanation(adops: Command, tmp_path: Path) -> None:
    file = _units(tmp_path / "units.csv", 9.50, 13.20)
    arguments = ("ab-test", "--metric", "cpa", "--units", str(file), "--method", "z")
    told = adops(*arguments, "--json", code=2).document
    assert (told["verdict"], told["reason"], told["winner"]) == ("no-result", "z-test-needs-a-proportion", None)
    assert "units" in adops(*arguments, code=2).err


def test_the_sample_size_is_fleiss(adops: Command) -> None:
    done = adops("sample-size", "--baseline", "0.03", "--lift-abs", "0.004", "--json")
    assert done.document == {"n_per_arm": 30390}


def test_a_plan_sums_to_the_cent_and_equalizes_marginal_returns(adops: Command, tmp_path: Path) -> None:
    curves = [
        {"name": "search", "beta": 100, "half_saturation": 300, "slope": 1, "min": 0, "max": 900},
        {"name": "social", "beta": 60, "half_saturation": 200, "slope": 1, "min": 50, "max": 900},
    ]
    file = tmp_path / "curves.json"
    file.write_text(json.dumps({"curves": curves}))
    told = adops("allocate", "--curves", str(file), "--total", "1000", "--json").document
    assert round(sum(told["allocation"].values()), 2) == 1000
    assert told["marginal"]["search"] == pytest.approx(told["marginal"]["social"], rel=1e-3)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ab-test", "--metric", "ctr", "--a", "912", "--b", "3/4"), "is not successes/trials"),
        (("ab-test", "--metric", "ctr", "--a", "0/0", "--b", "5/3"), "--a '0/0' has no trials"),
        (("ab-test", "--metric", "ctr", "--a", "1/2", "--b", "5/3"), "--b '5/3' has more successes than trials"),
        (("ab-test", "--metric", "ctr", "--a", "1/2", "--b", "0/0"), "--b '0/0' has no trials"),
        (("ab-test", "--metric", "cvr", "--a", "-1/2", "--b", "0/2"), "--a '-1/2' has a negative number"),
        (("ab-test", "--metric", "ctr", "--a", "nan/2", "--b", "0/2"), "--a 'nan/2' must be two finite numbers"),
        (("ab-test", "--metric", "ctr", "--a", "1/2", "--b", "1/1e999"), "--b '1/1e999' must be two finite numbers"),
        (("ab-test", "--metric", "ctr", "--a", "1/2", "--b", "1/1e300"), "--b '1/1e300' has more than 1e+15 trials"),
        (("ab-test", "--metric", "ctr", "--a", "1/2"), "give either"),
        (("ab-test", "--metric", "cpa", "--units", "/nowhere.csv"), "no such file"),
        (("sample-size", "--baseline", "3", "--lift-abs", "0.1"), "baseline"),
        (("allocate", "--curves", "/nowhere.json", "--total", "10"), "no such file"),
        (("allocate", "--curves", "/etc/hostname", "--total", "10"), "is not JSON"),
    ],
)
def test_wrong_input_ends_with_code_2_and_one_clear_line(
    arguments: tuple[str, ...], words: str, adops: Command
) -> None:
    done = adops(*arguments, code=2)
    assert words in done.err
    assert "Traceback" not in done.err


def test_counts_say_what_they_assume_and_which_number_holds_for_a_daily_reader(adops: Command) -> None:
    text = " ".join(adops("ab-test", "--metric", "ctr", "--a", "912/40100", "--b", "1003/39870").out.split())
    assert "One look, planned before the test began: p 0.0256, significant, winner B" in text
    assert "A look every day, stopping at will: always-valid p 0.4" in text
    assert "no difference shown" in text
    assert "declare the trials to be independent" in text
    assert "Observational, not randomised." in text
    assert "split p" not in text


def test_a_split_is_checked_where_it_was_planned(adops: Command) -> None:
    counts = ("ab-test", "--metric", "ctr", "--a", "912/40100", "--b", "1003/39870", "--json")
    assert adops(*counts, "--split", "0.7").document["reason"] == "sample-ratio-mismatch"
    fair = adops(*counts, "--split", "0.5").document
    assert (fair["assignment"], fair["verdict"]) == ("randomised", "significant")
    assert adops(*counts).document["srm_p"] is None


def test_clicks_are_not_traffic_whose_split_could_be_checked(adops: Command) -> None:
    counts = ("ab-test", "--metric", "cvr", "--a", "91/4010", "--b", "130/5087", "--json")
    assert adops(*counts).document["srm_p"] is None
    assert "--split cannot be checked on clicks" in adops(*counts, "--split", "0.5", code=2).words


def test_numbers_of_people_whom_chance_assigned_are_checked_unless_told_otherwise(
    adops: Command, tmp_path: Path
) -> None:
    people = tmp_path / "people.csv"
    rows = [f"{arm},{arm}{n},{n % 3 == 0:d},1" for arm, count in (("A", 1000), ("B", 800)) for n in range(count)]
    people.write_text("\n".join(["variant,unit,numerator,denominator", *rows]))
    asked = ("ab-test", "--metric", "cvr", "--units", str(people), "--json")
    assert adops(*asked, "--randomised").document["reason"] == "sample-ratio-mismatch"
    assert adops(*asked, "--randomised", "--no-split-check").document["srm_p"] is None
    assert adops(*asked, "--split", "0.5556").document["reason"] is None
    assert adops(*asked).document["srm_p"] is None
    assert "give one of them" in adops(*asked, "--split", "0.5", "--no-split-check", code=2).words


def test_units_that_are_dates_are_paired_by_day(adops: Command, tmp_path: Path) -> None:
    file = _units(tmp_path / "units.csv", 9.50, 13.20)
    text = file.read_text()
    for day in reversed(range(40)):
        text = text.replace(f",{day},", f",2026-{1 + day // 28:02}-{1 + day % 28:02},")
    file.write_text(text)
    arguments = ("ab-test", "--metric", "cpa", "--units", str(file))
    told = adops(*arguments, "--json").document
    assert (told["unit"], told["dependence"], told["winner"], told["srm_p"]) == ("day", "paired-days", "A", None)
    assert "paired by day, worth" in " ".join(adops(*arguments).out.split())
