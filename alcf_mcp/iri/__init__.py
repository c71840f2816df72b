"""The IRI Facility API as a typed async client."""
