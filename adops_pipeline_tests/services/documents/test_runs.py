"""The summary of a run as JSON."""

from datetime import UTC, datetime
from decimal import Decimal

from adops_pipeline.services.documents.runs import summary_document
from adops_pipeline.services.run_outcome import RunOutcome
from adops_pipeline.warehouse.queries.summary import SummaryRow


def test_a_platform_that_was_not_pulled_took_no_time_and_amounts_are_exact() -> None:
    row = SummaryRow("pinterest", "EUR", 1, 2, 3, Decimal("0.10"), 4.5, Decimal("12345678901.000001"), 0, 5)
    document = summary_document(RunOutcome(datetime(2026, 11, 1, tzinfo=UTC), rows=[row]), 1)
    (platform,) = document["platforms"]
    assert (platform["seconds"], platform["spend"], platform["revenue"]) == (0.0, "0.10", "12345678901.000001")
    assert (document["exit_code"], document["alerts"], document["failed_accounts"]) == (1, None, [])
