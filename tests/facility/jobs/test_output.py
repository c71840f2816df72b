"""A job's output is read given its id: from the end, or on from an offset, without splitting characters."""

from typing import Any

import pytest

from alcf_mcp.facility.jobs import output
from alcf_mcp.local import LocalFacility
from tests.conftest import Assistant, Connect

HERE = "/eagle/LocalDemo"
JOB: dict[str, Any] = {"resource": "polaris", "account": "LocalDemo", "queue": "debug", "directory": HERE}


async def finished(assistant: Assistant, script: str, **changes: Any) -> str:
    job = await assistant.do("submit_job", **JOB | changes, script=script)
    await assistant.do("wait_for_job", job_id=job["job_id"])
    return str(job["job_id"])


async def test_reading_on_goes_window_by_window_and_cuts_no_character(
    local: LocalFacility, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "WINDOW", 10)
    job_id = await finished(assistant, "true")
    text = "ünïcode ✓ and the rest → end\n"
    local.tree.locate(f"{HERE}/{job_id}.OU").write_text(text)
    read, offset = "", 0
    for _ in range(20):
        answered = await assistant.call("get_job_output", job_id=job_id, stream="stdout", since_offset=offset)
        if "has nothing more" in answered.text:
            break
        lines = answered.text.split("\n")
        fence = next(line for line in lines if line.startswith("~~~"))
        body = answered.text.split(f"\n{fence}\n", 1)[1].split(f"\n{fence}", 1)[0]
        read += body
        marker = "since_offset="
        if marker not in answered.text:
            break
        offset = int(answered.text.rpartition(marker)[2].rstrip("."))
    assert "\ufffd" not in read
    assert read == text.rstrip("\n")


async def test_an_offset_counts_in_one_stream(assistant: Assistant) -> None:
    job_id = await finished(assistant, "true")
    answered = await assistant.call("get_job_output", job_id=job_id, since_offset=5)
    assert "Set `stream`" in answered.error["next_step"]


async def test_a_job_from_elsewhere_is_looked_for_where_others_write(
    local: LocalFacility, connect: Connect, assistant: Assistant
) -> None:
    elsewhere = await finished(assistant, "echo from elsewhere")
    async with connect(state_dir=local.settings.root / "other") as stranger:
        unknown = await stranger.call("get_job_output", job_id=elsewhere)
        assert "Give `directory`" in unknown.error["next_step"]
        told = await stranger.call("get_job_output", job_id=elsewhere, directory=HERE, stream="stdout")
        assert "from elsewhere" in told.text
        await finished(stranger, "echo mine")
        found = await stranger.call("get_job_output", job_id=elsewhere, stream="stdout")
        assert "from elsewhere" in found.text


async def test_output_that_can_t_be_there_yet_is_told_as_such(assistant: Assistant) -> None:
    held = {"name": "held"}
    job = await assistant.do("submit_job", **JOB, script="true", **held)
    answered = await assistant.call("get_job_output", job_id=job["job_id"])
    assert "The job is still held; it has written nothing." in answered.text
