"""Clients of the real ad platforms over HTTP: vendors, tokens, paging and limits. No database, no orchestrator."""
