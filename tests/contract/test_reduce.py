"""The reduced document keeps the facts and drops the prose."""

import json

import pytest

from tests.contract.document import COPY, Document
from tests.contract.reduce import reduced, rendered

PROBLEM = {"description": "Bad", "content": {"application/json": {"schema": {"type": "object"}}}}
FULL = {
    "openapi": "3.1.0",
    "info": {"title": "An API", "version": "1", "description": "long"},
    "paths": {
        "/api/v1/things": {
            "get": {
                "operationId": "getThings",
                "summary": "Things",
                "tags": ["things"],
                "parameters": [
                    {
                        "name": "title",
                        "in": "query",
                        "schema": {"type": "string", "title": "T", "default": "x"},
                    }
                ],
                "responses": {
                    "200": {
                        "description": "Good",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
                    },
                    "304": {"description": "Same"},
                    "400": PROBLEM,
                    "500": {**PROBLEM, "description": "Worse"},
                },
            }
        }
    },
    "components": {
        "schemas": {
            "Thing": {
                "title": "Thing",
                "type": "object",
                "properties": {"title": {"type": "string", "description": "Its title"}},
            }
        }
    },
}


def test_prose_goes_and_facts_stay() -> None:
    small = reduced(FULL)
    assert small["components"]["schemas"] == {
        "Thing": {"type": "object", "properties": {"title": {"type": "string"}}}
    }
    operation = small["paths"]["/api/v1/things"]["get"]
    assert operation["parameters"] == [
        {"name": "title", "in": "query", "schema": {"type": "string", "default": "x"}}
    ]
    assert "summary" not in operation


def test_repeated_answers_are_written_once_and_still_found() -> None:
    small = reduced(FULL)
    assert small["paths"]["/api/v1/things"]["get"]["responses"]["500"] == {
        "$ref": "#/components/responses/Problem"
    }
    answers = Document(small).operations["getThings"].responses
    assert answers["400"] == answers["500"] == {"content": PROBLEM["content"]}
    assert answers["304"] == {}


def test_answers_that_differ_are_not_merged() -> None:
    odd = json.loads(json.dumps(FULL))
    odd["paths"]["/api/v1/things"]["get"]["responses"]["400"]["content"] = {"text/plain": {}}
    with pytest.raises(ValueError, match="two kinds of Problem"):
        reduced(odd)


def test_it_is_rendered_as_json() -> None:
    assert json.loads(rendered(reduced(FULL))) == reduced(FULL)


def test_the_copy_in_the_repository_is_as_the_script_writes_it() -> None:
    document = json.loads(COPY.read_text())
    assert rendered(document) == COPY.read_text()
    assert {"description", "summary"}.isdisjoint(document["paths"]["/api/v1/facility"]["get"])
