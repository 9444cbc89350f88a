"""JSON documents, one module for each concept, so that the API, MCP and the command line return the same JSON."""
