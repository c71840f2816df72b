"""Request models are strict, response models are tolerant."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alcf_mcp.iri import models
from alcf_mcp.iri.models import (
    AllocationEntry,
    File,
    Job,
    JobSpec,
    JobStatus,
    Resource,
    Site,
    Task,
    TaskHandle,
    parse_timestamp,
)
from tests.iri.support import json_values

WIRE_MODELS = [model for model in vars(models).values() if isinstance(model, type)]
INCOMING = [m for m in WIRE_MODELS if issubclass(m, models.Incoming)]
OUTGOING = [m for m in WIRE_MODELS if issubclass(m, models.Outgoing) and m is not models.Outgoing]

NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("model", OUTGOING, ids=lambda model: model.__name__)
def test_an_unknown_field_is_refused_before_it_is_sent(model: type[models.Outgoing]) -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        model.model_validate({"nodes": 4})


def test_a_misspelt_field_deep_inside_is_refused_too() -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        JobSpec.model_validate({"resources": {"nodes": 4}})


@pytest.mark.parametrize(
    "spec",
    [
        {"executable": ""},
        {"attributes": {"duration": 0}},
        {"attributes": {"duration": 1.5}},
        {"resources": {"node_count": 0}},
        {"environment": {"N": 1}},
        {"arguments": "one"},
    ],
)
def test_a_value_that_the_standard_excludes_is_refused(spec: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        JobSpec.model_validate(spec)


def test_only_what_is_set_goes_out() -> None:
    spec = JobSpec(name="x", resources=models.ResourceSpec(node_count=2), arguments=[])
    assert spec.to_wire() == {"name": "x", "resources": {"node_count": 2}, "arguments": []}


def test_unknown_fields_of_an_answer_are_kept_out_of_the_way() -> None:
    resource = Resource.model_validate({"id": "r", "supported_endpoints": ["x"]})
    assert resource.model_extra == {"supported_endpoints": ["x"]}


def test_null_means_the_default() -> None:
    job = Job.model_validate({"id": "1", "status": {"state": "active", "message": None, "meta_data": None}})
    assert job.status == JobStatus(state="active", message="", meta_data={})
    assert Resource.model_validate({"id": "r", "name": None, "capability_uris": None}).name == ""


@pytest.mark.parametrize("model", [Resource, Job, Task, Site], ids=lambda model: model.__name__)
def test_only_the_id_is_required(model: type[models.Incoming]) -> None:
    model.model_validate({"id": "x"})
    with pytest.raises(ValidationError):
        model.model_validate({"id": None})


def test_numbers_serve_as_ids() -> None:
    assert Task.model_validate({"id": 17}).id == "17"


@pytest.mark.parametrize(
    ("wire", "word"),
    [
        ("compute", "compute"),
        (" Compute ", "compute"),
        ("urn:doe-iri:resource:compute", "compute"),
        ("URN:doe-iri:allocation:compute:node-hours", "node_hours"),
        ("something-new", "something-new"),
    ],
)
def test_words_of_the_vocabulary_are_read_from_urns_too(wire: str, word: str) -> None:
    assert Resource.model_validate({"id": "r", "resource_type": wire}).resource_type == word
    assert AllocationEntry.model_validate({"unit": wire}).unit == word


@pytest.mark.parametrize(
    "wire",
    [
        "2026-08-01T12:00:00Z",
        "2026-08-01T12:00:00+00:00",
        "2026-08-01T12:00:00.000000",
        "2026-08-01 12:00:00",
        " 2026-08-01T07:00:00-05:00 ",
        NOON.timestamp(),
        int(NOON.timestamp()),
        NOON,
    ],
)
def test_times_are_read_in_every_form_and_are_in_utc(wire: Any) -> None:
    moment = parse_timestamp(wire)
    assert moment == NOON
    assert moment.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "wire",
    ["", "soon", "2026-13-01", True, None, [], {}, 1e300, float("nan"), 10**400, "0001-01-01T00:00:00+14:00"],
)
def test_what_is_no_time_is_none(wire: Any) -> None:
    assert parse_timestamp(wire) is None
    assert File.model_validate({"name": "f", "last_modified": wire}).last_modified is None


@pytest.mark.parametrize(
    ("wire", "size"), [("17", 17), (17, 17), ("1e3", None), ("", None), ("big", None), (1.5, None), (True, 1)]
)
def test_a_size_comes_as_text_or_number(wire: Any, size: int | None) -> None:
    assert File.model_validate({"name": "f", "size": wire}).size == size


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "1" + "0" * 400, '"high"', "[]"])
def test_a_number_out_of_range_does_not_spoil_the_answer(number: str) -> None:
    site = Site.model_validate(json.loads(f'{{"id": "s", "altitude": {number}}}'), extra="allow")
    assert site.id == "s"
    status = JobStatus.model_validate(
        json.loads(f'{{"state": "active", "exit_code": {number}, "time": {number}}}')
    )
    assert status.time is None


@pytest.mark.parametrize(
    "command",
    [None, "ls", [], {}, {"router": ["x"]}, {"router": "filesystem", "command": "ls", "args": "path"}],
)
def test_an_odd_command_does_not_spoil_a_task(command: Any) -> None:
    assert Task.model_validate({"id": "t", "command": command}).id == "t"


def test_a_tasks_command_is_read() -> None:
    task = Task.model_validate(
        {"id": "t", "command": {"router": "filesystem", "command": "ls", "args": {"path": "/"}}}
    )
    assert task.command is not None
    assert (task.command.command, task.command.args) == ("ls", {"path": "/"})


@pytest.mark.parametrize(
    "wire", [{"task_id": "t"}, {"id": "t"}, {"task_id": "t", "id": "other"}, {"task_id": None, "id": "t"}]
)
def test_the_handle_of_a_task_has_its_id_under_either_name(wire: dict[str, Any]) -> None:
    assert TaskHandle.model_validate(wire).task_id == "t"


@pytest.mark.parametrize("wire", [{}, {"task_id": ""}, {"task_id": None}])
def test_a_handle_without_an_id_is_none(wire: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TaskHandle.model_validate(wire)


@pytest.mark.parametrize(
    ("status", "ended"),
    [("pending", False), ("active", False), ("completed", True), ("failed", True), ("canceled", True)],
)
def test_a_task_knows_whether_it_ended(status: str, ended: bool) -> None:
    assert Task(id="t", status=status).ended is ended


@pytest.mark.parametrize("state", models.JOB_STATES)
def test_a_job_knows_whether_it_finished(state: str) -> None:
    job = Job.model_validate({"id": "1", "status": {"state": state.upper(), "exit_code": 271}})
    assert job.state == state
    assert job.exit_code == 271
    assert job.finished is (state in models.FINISHED_STATES)


@pytest.mark.parametrize("state", ["finished", "exited", "timeout", "urn:doe-iri:job:ended", ""])
def test_a_state_of_the_facilitys_own_is_an_end_once_there_is_an_exit_code(state: str) -> None:
    told = {"id": "1", "status": {"state": state}}
    assert not models.Job.model_validate(told).finished
    told["status"] |= {"exit_code": 0}  # type: ignore[operator]
    assert models.Job.model_validate(told).finished


def test_a_job_of_which_nothing_is_told_is_new() -> None:
    job = Job(id="1")
    assert (job.state, job.exit_code, job.finished) == ("new", None, False)


def test_a_jobs_spec_that_can_not_be_read_is_left_out() -> None:
    assert Job.model_validate({"id": "1", "job_spec": {"resources": {"node_count": 0}}}).job_spec is None


@pytest.mark.parametrize("model", INCOMING, ids=lambda model: model.__name__)
@given(data=st.data())
def test_any_json_is_read_or_refused_as_not_valid(model: type[models.Incoming], data: st.DataObject) -> None:
    known = st.fixed_dictionaries({}, optional=dict.fromkeys(model.model_fields, json_values))
    wire = data.draw(json_values | known | known.map(lambda value: {**value, "id": "x", "name": "y"}))
    with suppress(ValidationError):
        model.model_validate(wire, extra="allow")
