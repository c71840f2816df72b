"""Clients made with the SDKs of both languages, before and since version 2."""

import pytest

from tests.real_clients.home import Home
from tests.real_clients.sdks import SDK

pytestmark = pytest.mark.slow

YES = {"action": "accept", "content": {"confirm": True}}
DECLINE = {"action": "decline"}
HERE = "/eagle/LocalDemo/work"
WHERE = {"resource": "polaris", "account": "LocalDemo", "queue": "debug", "directory": HERE}


def test_a_job_is_run_with_progress(home: Home, sdk: SDK) -> None:
    with sdk.connected(home, answer=DECLINE) as client:
        assert client.protocol == sdk.protocol
        assert len(client.tools) == 25
        client.call("make_directory", path=HERE)
        job = client.call("submit_job", script="sleep 1; echo well done", **WHERE).facts["job_id"]
        waited = client.call("wait_for_job", job_id=job)
        assert waited.facts["state"] == "completed"
        assert any("(at most" in message for message in waited.progress)
        assert "well done" in client.call("get_job_output", job_id=job).text


def test_what_the_person_agrees_to_is_done(home: Home, sdk: SDK) -> None:
    with sdk.connected(home, answer=YES) as client:
        client.call("make_directory", path=HERE)
        changed = client.call("chmod", path=HERE, mode="700")
        (question,) = changed.questions
        assert question.startswith(f"{HERE}: rwxr-xr-x (755) -> rwx------ (700)\nChange the mode?")
        assert changed.facts["after"] == "rwx------ (700)"
    assert home.mode(HERE) == "700"


def test_what_the_person_declines_is_not_done(home: Home, sdk: SDK) -> None:
    with sdk.connected(home, answer=DECLINE) as client:
        client.call("make_directory", path=HERE)
        declined = client.call("chmod", path=HERE, mode="700")
        assert len(declined.questions) == 1
        assert declined.facts["outcome"] == "declined"
    assert home.mode(HERE) == "755"


def test_an_error_comes_as_text_and_as_facts(home: Home, sdk: SDK) -> None:
    with sdk.connected(home, answer=DECLINE) as client:
        failed = client.call("get_job", job_id="9.polaris-pbs-01")
        assert failed.result["isError"]
        error = failed.result["structuredContent"]["error"]
        assert error["next_step"] in failed.text
        assert "list_jobs" in error["next_step"]
