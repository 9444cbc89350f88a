"""What leaves the warehouse: the published snapshot."""
