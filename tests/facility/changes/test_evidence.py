"""What an error proves about a change: only a certain refusal is one."""

from __future__ import annotations

import pytest

from alcf_mcp.facility.changes.evidence import has_failed, was_refused
from alcf_mcp.iri import errors as iri

REFUSALS: list[BaseException] = [
    iri.InvalidRequest(status=400),
    iri.NotFound(status=404),
    iri.APIError(status=418),
    iri.APIError(status=499),
    iri.NotImplementedThere(status=501),
    iri.ServerFault(status=503, retry_after="3"),
    iri.InvalidCall("no"),
    iri.NotConnected("refused"),
    iri.Crowded("full"),
    iri.NotAnIRIAnswer("moved", status=300),
    iri.NotAnIRIAnswer("moved", status=399),
    iri.BlockedByGateway("blocked", status=403),
]
OPEN: list[BaseException] = [
    iri.GatewayTimeout(status=408),
    iri.GatewayTimeout(status=504),
    iri.ServerFault(status=500),
    iri.ServerFault(status=502),
    iri.ServerFault(status=503),
    iri.NotAnIRIAnswer("a page", status=200),
    iri.NotAnIRIAnswer("a page", status=400),
    iri.ConnectionLost("cut"),
    iri.TaskFailed("failed", task_id="t"),
    ValueError("a fault of our own"),
]


@pytest.mark.parametrize("error", REFUSALS, ids=repr)
def test_what_proves_that_nothing_was_carried_out(error: BaseException) -> None:
    assert was_refused(error)


@pytest.mark.parametrize("error", OPEN, ids=repr)
def test_what_leaves_it_open(error: BaseException) -> None:
    assert not was_refused(error)


def test_one_attempt_that_may_have_been_carried_out_is_enough() -> None:
    refused = iri.NotFound(status=404)
    refused.others = (iri.NotConnected("refused"),)
    assert was_refused(refused)
    refused.others = (iri.NotConnected("refused"), iri.ConnectionLost("cut"))
    assert not was_refused(refused)


def test_a_task_that_ended_without_its_work_has_failed() -> None:
    assert has_failed(iri.TaskFailed("disk full", task_id="t"))
    assert has_failed(iri.TaskCanceled("canceled", task_id="t"))
    assert not has_failed(iri.TaskStillRunning("running", task_id="t"))
