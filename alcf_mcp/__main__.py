"""``python -m alcf_mcp`` is the ``alcf-mcp`` command."""

from alcf_mcp.cli import main

main()
