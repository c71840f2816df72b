"""The database of a server for many people: PostgreSQL, from 15.

Only such a server and ``alcf-mcp admin`` load it; its libraries come with ``alcf-mcp[team]``.
"""
