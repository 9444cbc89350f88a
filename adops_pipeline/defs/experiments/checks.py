"""The promises of the tables of experiments, and that no declared test is forgotten."""

import dagster as dg

from adops_pipeline.defs.table_checks import as_result, build_table_checks
from adops_pipeline.warehouse.queries.experiments import unevaluated_tests
from adops_pipeline.wiring import House

table_checks = [build_table_checks(table) for table in ("ab_tests", "ab_test_results")]


@dg.asset_check(asset="ab_tests", description="Every declared test has an evaluation, or a reason why not.")
def every_test_is_evaluated(house: dg.ResourceParam[House]) -> dg.AssetCheckResult:
    """Compare what is declared with what stands in the tables."""
    with house.warehouse.reading() as con:
        missing = unevaluated_tests(con, [test.id for test in house.test_definitions])
    return as_result("ab_tests", "every_test_is_evaluated", missing)
