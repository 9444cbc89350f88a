"""What to do today: one short list out of pacing, anomalies, tests and the budget plan. Pure.

`candidates` reads what each analysis proposes, `choice` reconciles it, `table` writes the rows.
"""

from adops_pipeline.domain.todo.table import Findings, TodoRules, todo_table

__all__ = ["Findings", "TodoRules", "todo_table"]
