"""Budgets against what was spent."""

from typing import cast

from adops_pipeline.defs.analytics import analysis_asset, with_chart
from adops_pipeline.defs.charts import bar

analytics_budgets = analysis_asset(
    "analytics_budgets",
    deps=["analytics_metrics", "campaigns", "ad_accounts", "analytics_maturity"],
    run=lambda services: services.analysis.pacing(),
    view="worst_paced",
    drawn=lambda shown: with_chart(shown, "of budget", lambda share: bar(cast("float | None", share))),
)
