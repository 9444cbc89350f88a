"""Tests of running workflows without Dagster."""
