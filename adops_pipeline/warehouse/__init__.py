"""All DuckDB SQL and schemas: raw landing, the table registry, normalization, queries and the published snapshot."""
