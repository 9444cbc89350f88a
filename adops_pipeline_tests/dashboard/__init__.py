"""The dashboard: its pages and the files they load."""
