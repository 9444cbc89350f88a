"""The pages: one module with a router for each concept."""
