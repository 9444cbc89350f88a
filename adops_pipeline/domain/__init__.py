"""Pure computation: stdlib, pydantic, polars, numpy, scipy. No I/O, no clock, no orchestrator, no database, no HTTP."""
