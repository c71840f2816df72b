"""The contract with the IRI Facility API, checked against an OpenAPI document.

``client`` shows that every request that the client can make exists in the document. ``facility`` shows that
the embedded local facility responds as the document promises. ``make contract OPENAPI=<file>`` runs both
against any document, ``make test`` against the copy next to this file (see ``reduce``).
"""
