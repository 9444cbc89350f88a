"""The dashboard: server-rendered pages over the functions that make the API's answers."""
