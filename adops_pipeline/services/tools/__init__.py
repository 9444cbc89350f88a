"""Tools: one definition of each operation that people, programs and agents call over MCP, the API or a terminal."""
