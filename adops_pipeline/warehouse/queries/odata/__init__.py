"""Queries of the OData service: parsed expressions become SQL over the registry's columns, every value is bound."""
