"""Views: pages that a client draws beside the answers of tools (the extension MCP Apps).

A page is one file at the wire. It is put together from parts: the modules and styles of its own folder, and
those of ``kit/`` that they use. ``kit/README.md`` says how to write one.
"""
