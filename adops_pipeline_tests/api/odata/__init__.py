"""Tests of the OData service."""
