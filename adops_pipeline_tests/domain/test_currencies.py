"""The codes of currencies."""

from adops_pipeline.domain.currencies import CURRENCIES


def test_codes_in_use_and_lately_replaced_are_known_and_nothing_else() -> None:
    assert {"EUR", "USD", "JPY", "KWD", "HRK"} <= CURRENCIES
    assert {code for code in CURRENCIES if len(code) != 3 or not code.isupper() or not code.isascii()} == set()
    assert CURRENCIES.isdisjoint({"XAU", "XTS", "XXX", "DEM"})
