"""Clients of the real ad platforms over HTTP. Knows vendors, tokens, paging and limits; knows no database and no orchestrator."""
