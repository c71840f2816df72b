"""Every request of the client exists in the document, and a document that lacks something is detected."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from alcf_mcp.iri.operations import OPERATIONS
from tests.contract import examples
from tests.contract.client import check_client
from tests.contract.document import Document
from tests.contract.findings import differences

JOB = "/api/v1/compute/job/{resource_id}"
LS = "/api/v1/filesystem/ls/{resource_id}"
UPLOAD = "/api/v1/filesystem/upload/{resource_id}"

Change = Callable[[dict[str, Any], dict[str, Any]], object]
"""Removes something from a document's paths or schemas."""


async def test_every_request_of_the_client_exists_in_the_document() -> None:
    findings = await check_client(Document.load())
    assert differences(findings) == []
    assert {finding.id for finding in findings} == set(OPERATIONS)


def test_the_client_and_the_document_have_the_same_operations() -> None:
    assert set(Document.load().operations) == set(OPERATIONS)


def test_every_method_has_an_example_and_every_example_a_method() -> None:
    assert set(examples.EXAMPLES) == set(examples.operation_methods())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(
            lambda paths, _: paths.pop(JOB), "launchJob: the document has no such operation", id="path"
        ),
        pytest.param(
            lambda paths, _: paths[LS].update(post=paths[LS].pop("get")),
            "ls: the client sends GET /filesystem/ls/{resource_id}",
            id="method",
        ),
        pytest.param(
            lambda paths, _: paths[LS]["get"].update(parameters=paths[LS]["get"]["parameters"][:2]),
            "ls: the document lacks the query parameter showHidden",
            id="query parameter",
        ),
        pytest.param(
            lambda paths, _: paths[LS]["get"]["parameters"].append(
                {"name": "why", "in": "query", "required": True, "schema": {"type": "string"}}
            ),
            "ls: the required query parameter why is not sent",
            id="required query parameter",
        ),
        pytest.param(
            lambda paths, _: paths[LS]["get"]["parameters"][2].update(schema={"type": "integer"}),
            "ls: the query parameter showHidden=true does not fit the document",
            id="value of a query parameter",
        ),
        pytest.param(
            lambda _, schemas: schemas["JobSpec-Input"]["properties"].pop("launcher"),
            "launchJob: body: Additional properties are not allowed ('launcher' was unexpected)",
            id="body property",
        ),
        pytest.param(
            lambda _, schemas: schemas["JobAttributes"]["properties"].pop("queue_name"),
            "updateJob: body: attributes: ",
            id="nested body property",
        ),
        pytest.param(
            lambda _, schemas: schemas["PutFileChmodRequest"]["required"].append("why"),
            "chmod: body: 'why' is a required property",
            id="required body property",
        ),
        pytest.param(
            lambda paths, _: paths[JOB]["post"].pop("requestBody"),
            "launchJob: the document has no body of type application/json",
            id="body",
        ),
        pytest.param(
            lambda _, schemas: schemas["Body_upload"].update(properties={"content": {}}, required=[]),
            "upload: form: Additional properties are not allowed ('file' was unexpected)",
            id="form field",
        ),
        pytest.param(
            lambda paths, _: paths[LS]["get"].pop("security"),
            "ls: the token is sent, but not required",
            id="security",
        ),
        pytest.param(
            lambda paths, _: paths.update({"/api/v1/new": {"get": {"operationId": "new", "responses": {}}}}),
            "new: the client has no such operation",
            id="operation that the client lacks",
        ),
    ],
)
async def test_what_differs_is_named(change: Change, told: str) -> None:
    source = copy.deepcopy(dict(Document.load().source))
    change(source["paths"], source["components"]["schemas"])
    assert any(text.startswith(told) for text in differences(await check_client(Document(source))))


async def test_a_method_without_an_example_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(examples.EXAMPLES, "ls")
    told = differences(await check_client(Document.load()))
    assert told == ["ls: the client's method has no example call", "ls: no method of the client calls it"]


async def test_an_example_that_leaves_a_parameter_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(examples.EXAMPLES, "ls", {"resource_id": "eagle", "path": "/eagle"})
    told = differences(await check_client(Document.load()))
    assert told == ["ls: the example does not set show_hidden, numeric_ids, recursive, dereference"]


def test_a_body_in_an_example_has_all_its_fields_set() -> None:
    spec = examples.JOB_SPEC.model_copy(update={"launcher": None})
    method = examples.operation_methods()["submit_job"]
    assert examples.left_out(method, {"resource_id": "p", "spec": spec, "key": "k"}) == ["JobSpec.launcher"]
