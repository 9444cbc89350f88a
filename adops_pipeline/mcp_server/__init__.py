"""The tools over the Model Context Protocol: on stdio for a client on this machine, and at `/mcp` of the server."""
