"""How a document is read, and what its schemas accept."""

import pytest

from tests.contract.document import Document, shape

THING = {"$ref": "#/components/schemas/Thing"}
ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
DOCUMENT = Document(
    {
        "security": [{"token": []}],
        "paths": {
            "/api/v2/things/{id}": {
                "parameters": [{"$ref": "#/components/parameters/id"}],
                "get": {"operationId": "getThing", "responses": {"200": {"description": "Good"}}},
                "put": {"operationId": "putThing", "responses": {}, "security": []},
            }
        },
        "components": {
            "parameters": {"id": ID},
            "schemas": {
                "Thing": {
                    "type": "object",
                    "properties": {"when": {"type": "string", "format": "date-time"}, "part": THING},
                    "additionalProperties": True,
                }
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }
)


def test_operations_are_known_by_their_ids_and_without_their_mount_point() -> None:
    assert set(DOCUMENT.operations) == {"getThing", "putThing"}
    assert DOCUMENT.operations["getThing"].path == "/things/{id}"
    assert DOCUMENT.operations["getThing"].method == "GET"


def test_parameters_of_a_path_belong_to_its_operations() -> None:
    assert list(DOCUMENT.operations["putThing"].parameters) == ["id"]
    assert DOCUMENT.operations["putThing"].query == {}


def test_the_security_of_an_operation_wins_over_the_documents() -> None:
    assert DOCUMENT.operations["getThing"].wants_bearer
    assert not DOCUMENT.operations["putThing"].wants_bearer


def test_an_unknown_property_is_a_fault_only_where_the_schema_is_closed() -> None:
    thing = {"part": {"new": 1}}
    assert DOCUMENT.faults(thing, THING) == []
    assert DOCUMENT.faults(thing, THING, closed=True) == [
        "part: Additional properties are not allowed ('new' was unexpected)"
    ]


@pytest.mark.parametrize("time", ["2026-08-01T12:00:00Z", "2026-08-01T12:00:00.5-05:00"])
def test_a_time_with_its_zone_is_one(time: str) -> None:
    assert DOCUMENT.faults({"when": time}, THING) == []


@pytest.mark.parametrize(
    "time", ["2026-08-01T12:00:00", "2026-08-01 12:00:00Z", "2026-13-01T12:00:00Z", "soon"]
)
def test_any_other_time_is_a_fault(time: str) -> None:
    assert DOCUMENT.faults({"when": time}, THING) == [f"when: '{time}' is not a 'date-time'"]


def test_the_names_of_placeholders_do_not_matter() -> None:
    assert shape("/things/{id}/parts/{part_id}") == "/things/{}/parts/{}"
