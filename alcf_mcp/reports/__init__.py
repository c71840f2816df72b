"""What is reported of the facility, to tools and to commands: the facts as models, without the MCP SDK."""
