"""Whole runs over the emulated platforms: real files, real processes."""
