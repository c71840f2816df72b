"""MCP over HTTP, for clients that don't start a server themselves: one person, one computer, one token."""
