"""Tools: permissions, calls, and the Model Context Protocol with its official client."""
