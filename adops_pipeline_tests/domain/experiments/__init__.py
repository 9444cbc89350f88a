"""Tests of adops_pipeline.domain.experiments, module by module."""
