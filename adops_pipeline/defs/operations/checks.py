"""The promises of the operational tables' copies."""

from adops_pipeline.defs.operations.assets import NAMES
from adops_pipeline.defs.table_checks import build_checks_of

table_checks = build_checks_of("operations", tuple(NAMES))
