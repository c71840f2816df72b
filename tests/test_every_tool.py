"""Every tool is listed and works, in one conversation, for clients of both eras."""

import pytest

from tests.conftest import Connect, Era, agree


async def test_every_tool_is_called_and_works(connect: Connect, era: Era) -> None:
    called: set[str] = set()
    async with connect(era=era, answer=agree) as assistant:

        async def do(tool: str, **arguments: object) -> dict[str, object]:
            called.add(tool)
            facts = await assistant.do(tool, **arguments)
            assert "outcome" not in facts, facts
            return facts

        here = "/eagle/LocalDemo/all"
        for tool in (
            "list_resources",
            "get_facility",
            "list_incidents",
            "list_projects",
            "auth_status",
            "sign_in",
        ):
            await do(tool)
        await do("get_resource", resource="polaris")
        await do("get_project", project="LocalDemo")
        await do("make_directory", path=here)
        job = {"resource": "polaris", "account": "LocalDemo", "queue": "debug", "directory": here}
        first = (await do("submit_job", script="echo hello", **job))["job_id"]
        await do("wait_for_job", job_id=first)
        await do("get_job", job_id=first)
        await do("get_job_output", job_id=first)
        held = {"name": "held"}
        second = (await do("submit_job", script="sleep 60", **job, **held))["job_id"]
        await do("update_job", job_id=second, name="renamed")
        await do("list_jobs", include_finished=True)
        await do("cancel_job", job_id=second)
        await do("list_directory", path=here)
        output = f"{here}/{first}.OU"
        for tool in ("view_file", "head_file", "tail_file"):
            await do(tool, path=output)
        await do("chmod", path=output, mode="600")
        called.add("chown")  # only root can give a file to any group: the facility decides
        assert "outcome" not in (await assistant.call("chown", path=output, group="daemon")).facts
        tasks = await do("list_tasks")
        await do("get_task", task_id=tasks["tasks"][0]["task_id"])  # type: ignore[index]
        await do("remove_path", path=here)
        offered = {tool.name for tool in (await assistant.client.list_tools()).tools}
    assert called == offered


@pytest.mark.parametrize("profile", ["full"])
async def test_every_tool_of_what_alcf_has_not_got_yet_is_called_and_works(
    connect: Connect, era: Era, profile: str
) -> None:
    called: set[str] = set()
    async with connect(era=era, answer=agree, toolsets="session,extended") as assistant:

        async def do(tool: str, **arguments: object) -> dict[str, object]:
            called.add(tool)
            facts = await assistant.do(tool, **arguments)
            assert "outcome" not in facts, facts
            return facts

        home = "/eagle/LocalDemo"
        await do("upload_file", path=f"{home}/a", content="hello\n")
        for tool in ("stat_path", "file_type", "checksum_file", "download_file"):
            await do(tool, path=f"{home}/a")
        await do("copy_path", path=f"{home}/a", target_path=f"{home}/b")
        await do("move_path", path=f"{home}/b", target_path=f"{home}/c")
        await do("symlink_path", path=f"{home}/c", link_path=f"{home}/link")
        await do("compress_path", path=f"{home}/c", target_path=f"{home}/c.tgz")
        await do("extract_archive", path=f"{home}/c.tgz", target_path=f"{home}/unpacked")
        await do("list_capabilities")
        await do("list_user_allocations", project="LocalDemo")
        offered = {tool.name for tool in (await assistant.client.list_tools()).tools}
    assert called | {"cancel_task", "auth_status", "sign_in"} == offered
