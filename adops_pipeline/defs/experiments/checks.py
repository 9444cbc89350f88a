"""No declared test is forgotten. The promises of the tables are checked with those of the other analyses."""

import dagster as dg

from adops_pipeline.defs.table_checks import as_result
from adops_pipeline.warehouse.queries.experiments import unevaluated_tests
from adops_pipeline.wiring import Services


@dg.asset_check(asset="ab_tests", description="Every declared test has an evaluation, or a reason why not.")
def every_test_is_evaluated(services: dg.ResourceParam[Services]) -> dg.AssetCheckResult:
    """Compare what is declared with what stands in the tables."""
    with services.warehouse.reading() as con:
        missing = unevaluated_tests(con, [test.id for test in services.test_definitions])
    return as_result("ab_tests", "every_test_is_evaluated", missing)
