"""Results: what each workflow checked, found and did, from frames to words. Pure."""
