"""Pauses: four days without spend end a campaign's running, three do not."""

import numpy as np
import pytest

from adops_pipeline.domain.forecasting.outlook import pauses, window

ONE_WEEK = [5.0] * 7


@pytest.mark.parametrize(("silent", "is_pause"), [(1, False), (3, False), (4, True), (9, True)])
def test_a_gap_of_four_days_is_a_pause_and_one_of_three_is_not(silent: int, is_pause: bool) -> None:
    spend = np.array([[*ONE_WEEK, *[0.0] * silent, *ONE_WEEK]])
    assert pauses(spend)[0].tolist() == [*[False] * 7, *[is_pause] * silent, *[False] * 7]


@pytest.mark.parametrize(("silent", "is_running"), [(0, True), (3, True), (4, False), (5, False)])
def test_a_campaign_without_spend_for_four_days_has_stopped(silent: int, is_running: bool) -> None:
    spend = np.array([[*ONE_WEEK, *[0.0] * silent]])
    seen = window(spend, pauses(spend), spend.shape[1] - 1, first_weekday=2)
    assert seen.is_running.tolist() == [is_running]
    # The last three days count even in a pause: it may be a gap that is not over.
    live = [1.0] * 7 + ([1.0] * silent if is_running else [0.0] * (silent - 3) + [1.0] * 3)
    assert seen.live[0].tolist() == live
    assert seen.weekday.tolist() == [(2 + n) % 7 for n in range(7 + silent)]


@pytest.mark.parametrize("since", [1, 2, 3])
def test_a_pause_that_is_over_is_no_day_without_spend(since: int) -> None:
    spend = np.array([[*ONE_WEEK, *[0.0] * 6, *[5.0] * since]])
    live = window(spend, pauses(spend), spend.shape[1] - 1, 0).live[0]
    assert live.tolist() == [*[1.0] * 7, *[0.0] * 6, *[1.0] * since]


def test_days_before_the_first_spend_are_not_live() -> None:
    spend = np.array([[0.0, 0.0, *ONE_WEEK]])
    assert window(spend, pauses(spend), 8, 0).live[0].tolist() == [0.0, 0.0, *[1.0] * 7]
    young = np.array([[*[0.0] * 8, 5.0]])
    assert window(young, pauses(young), 8, 0).live[0].tolist() == [*[0.0] * 8, 1.0]
