"""Typed async client for the IRI Facility API; it knows nothing about MCP, Globus or ALCF's names."""

from alcf_mcp.iri import errors, models, task_results
from alcf_mcp.iri.client import IRIClient
from alcf_mcp.iri.wait import Wait

__all__ = ["IRIClient", "Wait", "errors", "models", "task_results"]
