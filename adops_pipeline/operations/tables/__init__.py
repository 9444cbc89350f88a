"""The operational tables, one module a concept; `operations.schema` gathers them."""
