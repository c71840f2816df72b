from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.local.catalog import EAGLE, HOME, POLARIS, Storage
from alcf_mcp.local.files.paths import check_path
from alcf_mcp.local.problems import Problem
from tests.local.conftest import Api


@pytest.mark.parametrize(
    ("path", "storage"),
    [
        ("/eagle", EAGLE),
        ("/eagle/Demo/run-1.log", EAGLE),
        ("/lus/eagle/Demo/Ünïcode_ß", EAGLE),
        ("/eagle/back\\slash", EAGLE),
        ("/eagle/.hidden/...", EAGLE),
        ("/home/ada", HOME),
        ("/home/somebody.else", HOME),
    ],
)
def test_paths_that_pass(path: str, storage: Storage) -> None:
    assert check_path(path, storage) == path


def test_slashes_are_normalised() -> None:
    assert check_path("/eagle//Demo/", EAGLE) == "/eagle/Demo"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "forbidden characters"),
        ("/eagle/a b", "forbidden characters"),
        ("/eagle/a+b", "forbidden characters"),
        ("/eagle/a\n", "forbidden characters"),
        ("/eagle/~", "forbidden characters"),
        ("eagle/x", "absolute"),
        ("/eagle/../x", "'.' or '..'"),
        ("/eagle/./x", "'.' or '..'"),
        ("/", "must start with one of"),
        ("//eagle/x", "must start with one of"),
        ("/eagles", "must start with one of"),
        ("/grand/x", "must start with one of"),
        ("/home/ada", "400: Allowed base paths for filesystem Eagle are: /eagle, /lus/eagle."),
    ],
)
def test_paths_that_are_refused(path: str, reason: str) -> None:
    with pytest.raises(Problem) as caught:
        check_path(path, EAGLE)
    assert caught.value.status == 400
    assert caught.value.detail.startswith("Input validation error: ")
    assert reason in caught.value.detail


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_a_path_or_a_problem(text: str) -> None:
    try:
        path = check_path(text, EAGLE)
    except Problem as problem:
        assert problem.status == 400
    else:
        assert path.startswith(("/eagle", "/lus/eagle"))
        assert ".." not in path.split("/")


async def test_a_machine_is_no_filesystem(api: Api) -> None:
    answer = await api.http.get(f"/filesystem/ls/{POLARIS.id}?path=/eagle")
    assert answer.status_code == 400
    assert answer.json()["detail"] == "Input validation error: 501: Polaris not supported yet."


async def test_an_unknown_filesystem_is_a_404(api: Api) -> None:
    answer = await api.http.get("/filesystem/ls/eagle?path=/eagle")
    assert (answer.status_code, answer.json()["detail"]) == (404, "'eagle' not found.")


async def test_anothers_home_fails_in_the_task(api: Api) -> None:
    error = await api.error("GET", "ls", path="/home/eve")
    assert error.startswith("Input validation error: 1 validation error for InputData")
    assert "Resolved path must stay under one of" in error
