"""Questions to the warehouse and its snapshot, by concept. Reading only."""
