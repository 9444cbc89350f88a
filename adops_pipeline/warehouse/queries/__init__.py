"""Read-only queries of the warehouse and its snapshot, by concept."""
