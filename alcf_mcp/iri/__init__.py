"""The IRI Facility API as a typed async client; it knows nothing of MCP, Globus or ALCF's names."""

from alcf_mcp.iri import errors, models, task_results
from alcf_mcp.iri.client import IRIClient
from alcf_mcp.iri.wait import Wait

__all__ = ["IRIClient", "Wait", "errors", "models", "task_results"]
