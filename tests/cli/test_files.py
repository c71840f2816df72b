"""``alcf-mcp ls``, ``cat`` and ``tail``."""

import re
from pathlib import Path

import pytest

from tests.cli.commands import Terminal

HERE = "/eagle/LocalDemo"


@pytest.fixture
def directory(terminal: Terminal) -> Path:
    """The directory on this machine behind ``HERE``."""
    terminal.run("ls", HERE, check=True)
    return terminal.state / "local" / "tree" / "eagle" / "LocalDemo"


def test_a_directory_is_listed_as_by_ls(terminal: Terminal, directory: Path) -> None:
    (directory / "b.txt").write_text("12345")
    (directory / ".hidden").write_text("")
    (directory / "a").mkdir(mode=0o750)
    lines = terminal.run("ls", HERE, check=True).stdout.splitlines()
    assert [line.split()[-1] for line in lines] == ["a/", "b.txt"]
    assert re.fullmatch(r"rw\S{7} +\S+ +\S+ +5 \d{4}-\d\d-\d\d \d\d:\d\d b\.txt", lines[1])
    assert len({line.index(line.split()[-1]) for line in lines}) == 1, "in columns"
    assert ".hidden" in terminal.run("ls", "-a", HERE).stdout
    assert terminal.run("ls", "--sort", "size", f"{HERE}/b.txt").stdout.endswith(" b.txt\n")


def test_an_empty_directory_says_what_else_it_may_be(terminal: Terminal, directory: Path) -> None:
    (directory / "empty").mkdir()
    done = terminal.run("ls", f"{HERE}/empty", check=True)
    assert (done.stdout, "can't read looks empty too" in done.stderr) == ("", True)


def test_a_name_can_t_move_the_cursor_or_begin_a_line(terminal: Terminal, directory: Path) -> None:
    (directory / "x\x1b[2J\nrwxrwxrwx root").write_text("")
    done = terminal.run("ls", HERE, check=True)
    assert "\x1b" not in done.stdout
    assert done.stdout.count("\n") == 1


def test_a_file_of_any_size_is_written_whole(terminal: Terminal, directory: Path) -> None:
    text = "".join(f"line {number}: größer €\n" for number in range(120_000))
    assert len(text.encode()) > 2 * 1_048_576
    (directory / "long.txt").write_text(text)
    done = terminal.run("cat", f"{HERE}/long.txt", check=True)
    assert done.stdout == text
    assert done.stderr.count("not all text") == 0


@pytest.mark.parametrize("text", ["", "no line end", "\x1b[31mred\x1b[0m\r\nend\r\n"])
def test_a_pipe_gets_a_file_as_it_is(terminal: Terminal, directory: Path, text: str) -> None:
    (directory / "small").write_bytes(text.encode())
    terminal.run("cat", f"{HERE}/small", check=True)
    assert terminal.run("cat", f"{HERE}/small").stdout == text.replace("\r\n", "\n"), "read in text mode"


def test_what_is_not_text_is_said(terminal: Terminal, directory: Path) -> None:
    (directory / "binary").write_bytes(b"\xff\xfe text")
    assert "not all text" in terminal.run("cat", f"{HERE}/binary").stderr


def test_the_end_of_a_file(terminal: Terminal, directory: Path) -> None:
    (directory / "log").write_text("".join(f"{number}\n" for number in range(1000)))
    assert terminal.run("tail", "-n", "2", f"{HERE}/log", check=True).stdout == "998\n999\n"
    assert terminal.run("tail", f"{HERE}/log").stdout.count("\n") == 10


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("cat", f"{HERE}/none"), "`alcf-mcp ls` of the directory above shows what is there."),
        (("cat", HERE), "`alcf-mcp ls` shows what is in it."),
        (("ls", "relative"), "alcf-mcp ls: "),
        (("tail", f"{HERE}/none"), f"`alcf-mcp ls {HERE}/none` shows it."),
        (("ls", "/etc"), "alcf-mcp ls: "),
    ],
)
def test_what_goes_wrong_is_a_sentence_about_commands(
    terminal: Terminal, arguments: tuple[str, ...], said: str
) -> None:
    terminal.run("ls", HERE)  # what the local facility says once is said
    done = terminal.run(*arguments)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not re.search(r"list_directory|view_file|tail_file|Traceback", done.stderr)


def test_a_directory_is_shown_in_a_browser(terminal: Terminal, directory: Path) -> None:
    (directory / ".hidden").write_text("")
    (directory / "<b>odd").write_text("12345")
    shown = terminal.run("ls", "-a", "--sort", "size", HERE, "--open", check=True)
    page = terminal.state / "views" / "local-files.html"
    assert shown.stdout == f"Open in a browser: {page}\n"
    text = page.read_text(encoding="utf-8")
    assert '"arguments":{"path":"/eagle/LocalDemo","show_hidden":true,"sort":"size"}' in text
    assert ".hidden" in text
    assert "<b>odd" not in text


def test_a_page_has_no_more_entries_than_a_browser_can_show(terminal: Terminal, directory: Path) -> None:
    for number in range(1001):
        (directory / f"part-{number:04}").touch()
    terminal.run("ls", HERE, "--open", check=True)
    text = (terminal.state / "views" / "local-files.html").read_text(encoding="utf-8")
    assert '"total":1001' in text
    assert '"part-0999"' in text
    assert '"part-1000"' not in text
