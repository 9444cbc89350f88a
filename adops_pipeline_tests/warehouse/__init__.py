"""The warehouse: schema, landing, ledger, normalization, publication."""
