"""Through which day an account can be judged."""

from datetime import UTC, date, datetime

import polars as pl

from adops_pipeline.domain.complete_days import common_day, complete_days

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def accounts(*rows: tuple[str, str, datetime | None]) -> pl.DataFrame:
    values = [("google-ads", account, zone, pulled) for account, zone, pulled in rows]
    schema = {"platform": pl.String(), "account_id": pl.String(), "timezone": pl.String(), "pulled_at": pl.Datetime()}
    return pl.DataFrame(values, schema=schema, orient="row")


def days_of(frame: pl.DataFrame) -> dict[str, date]:
    return dict(frame.select("account_id", "as_of").iter_rows())


def test_a_day_counts_when_it_is_over_where_the_account_is() -> None:
    pulled = datetime(2026, 11, 24, 3, 0)  # noqa: DTZ001 - as tables hold it: UTC without a zone
    found = complete_days(
        accounts(
            ("1", "America/Los_Angeles", pulled), ("2", "Europe/Berlin", pulled), ("3", "Pacific/Auckland", pulled)
        ),
        NOW,
    )
    assert days_of(found) == {"1": date(2026, 11, 22), "2": date(2026, 11, 23), "3": date(2026, 11, 23)}


def test_an_account_that_was_not_pulled_for_days_is_judged_as_of_its_last_pull() -> None:
    stale = datetime(2026, 11, 20, 9, 0)  # noqa: DTZ001
    assert days_of(complete_days(accounts(("1", "UTC", stale)), NOW)) == {"1": date(2026, 11, 19)}


def test_an_account_that_was_never_pulled_is_judged_as_of_now() -> None:
    assert days_of(complete_days(accounts(("1", "UTC", None)), NOW)) == {"1": date(2026, 11, 23)}


def _days(*days: date) -> pl.DataFrame:
    return pl.DataFrame({"platform": "pinterest", "account_id": [str(n) for n in range(len(days))], "as_of": days})


def test_accounts_are_compared_on_the_last_day_that_all_of_them_have() -> None:
    assert common_day(_days(date(2026, 11, 23), date(2026, 11, 22))) == date(2026, 11, 22)


def test_one_account_that_is_gone_does_not_hold_the_others_back() -> None:
    assert common_day(_days(date(2026, 11, 23), date(2026, 9, 1))) == date(2026, 11, 23)


def test_without_accounts_there_is_no_day() -> None:
    assert common_day(_days().cast({"as_of": pl.Date()})) is None
