"""Deliberate faults, for tests: a failing gateway in front of a facility that works."""

from alcf_mcp.local.faults.broken import AnswerTruncated, ConnectionDropped, ConnectionReset
from alcf_mcp.local.faults.fault import Fault
from alcf_mcp.local.faults.gateway import FaultyGateway
from alcf_mcp.local.faults.planned import Faults, ReceivedRequest
from alcf_mcp.local.faults.weather import Weather

__all__ = [
    "AnswerTruncated",
    "ConnectionDropped",
    "ConnectionReset",
    "Fault",
    "Faults",
    "FaultyGateway",
    "ReceivedRequest",
    "Weather",
]
