"""How every analysis becomes an asset: run it, show its table. What it computes stands in `analysis`."""

from collections.abc import Callable, Sequence

import dagster as dg

from adops_pipeline.defs.metadata import POOL, as_markdown, as_metadata, table_spec
from adops_pipeline.warehouse.queries.analytics import Shown, View, show
from adops_pipeline.warehouse.queries.preview import preview
from adops_pipeline.wiring import Services

Metadata = dict[str, int | float | str | dg.MarkdownMetadataValue]


def analysis_asset(
    table: str,
    deps: Sequence[str],
    run: Callable[[Services], int],
    view: View,
    drawn: Callable[[Shown], Shown] = lambda shown: shown,
    more: Callable[[Services], Metadata] = lambda _: {},
) -> dg.AssetsDefinition:
    """The asset of an analysis' table. ``drawn`` puts charts into what is shown, ``more`` adds to the metadata."""

    @dg.asset(name=table, deps=deps, pool=POOL, **table_spec(table))
    def analysis(services: dg.ResourceParam[Services]) -> dg.MaterializeResult:
        written = run(services)
        with services.warehouse.reading() as con:
            counted, shown = preview(con, table, limit=0), drawn(show(con, view))
        metadata: Metadata = {**as_metadata(counted, written=written), **more(services)}
        return dg.MaterializeResult(metadata=metadata | {"preview": as_markdown(shown.columns, shown.rows)})

    return analysis


def with_chart(shown: Shown, column: str, draw: Callable[[object], str]) -> Shown:
    """``shown`` with the values of ``column`` as charts."""
    at = shown.columns.index(column)
    return Shown(shown.columns, tuple((*row[:at], draw(row[at]), *row[at + 1 :]) for row in shown.rows))
