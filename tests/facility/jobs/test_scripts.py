"""A script arrives at the node exactly as given, whatever it contains."""

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alcf_mcp.facility.jobs.scripts import LONGEST, is_safe, launch, launch_program, refuse_harmed, remarks
from alcf_mcp.iri.errors import InvalidCall

BASH = shutil.which("bash") or "/bin/bash"

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=200)


def run(executable: str, arguments: list[str]) -> subprocess.CompletedProcess[bytes]:
    """Run what the node would run, without a login shell, to leave out this machine's profile."""
    plain = ["-c" if argument == "-lc" else argument for argument in arguments]
    return subprocess.run([executable, *plain], capture_output=True, check=False, stdin=subprocess.DEVNULL)


def test_a_plain_script_travels_plain() -> None:
    assert launch("echo $HOME | wc -c; date") == ("/bin/bash", ["-lc", "echo $HOME | wc -c; date"])


@pytest.mark.parametrize("script", ['echo "a"', "a\nb", "a\\nb", "a\r\nb"])
def test_what_the_gateway_would_harm_travels_as_base64(script: str) -> None:
    _, (_, command) = launch(script)
    assert is_safe(command)
    assert command != script


@given(TEXTS)
def test_the_command_line_never_has_what_the_gateway_harms(script: str) -> None:
    try:
        executable, arguments = launch(script)
    except InvalidCall:
        assert not script.strip()
        return
    assert all(is_safe(text) for text in (executable, *arguments))


@given(TEXTS)
@settings(max_examples=25)
def test_the_script_that_the_node_reads_is_the_one_given(text: str) -> None:
    script = f'# "\n{text}'
    _, (_, command) = launch(script)
    assert command.startswith(". <(")
    shown = run("/bin/bash", ["-lc", "cat" + command.removeprefix(".")])
    assert shown.stdout == script.encode()


@given(TEXTS)
@settings(max_examples=15)
def test_a_script_for_another_interpreter_reaches_it_whole(text: str) -> None:
    script = f'#!/bin/cat\n"{text}'
    assert run(*launch(script)).stdout == script.encode()


@pytest.mark.parametrize(
    ("script", "code", "printed"),
    [
        ("printf '%s' \"a b\"; exit 3", 3, b"a b"),
        ('#!/bin/bash\nset -e\nfalse\necho "not reached"', 1, b""),
        ('#!/usr/bin/env bash\necho "$((1 + 1))"', 0, b"2\n"),
        ("#!/bin/bash -e\nfalse\necho survived", 1, b""),
        ('read line; echo "[$line]"', 0, b"[]\n"),
        ('#!/usr/bin/env python3\nimport sys\nprint("py \\\\ $HOME")\nsys.exit(7)', 7, b"py \\ $HOME\n"),
    ],
)
def test_exit_codes_and_interpreters_are_the_scripts_own(script: str, code: int, printed: bytes) -> None:
    done = run(*launch(script))
    assert (done.returncode, done.stdout) == (code, printed)


def test_a_program_goes_as_it_is_where_that_is_safe() -> None:
    assert launch_program("/bin/hostname", ["-f", "$x 'y'"]) == ("/bin/hostname", ["-f", "$x 'y'"])


@given(st.lists(TEXTS, max_size=4))
@settings(max_examples=25)
def test_a_programs_arguments_arrive_exactly(arguments: list[str]) -> None:
    done = run(*launch_program(BASH, ["-c", 'printf "%s\\0" "$@"', "argv0", *arguments]))
    assert done.stdout == b"".join(argument.encode() + b"\0" for argument in arguments or [""])


@pytest.mark.parametrize("script", ["", "  \n", "echo \0", "x" * (LONGEST + 1)])
def test_what_is_no_script_is_refused(script: str) -> None:
    with pytest.raises(InvalidCall) as refused:
        launch(script)
    assert refused.value.hint


@pytest.mark.parametrize("text", ['a"b', "a\\b", "a\nb", "a\rb"])
def test_a_field_that_would_arrive_changed_is_refused(text: str) -> None:
    with pytest.raises(InvalidCall, match="job name"):
        refuse_harmed("job name", text)


def test_pbs_lines_and_windows_line_ends_are_remarked_on() -> None:
    assert "#PBS" in remarks("#!/bin/bash\n#PBS -l select=2\n")[0]
    assert "Windows" in remarks("echo a\r\n")[0]
    assert remarks("echo a\n") == []
