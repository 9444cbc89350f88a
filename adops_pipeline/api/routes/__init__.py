"""Routes, one module for each concept."""
