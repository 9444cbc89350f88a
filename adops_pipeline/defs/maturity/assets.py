"""How complete young days are, per platform."""

from typing import cast

from adops_pipeline.defs.analytics import analysis_asset, with_chart
from adops_pipeline.defs.charts import sparkline

analytics_maturity = analysis_asset(
    "analytics_maturity",
    deps=["analytics_metric_revisions", "raw_pulls"],
    run=lambda services: services.analysis.maturity(),
    view="maturity_curves",
    drawn=lambda shown: with_chart(shown, "curve", lambda curve: sparkline(cast("list[float]", curve))),
)
