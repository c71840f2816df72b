"""Everyday conversations, played by a model through a real MCP client; scored by what is then true."""
