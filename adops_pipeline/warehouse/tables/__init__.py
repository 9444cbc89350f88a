"""The tables themselves, by concept: data, no behaviour."""
