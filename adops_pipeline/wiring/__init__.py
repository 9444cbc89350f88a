"""Composition without an orchestrator: everything a front needs, built once from settings.

Each group of services is a class that builds on the group before: base → data → alerts → workflows → access → tools →
Services.
"""

from adops_pipeline.wiring.base import WAREHOUSE_KEEP_SECONDS
from adops_pipeline.wiring.container import Services, build_services
from adops_pipeline.wiring.past import past_world
from adops_pipeline.wiring.processes import close_warehouse_files, end_library_threads, import_everything
from adops_pipeline.wiring.rules import analysis_rules, normalize_options

__all__ = [
    "WAREHOUSE_KEEP_SECONDS",
    "Services",
    "analysis_rules",
    "build_services",
    "close_warehouse_files",
    "end_library_threads",
    "import_everything",
    "normalize_options",
    "past_world",
]
