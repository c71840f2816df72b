"""The contract with the IRI Facility API, held against an OpenAPI document of it.

``client`` shows that every request the client can make exists in the document; ``facility`` shows that the
embedded local facility answers what the document promises. ``make contract OPENAPI=<file>`` runs both
against any document, ``make test`` against the copy next to this file (see ``reduce``).
"""
