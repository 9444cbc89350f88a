"""Mutated answers: each file gives rows and rejects, together as many as it has rows, or one clear error."""

from collections import Counter

import pytest

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.services.normalization import DocumentError, normalize_answer
from adops_pipeline.warehouse.normalize.options import NormalizeOptions
from adops_pipeline_tests.warehouse.normalize.mutations import Mutated, mutated, recorded

MOST_MB = 64
ENDS = {"rows", "rejects", "refused"}


def outcome(platform: Platform, file: Mutated, seed: int) -> str:
    """How a file ended; fails where it ended otherwise than promised."""
    try:
        rows, rejects = normalize_answer(
            platform, file.data, account_id=None, currency="EUR", options=NormalizeOptions(), most_mb=MOST_MB
        )
    except DocumentError as error:
        return "refused" if len(str(error).splitlines()) == 1 else f"{seed}: {error}"
    assert all(reject["reason"] for reject in rejects), seed
    assert all(isinstance(row["campaign_id"], str) and row["campaign_id"].isdigit() for row in rows), seed
    if file.rows is not None:
        given = len(rows) + sum(not reject["reason"].endswith("the rest of the row is stored") for reject in rejects)
        assert file.rows - file.repeats <= given <= file.rows, f"{platform} {seed}: {file.rows} rows gave {given}"
    return "rejects" if rejects else "rows"


@pytest.mark.parametrize("platform", list(Platform))
def test_mutated_files_give_every_row_or_its_reason(platform: Platform) -> None:
    ends = Counter(outcome(platform, mutated(platform, seed), seed) for seed in range(8))
    assert ends["rejects"] >= 3, ends
    assert set(ends) <= ENDS, ends


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
@pytest.mark.parametrize("platform", list(Platform))
def test_thousands_of_mutated_files_give_every_row_or_its_reason(platform: Platform, part: int) -> None:
    """Together 5,010 files."""
    ends = Counter(outcome(platform, mutated(platform, seed), seed) for seed in range(part * 167, (part + 1) * 167))
    assert set(ends) == ENDS, ends


@pytest.mark.parametrize("platform", list(Platform))
def test_the_recorded_answers_are_taken_whole(platform: Platform) -> None:
    assert len(recorded(platform)) == 4
