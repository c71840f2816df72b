"""What can be allocated, and how a project's members share it."""

from tests.conftest import Assistant


async def test_what_can_be_allocated(assistant: Assistant) -> None:
    answered = await assistant.call("list_capabilities", name="polaris")
    (capability,) = answered.facts["capabilities"]
    assert "Polaris" in capability["name"]
    assert capability["units"] == ["node hours"]
    assert "1 capability" in answered.text
    everything = await assistant.do("list_capabilities")
    assert len(everything["capabilities"]) > 1


async def test_the_members_shares_of_a_project(assistant: Assistant) -> None:
    answered = await assistant.call("list_user_allocations", project="localdemo")
    shares = answered.facts["shares"]
    assert {share["user"] for share in shares} == {"ada"}
    polaris = next(share for share in shares if share["of"] == "Polaris")
    whole = await assistant.do("get_project", project="LocalDemo")
    granted = next(one["granted"] for one in whole["allocations"] if one["of"] == "Polaris")
    assert (polaris["granted"], polaris["unit"]) == (granted, "node_hours")
    assert f"ada on Polaris: {polaris['balance']}" in answered.text
    first = await assistant.do("list_user_allocations", project="localdemo", limit=1)
    assert (first["total"], len(first["shares"])) == (len(shares), 1)
    assert "offset=1" in first["next_step"]


async def test_a_project_that_is_none_of_the_persons(assistant: Assistant) -> None:
    answered = await assistant.call("list_user_allocations", project="Nobodys")
    assert "The user's projects: LocalDemo" in answered.error["next_step"]
