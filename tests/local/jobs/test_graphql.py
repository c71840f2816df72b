from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.local.jobs.graphql import paste
from alcf_mcp.local.problems import Problem
from tests.local.conftest import Api, job_spec

HARMLESS = "$HOME `x` 'y' ;&<>| {} \t ünïcode"


@pytest.mark.parametrize(
    ("sent", "arrives"),
    [
        (HARMLESS, HARMLESS),
        (r"a\nb", "a\nb"),
        (r"a\tb", "a\tb"),
        (r"a\\nb", r"a\nb"),
        (r"\u0041", "A"),
        (r"say \"hi\"", 'say "hi"'),
    ],
)
def test_what_arrives(sent: str, arrives: str) -> None:
    assert paste(sent) == arrives


@pytest.mark.parametrize(
    "text", ['"', "a\nb", "a\rb", r"\d", "\\", r"\u12", r"\u0000", r"\ud800", "\\\n", "\x01"]
)
def test_what_breaks_the_document(text: str) -> None:
    with pytest.raises(Problem) as caught:
        paste(text)
    assert caught.value.status == 400
    assert caught.value.detail.startswith("GraphQL error")


@given(st.text(st.characters(exclude_characters='"\\', exclude_categories=["Cc", "Cs"])))
def test_everything_else_arrives_as_it_is(text: str) -> None:
    assert paste(text) == text


async def test_a_script_is_changed_on_its_way_at_alcf(api: Api) -> None:
    job_id = await api.submit(r"printf '%s' 'a\\nb'")
    assert await api.stdout(job_id) == r"a\nb"
    answer = await api.post_job(job_spec('echo "hello"'))
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("GraphQL error")


@pytest.mark.parametrize(
    "changes",
    [
        {"name": 'x", queue: {name: "prod"}, name: "y'},
        {"queue": "de\nbug"},
        {"account": "Local\rDemo"},
        {"custom": {"filesystems": '"'}},
        {"stdout_path": "/eagle/\\x"},
    ],
)
async def test_every_string_is_pasted(api: Api, changes: dict[str, str]) -> None:
    answer = await api.post_job(job_spec(**changes))  # type: ignore[arg-type]
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("GraphQL error")


async def test_strings_arrive_unharmed_in_the_full_profile(full: Api) -> None:
    job_id = await full.submit("printf \"%s\n\" 'a\\nb'")
    assert await full.stdout(job_id) == "a\\nb\n"
