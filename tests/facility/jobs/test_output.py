"""A job's output is read given its id: from the end, or on from an offset, without splitting characters."""

import re
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


BAR = "\r".join(f"epoch {done}/99 {'#' * done}" for done in range(100))


async def test_a_progress_bar_is_its_last_state(local: LocalFacility, assistant: Assistant) -> None:
    job_id = await finished(assistant, "true")
    local.tree.locate(f"{HERE}/{job_id}.OU").write_bytes(f"start\n{BAR}\nend\n".encode())
    shown = (await assistant.call("get_job_output", job_id=job_id, stream="stdout")).text
    assert f"start\nepoch 99/99 {'#' * 99}\nend\n~~~" in shown
    assert "99 earlier states of progress bars left out" in shown
    report = await assistant.do("get_job", job_id=job_id)
    assert report["stdout_end"] == (
        f"(99 earlier states of progress bars left out)\nstart\nepoch 99/99 {'#' * 99}\nend\n"
    )


async def test_output_stays_below_16_kb_unless_more_is_asked_for(
    local: LocalFacility, assistant: Assistant
) -> None:
    job_id = await finished(assistant, "true")
    for ending in ("OU", "ER"):
        lines = "".join(f"{ending} {number:>396}\n" for number in range(1000))
        local.tree.locate(f"{HERE}/{job_id}.{ending}").write_text(lines)
    both = (await assistant.call("get_job_output", job_id=job_id)).text
    assert len(both.encode()) < 16_000
    assert both.count("earlier lines left out") == 2
    assert both.count(f" {999}\n") == 2
    more = (await assistant.call("get_job_output", job_id=job_id, stream="stdout", tail_lines=300)).text
    assert 40_000 < len(more.encode()) < 48_000


async def test_reading_on_through_everything_misses_nothing(
    local: LocalFacility, assistant: Assistant
) -> None:
    job_id = await finished(assistant, "true")
    lines = [f"{number} {'ü' * (97 * number % 1500)}\n{BAR}\n" for number in range(60)]
    raw = "".join(lines).encode()
    local.tree.locate(f"{HERE}/{job_id}.OU").write_bytes(raw)
    offset, answers = 0, 0
    while offset < len(raw):
        answered = await assistant.call("get_job_output", job_id=job_id, stream="stdout", since_offset=offset)
        assert len(answered.text.encode()) < 16_000
        ((start, end),) = re.findall(r": bytes (\d+)-(\d+) of", answered.text)
        assert int(start) == offset
        offset, answers = int(end), answers + 1
        if offset < len(raw):
            assert f"since_offset={end}." in answered.text
    assert offset == len(raw)
    assert answers > 6
