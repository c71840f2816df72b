"""Starts alcf-mcp from a bundle."""

import os

# Settings that were left blank arrive empty, or as they are written in the manifest.
for name, value in list(os.environ.items()):
    if name.startswith("ALCF_MCP_") and (not value or value.startswith("${user_config.")):
        del os.environ[name]

from alcf_mcp.cli import main  # noqa: E402 - the command reads the environment

main()
