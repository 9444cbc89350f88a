"""Workflow results."""
