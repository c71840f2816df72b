"""Schemas say what a reader needs, and say nothing twice."""

from alcf_mcp.tools.schemas import lean, lean_output


def test_generated_titles_and_nulls_are_dropped() -> None:
    schema = {
        "title": "T",
        "type": "object",
        "properties": {
            "title": {"title": "Title", "type": "string"},
            "name": {
                "title": "Name",
                "anyOf": [{"type": "string", "maxLength": 3}, {"type": "null"}],
                "default": None,
            },
            "either": {
                "anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}],
                "description": "d",
            },
        },
        "required": ["title"],
    }
    assert lean(schema) == {
        "type": "object",
        "properties": {
            "title": {"type": "string"},
            "name": {"type": "string", "maxLength": 3},
            "either": {"anyOf": [{"type": "string"}, {"type": "integer"}], "description": "d"},
        },
        "required": ["title"],
    }


def test_a_result_promises_no_field_because_an_error_may_come_instead() -> None:
    schema = {
        "type": "object",
        "description": "d",
        "properties": {"a": {"$ref": "#/$defs/A"}},
        "required": ["a"],
        "$defs": {
            "A": {"title": "A", "type": "object", "properties": {"b": {"type": "integer"}}, "required": ["b"]}
        },
    }
    assert lean_output(schema) == {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/A"}},
        "$defs": {"A": {"type": "object", "properties": {"b": {"type": "integer"}}, "required": ["b"]}},
    }
