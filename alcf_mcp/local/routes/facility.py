"""The routes of the facility itself and its site, which are public."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from alcf_mcp.local.catalog import FACILITY_ID, SITE_ID, ResourceRecord
from alcf_mcp.local.requests import PageQuery, Since, read_query
from alcf_mcp.local.routes.wire import found, resource_uri, timestamp, uri

_NAME = "Argonne Leadership Computing Facility"
_SHORT_NAME = "ALCF"
_ORGANIZATION = "Argonne National Laboratory"


class SiteQuery(PageQuery, Since):
    """Selects sites."""

    name: str | None = Field(default=None, min_length=1)
    short_name: str | None = Field(default=None, min_length=1)


class FacilityRoutes:
    """Serves the routes of the facility and its one site.

    Args:
        records: the facility's resources.
        created: when the facility was set up, in seconds since the epoch.
    """

    def __init__(self, records: tuple[ResourceRecord, ...], *, created: float) -> None:
        self._records = records
        self._created = created

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("/facility", self._facility),
            Route("/facility/sites", self._sites),
            Route("/facility/sites/{site_id}", self._site),
        ]

    async def _facility(self, request: Request) -> Response:
        read_query(request, Since)
        return JSONResponse(
            {
                "id": FACILITY_ID,
                "name": f"{_NAME} (embedded local facility)",
                "description": "A small facility on this computer that speaks ALCF's Facility API",
                "last_modified": timestamp(self._created),
                "short_name": _SHORT_NAME,
                "organization_name": _ORGANIZATION,
                "support_uri": "https://docs.alcf.anl.gov/",
                "self_uri": uri(request, "facility"),
                "site_uris": [uri(request, "facility", "sites", SITE_ID)],
            }
        )

    async def _sites(self, request: Request) -> Response:
        query = read_query(request, SiteQuery)
        site = self._site_json(request)
        wanted = query.name in (None, site["name"]) and query.short_name in (None, site["short_name"])
        return JSONResponse(query.cut([site] if wanted and query.includes(self._created) else []))

    async def _site(self, request: Request) -> Response:
        read_query(request, Since)
        site_id = request.path_params["site_id"]
        return JSONResponse(found(self._site_json(request) if site_id == SITE_ID else None, site_id))

    def _site_json(self, request: Request) -> dict[str, Any]:
        return {
            "id": SITE_ID,
            "name": _NAME,
            "description": "The location of the embedded local facility's resources: this computer",
            "last_modified": timestamp(self._created),
            "short_name": _SHORT_NAME,
            "operating_organization": _ORGANIZATION,
            "country_name": "United States",
            "locality_name": "Lemont",
            "state_or_province_name": "Illinois",
            "self_uri": uri(request, "facility", "sites", SITE_ID),
            "resource_uris": [resource_uri(request, record.id) for record in self._records],
        }
