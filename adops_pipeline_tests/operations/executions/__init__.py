"""Promises of the queue of executions."""
