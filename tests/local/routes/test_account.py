from __future__ import annotations

from tests.local.conftest import PROJECT, Api


async def test_projects_and_their_allocations(api: Api) -> None:
    demo, tiny = (await api.get("/account/projects")).json()
    assert (demo["name"], tiny["name"]) == ("LocalDemo", "LocalTiny")
    assert demo["user_ids"] == ["ada"]
    assert (await api.http.get(demo["self_uri"])).json() == demo
    allocations = (await api.http.get(demo["self_uri"] + "/project_allocations")).json()
    capabilities = {c["self_uri"]: c for c in (await api.get("/account/capabilities")).json()}
    granted = {capabilities[a["capability_uri"]]["name"]: a["entries"][0] for a in allocations}
    assert granted["Polaris node hours"] == {"allocation": 1000.0, "usage": 0.0, "unit": "node_hours"}
    assert set(granted) == {"Polaris node hours", "Crux node hours", "Eagle storage"}
    for allocation in allocations:
        url = f"{allocation['project_uri']}/project_allocations/{allocation['id']}"
        assert (await api.http.get(url)).json() == allocation
        (share,) = (await api.http.get(f"{url}/user_allocations")).json()
        assert share["user_id"] == "ada"
        assert share["project_allocation_uri"] == url
        assert (await api.http.get(f"{url}/user_allocations/{share['id']}")).json() == share
        assert (await api.http.get(f"{url}/user_allocations/x")).status_code == 404


async def test_storage_that_is_used_counts(api: Api) -> None:
    api.place(f"{PROJECT}/data").write_bytes(bytes(1234))
    (demo, _) = (await api.get("/account/projects")).json()
    allocations = (await api.http.get(demo["self_uri"] + "/project_allocations")).json()
    (entry,) = (a["entries"][0] for a in allocations if a["entries"][0]["unit"] == "bytes")
    assert entry["usage"] == 1234


async def test_capabilities_are_found_by_name(api: Api) -> None:
    (capability,) = (await api.get("/account/capabilities", name="Eagle storage")).json()
    assert capability["units"] == ["bytes"]
    assert (await api.http.get(capability["self_uri"])).json() == capability


async def test_what_is_not_there_is_a_404(api: Api) -> None:
    (demo, _) = (await api.get("/account/projects")).json()
    for path in (
        "/account/capabilities/x",
        "/account/projects/x",
        "/account/projects/x/project_allocations",
        f"/account/projects/{demo['id']}/project_allocations/x",
    ):
        answer = await api.get(path)
        assert (answer.status_code, answer.json()["detail"]) == (404, "'x' not found.")
